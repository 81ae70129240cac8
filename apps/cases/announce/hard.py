"""What acts on hard cases tell people: the special list, joint meetings, listed hazards."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext_noop as _

from apps.cases.actions import Action
from apps.cases.choices import WhyTabled
from apps.cases.meeting_notices import OPENED, OPENED_TITLE
from apps.cases.models import Case, SpecialListing
from apps.cases.notice_words import NOTE, Payload, Words, people_of
from apps.cases.reviews import CONTROL_DUE, CONTROL_TITLE, HAZARD_DUE, HAZARD_TITLE
from apps.cases.selectors.special import centre_of_district
from apps.notices.choices import Group
from apps.organisation.models import Agency

CONTROL = _("请在 %(until)s 前记录管控。")
HARD_WORDS = {
    "propose_special": Words(
        _("提请列入专案清单：%(subject)s"), NOTE, _("专案提请待决定"), Group.LIMITS, "folder-up", "hold"
    ),
    "list_special": Words(
        _("已列入专案清单：%(subject)s"), CONTROL, _("案件列入专案清单"), Group.LIMITS, "folder-star", "hold"
    ),
    "decline_special": Words(_("未列入专案清单：%(subject)s"), NOTE, _("案件未列入专案清单"), Group.LIMITS, "folder-x"),
    "record_control": Words(_("已记录管控：%(subject)s"), NOTE, _("专案已管控"), Group.LIMITS, "clipboard-text"),
    "unlist": Words(_("已移出专案清单：%(subject)s"), NOTE, _("案件移出专案清单"), Group.LIMITS, "folder-minus"),
    "table": Words(_("提交联席会议：%(subject)s"), NOTE, _("案件提交联席会议"), Group.LIMITS, "users-group", "hold"),
    "brought": Words(
        _("联席会议两次未解决，请您协调：%(subject)s"),
        "",
        _("疑难案件呈包联领导"),
        Group.LIMITS,
        "user-star",
        "hold",
        urgent=True,
    ),
    "record_decision": Words(
        _("联席会议决定，请落实：%(subject)s"), NOTE, _("联席会议决定待落实"), Group.DISPATCHED, "gavel", "hold"
    ),
    "resolve_item": Words(_("联席会议议题办结：%(subject)s"), NOTE, _("联席会议议题办结"), Group.LIMITS, "list-check"),
    "list_hazard": Words(
        _("挂牌督办：%(subject)s"), NOTE, _("案件挂牌督办"), Group.LIMITS, "alert-octagon", "late", urgent=True
    ),
    "accept_hazard": Words(_("已验收摘牌：%(subject)s"), NOTE, _("案件验收摘牌"), Group.LIMITS, "shield-check", "ok"),
    "hazard_due": Words(HAZARD_TITLE, HAZARD_DUE, _("挂牌整改到期"), Group.LIMITS, "alert-octagon", "late"),
    "meeting_opened": Words(OPENED_TITLE, OPENED, _("联席会议清单已开"), Group.LIMITS, "users-group"),
    "control_due": Words(CONTROL_TITLE, CONTROL_DUE, _("专案管控到期"), Group.LIMITS, "folder-exclamation", "near"),
}


def _special(kind: str) -> Callable[[Case, Payload], tuple[str, Iterable[int]]]:
    """Those a change of the special list concerns: the desk, the district's centre, and whoever answers or proposed."""

    def who(case: Case, payload: Payload) -> tuple[str, Iterable[int]]:
        people = people_of(centre_of_district(case)) if kind in {"propose_special", "record_control"} else set()
        if kind != "propose_special":
            people |= people_of(case.desk)
        people |= {one for one in (payload.get("leader_id"), payload.get("proposed_by")) if one}
        entry = SpecialListing.objects.filter(case=case).select_related("agency__unit").order_by("-number").first()
        if kind in {"list_special", "unlist"} and entry is not None and entry.agency is not None:
            people |= people_of(entry.agency)
        if kind in {"record_control", "unlist"} and entry is not None and entry.leader_id:  # type: ignore[attr-defined]
            people.add(entry.leader_id)  # type: ignore[attr-defined]
        return kind, people

    return who


def _tabled(case: Case, payload: Payload) -> tuple[str, Iterable[int]]:
    """By hand: whoever holds the case. What came back twice: its attached leader, in person. Of what else a list took
    up its convener is told by the list."""
    if payload.get("leader_id"):
        return "brought", {payload["leader_id"]}
    by_hand = payload["why"] == WhyTabled.HAND and case.holder is not None
    return "table", people_of(case.holder) if by_hand and case.holder else ()


def _hazard(kind: str) -> Callable[[Case, Payload], tuple[str, Iterable[int]]]:
    """Whoever watches over the removal of a hazard, whoever holds the case, and its desk."""

    def who(case: Case, payload: Payload) -> tuple[str, Iterable[int]]:
        agency = Agency.objects.select_related("unit").filter(pk=payload["agency_id"]).first()
        people = people_of(case.desk) | (people_of(agency) if agency is not None else set())
        return kind, people | (people_of(case.holder) if case.holder else set())

    return who


def _decided(kind: str) -> Callable[[Case, Payload], tuple[str, Iterable[int]]]:
    """Whoever is charged with a decision, and the case's desk."""

    def who(case: Case, payload: Payload) -> tuple[str, Iterable[int]]:
        agency = Agency.objects.select_related("unit").filter(pk=payload.get("agency_id") or 0).first()
        return kind, people_of(case.desk) | (people_of(agency) if agency is not None else set())

    return who


HARD_ANSWERS: dict[str, Callable[[Case, Payload], tuple[str, Iterable[int]]]] = {
    **{
        action: _special(action.value)
        for action in (
            Action.PROPOSE_SPECIAL,
            Action.LIST_SPECIAL,
            Action.DECLINE_SPECIAL,
            Action.RECORD_CONTROL,
            Action.UNLIST,
        )
    },
    Action.TABLE: _tabled,
    Action.RECORD_DECISION: _decided("record_decision"),
    Action.RESOLVE_ITEM: _decided("resolve_item"),
    Action.LIST_HAZARD: _hazard("list_hazard"),
    Action.ACCEPT_HAZARD: _hazard("accept_hazard"),
}
