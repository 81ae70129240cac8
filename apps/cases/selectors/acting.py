"""What the form of an action needs: whether it may be taken now, on which version, and its choices."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.cases.actions import Action
from apps.cases.choices import OrderOffice
from apps.cases.matters import cards_of, missing_asked_of, open_orders_of, pause_asked_of, request_of
from apps.cases.models import Case, CaseEvent, Publication, SpecialControl, StandardReply, Supervision
from apps.cases.selectors.asking import heirs_of
from apps.cases.selectors.detail import CaseDetail, case_seen_by
from apps.cases.selectors.filing import files_of
from apps.cases.selectors.neighbours import neighbours_of
from apps.cases.selectors.replies import replies_for
from apps.cases.selectors.special import agencies_to_answer, controls_of, leaders_to_answer
from apps.cases.selectors.suggestion import suggest
from apps.cases.selectors.timeline import Entry, timeline_of
from apps.cases.standing import (
    appeals_to_decide,
    cards_to_appeal,
    orders_to_withdraw,
    reviews_for,
    standing_of,
    summons_to_rate,
)
from apps.cases.workflow import LEG_ACTIONS, Transition, rows_of
from apps.core import clock
from apps.core.errors import NotAllowed, NotVisible
from apps.core.presentation import when_text
from apps.deadlines.models import LadderStep
from apps.grid.permissions import Permission
from apps.grid.scopes import holds
from apps.organisation.models import Agency, AgencyKind
from apps.organisation.selectors import dispatch_targets, summons_targets

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass
class Acting:
    """An action on a case by one person; ``row`` is none where it may not be taken now."""

    case: Case
    action: Action
    row: Transition | None
    version: int
    targets: list[Agency] = field(default_factory=list)
    suggested: Agency | None = None
    into: str = ""
    options: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    typed: dict[str, Any] = field(default_factory=dict)
    about: list[str] = field(default_factory=list)
    """What was asked or ordered, in the words of whoever did."""
    replies: list[StandardReply] = field(default_factory=list)

    @property
    def any_row(self) -> Transition:
        """The row, or one of the action's: a form that was typed is shown again even if it is too late for it."""
        return self.row or rows_of(self.action)[0]

    @property
    def version_of_case(self) -> bool:
        """Whether ``version`` is the case's and not that of the person's own leg."""
        return self.action not in LEG_ACTIONS


def acting_on(user: "User", number: str, action: str, *, at: datetime) -> Acting:
    """Raises ``NotVisible`` for a case out of scope and for an action that does not exist, ``NotAllowed`` for those
    who never may take it."""
    seen = case_seen_by(user, number)
    case = seen.case
    if action not in set(Action):
        raise NotVisible
    chosen = Action(action)
    standing = standing_of(case, seen.legs, user)
    if not any((row.by, row.needs) in standing.capacities for row in rows_of(chosen)):
        raise NotAllowed
    row = next((row for row in seen.actions if row.action is chosen), None)
    version = seen.my_leg.version if chosen in LEG_ACTIONS and seen.my_leg else case.version
    acting = Acting(case, chosen, row, version)
    acting.replies = replies_for(user, chosen)
    if chosen is Action.DISPATCH:
        _fill_targets(acting, at)
    if chosen is Action.HAND_OVER:
        acting.targets = list(dispatch_targets(case.desk).filter(enforces=True).order_by("kind", "id"))
    if chosen is Action.MERGE:
        near, _times = neighbours_of(user, case)
        acting.into = next((one.case.number for one in near if one.case.open), "")
    fill = FILLERS.get(chosen)
    if fill is not None:
        fill(acting, seen, user, at)
    return acting


def _supervising(acting: Acting, seen: CaseDetail, user: "User", at: datetime) -> None:
    if holds(user, Permission.CASE_DISPATCH):
        names = [office for office in OrderOffice if office != OrderOffice.LEADER]
        acting.options["office"] = [(office.value, str(office.label)) for office in names]


def _orders(acting: Acting, orders: Sequence[Supervision], at: datetime) -> None:
    acting.options["order"] = [
        (str(one.number), f"{one.get_office_display()} {when_text(one.due_at, at)} {one.text[:20]}") for one in orders
    ]
    acting.about = [f"{one.centre.name} {one.ordered_by.name}：{one.text}" for one in orders]


def _replying(acting: Acting, seen: CaseDetail, user: "User", at: datetime) -> None:
    _orders(acting, open_orders_of(seen.case), at)


def _withdrawing(acting: Acting, seen: CaseDetail, user: "User", at: datetime) -> None:
    _orders(acting, orders_to_withdraw(seen.case, user), at)


def _deciding_extension(acting: Acting, seen: CaseDetail, user: "User", at: datetime) -> None:
    request = request_of(seen.case)
    if request is not None:
        acting.typed["until"] = clock.local(request.proposed)
        values = {"agency": request.leg.agency.name, "until": when_text(request.proposed, at), "why": request.reason}
        acting.about = [_("%(agency)s申请延期至 %(until)s：%(why)s") % values]


def _deciding_suspension(acting: Acting, seen: CaseDetail, user: "User", at: datetime) -> None:
    asked = pause_asked_of(seen.case)
    if asked is not None:
        acting.typed |= {"until": asked.review_on, "promised": asked.promised_on}
        values = {
            "agency": asked.agency.name,
            "until": when_text(asked.review_on, at),
            "promised": when_text(asked.promised_on, at),
            "why": asked.reason,
        }
        acting.about = [_("%(agency)s申请挂起，%(until)s 复核，承诺 %(promised)s 前办结：%(why)s") % values]


def _card_words(card: LadderStep, at: datetime) -> str:
    return f"{card.limit.get_stage_display()} {card.get_card_display()} {when_text(card.done_at, at)}"


def _appealing(acting: Acting, seen: CaseDetail, user: "User", at: datetime) -> None:
    cards = cards_to_appeal(seen.case, seen.legs, user)
    acting.options["card"] = [(str(card.pk), f"{card.holder.name} {_card_words(card, at)}") for card in cards]


def _deciding_appeal(acting: Acting, seen: CaseDetail, user: "User", at: datetime) -> None:
    cards = {card.pk: card for card in cards_of(seen.case, seen.legs)}
    appeals = appeals_to_decide(seen.case, seen.legs, user)
    acting.options["appeal"] = [
        (str(one.pk), f"{cards[one.step_id].holder.name} {_card_words(cards[one.step_id], at)}") for one in appeals
    ]
    acting.about = [f"{cards[one.step_id].holder.name}：{one.reason}" for one in appeals]


def _transferring(acting: Acting, seen: CaseDetail, user: "User", at: datetime) -> None:
    acting.options["to"] = [(heir.username, heir.name or heir.username) for heir in heirs_of(seen.case)]


def _supplying(acting: Acting, seen: CaseDetail, user: "User", at: datetime) -> None:
    asked = missing_asked_of(seen.case)
    acting.about = list(asked.items) if asked is not None else []


def _whistling(acting: Acting, seen: CaseDetail, user: "User", at: datetime) -> None:
    unit = seen.case.community or seen.case.desk.unit
    acting.options["agencies"] = [(agency.code, agency.name) for agency in summons_targets(unit)]


def _rating_summoned(acting: Acting, seen: CaseDetail, user: "User", at: datetime) -> None:
    waiting = summons_to_rate(seen.case, user)
    acting.options["summons"] = [(str(one.pk), one.agency.name) for one in waiting]
    acting.about = [_("%(agency)s：%(text)s") % {"agency": one.agency.name, "text": one.result} for one in waiting]


def _reviewing(acting: Acting, seen: CaseDetail, user: "User", at: datetime) -> None:
    """In which samples the user may review the case, and in whose name an order would go out."""
    mine = reviews_for(seen.case, user)
    acting.options["sample"] = [(str(one.sample.pk), one.sample.title) for one in mine]
    acting.about = [
        _("%(title)s，%(day)s 前评查") % {"title": one.sample.title, "day": when_text(one.sample.due_on, at)}
        for one in mine
    ]
    _supervising(acting, seen, user, at)


def _listing(acting: Acting, seen: CaseDetail, user: "User", at: datetime) -> None:
    """Who may be made responsible, and what the street wrote that proposed it."""
    acting.targets = list(agencies_to_answer(seen.case).order_by("unit__lft", "kind", "id"))
    leaders = [(one.username, one.name) for one in leaders_to_answer(seen.case, at=at)]
    acting.options["leader"] = [("", str(_("不指定"))), *leaders]
    _proposal(acting, seen, user, at)


def _meeting_decision(acting: Acting, seen: CaseDetail, user: "User", at: datetime) -> None:
    """Who may be charged with it, and what was decided before."""
    acting.targets = list(agencies_to_answer(seen.case).order_by("unit__lft", "kind", "id"))
    item = seen.meeting_item
    if item is not None and item.agency is not None:
        acting.typed |= {"agency": item.agency.code, "until": item.due_on, "note": item.decision}


def _listing_hazard(acting: Acting, seen: CaseDetail, user: "User", at: datetime) -> None:
    acting.targets = list(agencies_to_answer(seen.case).order_by("unit__lft", "kind", "id"))


def _accepting(acting: Acting, seen: CaseDetail, user: "User", at: datetime) -> None:
    if seen.hazard is not None:
        acting.about = [f"{seen.hazard.party}：{seen.hazard.demand}"]


def _publishing(acting: Acting, seen: CaseDetail, user: "User", at: datetime) -> None:
    """What a desk wrote for the public."""
    kept = Publication.objects.filter(case=seen.case).first()
    if kept is not None:
        acting.typed |= {"public_title": kept.title, "public_words": kept.words}


def _archiving(acting: Acting, seen: CaseDetail, user: "User", at: datetime) -> None:
    """What the file lacks, to be confirmed piece by piece."""
    lines = files_of([seen.case])[seen.case.pk]
    acting.options["absent"] = [(line.piece.value, str(line.piece.label)) for line in lines if line.missing]


def _proposal(acting: Acting, seen: CaseDetail, user: "User", at: datetime) -> None:
    asked = seen.special
    if asked is not None and asked.proposer is not None:
        acting.about = [f"{asked.proposer.name}：{asked.reason}"]


def _controls(seen: CaseDetail) -> list[SpecialControl]:
    return controls_of(seen.special) if seen.special is not None else []


def _controlling(acting: Acting, seen: CaseDetail, user: "User", at: datetime) -> None:
    acting.about = [f"{when_text(one.at, at)} {one.by.name}：{one.text}" for one in _controls(seen)[:1]]


FILLERS: dict[Action, Callable[[Acting, CaseDetail, "User", datetime], None]] = {
    Action.SUPERVISE: _supervising,
    Action.REPLY: _replying,
    Action.WITHDRAW: _withdrawing,
    Action.DECIDE_EXTENSION: _deciding_extension,
    Action.DECIDE_SUSPENSION: _deciding_suspension,
    Action.LIST_SPECIAL: _listing,
    Action.DECLINE_SPECIAL: _proposal,
    Action.RECORD_CONTROL: _controlling,
    Action.RECORD_DECISION: _meeting_decision,
    Action.LIST_HAZARD: _listing_hazard,
    Action.ACCEPT_HAZARD: _accepting,
    Action.EDIT_PUBLICATION: _publishing,
    Action.APPEAL: _appealing,
    Action.DECIDE_APPEAL: _deciding_appeal,
    Action.TRANSFER: _transferring,
    Action.SUPPLY: _supplying,
    Action.WHISTLE: _whistling,
    Action.RATE_SUMMONED: _rating_summoned,
    Action.ARCHIVE: _archiving,
    Action.REVIEW_SAMPLE: _reviewing,
}


def _fill_targets(acting: Acting, at: datetime) -> None:
    """Everybody the desk may give the case to, the suggested one first."""
    case = acting.case
    here = Q(pk__in=[])
    for kind in ("district", "street", "community"):
        unit_id = case.place[f"{kind}_id"]
        if unit_id:
            here |= Q(unit_id=unit_id)
    targets = dispatch_targets(case.desk).filter(~Q(kind=AgencyKind.CENTRE) | here)
    suggestion = suggest(case, at=at)
    acting.suggested = suggestion.agency if suggestion else None
    acting.typed["unclear"] = suggestion is not None and suggestion.fallback
    acting.typed["assisting"] = [agency.code for agency in suggestion.assisting] if suggestion else []
    chosen = acting.suggested.pk if acting.suggested else None
    acting.targets = sorted(targets.order_by("kind", "id"), key=lambda agency: agency.pk != chosen)


def entries_since(case: Case, version: int | None, *, at: datetime) -> Sequence[Entry]:
    """What happened to a case since it was read at ``version``; the last event where that is not known."""
    events = CaseEvent.objects.filter(case=case).select_related("actor", "leg__agency").order_by("-sequence")
    changed = max(case.version - version, 1) if version is not None else 1
    return timeline_of(list(events[:changed])[::-1], [], at=at)
