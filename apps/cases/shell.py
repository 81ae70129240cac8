"""What this room puts into the shell: entries of the top bar, what waits at home, search hits, points on the map."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from apps.cases.choices import CaseState, LegState
from apps.cases.presentation import end_of, look_of, started_at, working_minutes
from apps.cases.selectors import Wanted, case_page, desks_of
from apps.cases.selectors.archive import incomplete_at
from apps.cases.selectors.cards import gets_cards, sees_area
from apps.cases.selectors.desk import legs_in_hand
from apps.cases.selectors.desks import DESKS, routes_at
from apps.cases.selectors.follow_ups import calls_for, makes_calls
from apps.cases.selectors.hazards import hazards_due
from apps.cases.selectors.meetings import brought_to, decisions_due
from apps.cases.selectors.rulings import rules_on_duties, waiting_rulings
from apps.cases.selectors.samples import progress_of, samples_to_do
from apps.cases.selectors.screenings import oversees, to_file
from apps.cases.selectors.special import controls_due, proposals_for
from apps.cases.selectors.spot import checks_for
from apps.cases.selectors.waiting import (
    appeals_for,
    dual_for,
    held_by,
    orders_for,
    pauses_asked_of,
    requests_for,
    reviews_for,
)
from apps.cases.selectors.whistles import summonses_waiting
from apps.core import clock, navigation
from apps.core.search import PER_PROVIDER, SearchHit, register_search
from apps.core.waiting import WaitingItem, register_waiting
from apps.deadlines import rulebook
from apps.grid.manage_tabs import OverviewLine, register_lines, register_tab
from apps.grid.models import UnitKind
from apps.grid.overlays import MOST_POINTS, MapPoint, register_overlay
from apps.grid.permissions import Permission
from apps.grid.placed import place_at
from apps.grid.scopes import covers, holds
from apps.organisation.models import Agency, agency_ids_of

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.grid.models import Unit

KINDS = {
    CaseState.REPORTED: (gettext_lazy("待受理"), "clipboard-check"),
    CaseState.REGISTERED: (gettext_lazy("待派遣"), "send"),
    CaseState.HANDLED: (gettext_lazy("待核查"), "eye-check"),
    CaseState.VERIFIED: (gettext_lazy("待结案"), "circle-check"),
}


def waiting_cases(user: "User") -> Iterator[WaitingItem]:
    """What stands on the user's desks and in the hands of the user's agencies."""
    desks = desks_of(user)
    yield from _matters(user, desks)
    if any(desk.unit.kind == UnitKind.DISTRICT for desk in desks):
        yield from _rulings(user)
    yield from _returns(user)
    yield from _incomplete_files(desks)
    legs = legs_in_hand(user) if desks or agency_ids_of(user) else []
    cases = held_by(desks)
    if not legs and not cases:
        return
    at, book = clock.now(), rulebook.current()
    for leg in legs:
        yield WaitingItem(
            title=leg.case.title,
            place=leg.case.address or leg.case.unit.name,
            due_at=leg.due_at,
            url=reverse("cases:case", args=[leg.case.number]),
            kind=_("待接收") if leg.state == LegState.OFFERED else _("办理中"),
            icon=leg.case.category.icon or "point",
            started_at=leg.opened_at,
            left=working_minutes(book.calendar_for(leg.case.place), at, leg.due_at)
            if leg.case.urgency == "normal"
            else None,
            card=leg.case.card,
        )
    for case in cases:
        kind, icon = KINDS[CaseState(case.state)]
        look = look_of(case, book, at)
        yield WaitingItem(
            title=case.title,
            place=case.address or case.unit.name,
            due_at=case.due_at,
            url=reverse("cases:dispatch-case", args=[case.number]),
            kind=kind,
            icon=case.category.icon or icon,
            started_at=started_at(case),
            left=look.left,
            card=case.card,
        )


def _rulings(user: "User") -> Iterator[WaitingItem]:
    """Duties to rule on at the district's desk."""
    for ruling in waiting_rulings(user):
        yield WaitingItem(
            title=ruling.category.label,
            place=ruling.agency.name,
            due_at=ruling.limit.due_at if ruling.limit else None,  # type: ignore[attr-defined]
            url=reverse("cases:ruling", args=[ruling.pk]),
            kind=_("裁定职责"),
            icon="scale",
            started_at=ruling.opened_at,
        )


def _matters(user: "User", desks: list[Agency]) -> Iterator[WaitingItem]:
    """Orders to answer, requests for more time and appeals to decide."""
    for order in orders_for([*agency_ids_of(user), *(desk.pk for desk in desks)]):
        yield WaitingItem(
            title=order.case.title,
            place=order.case.address or order.case.unit.name,
            due_at=order.due_at,
            url=reverse("cases:case", args=[order.case.number]),
            kind=_("答复督办"),
            icon="flag",
            state=order.get_office_display(),
            started_at=order.ordered_at,
        )
    for request in requests_for(desks):
        yield WaitingItem(
            title=request.case.title,
            place=request.leg.agency.name,
            due_at=request.due_before,
            url=reverse("cases:case", args=[request.case.number]),
            kind=_("批复延期"),
            icon="calendar-question",
            started_at=request.asked_at,
        )
    for asked in pauses_asked_of(desks):
        yield WaitingItem(
            title=asked.case.title,
            place=asked.agency.name,
            due_at=None,
            url=reverse("cases:case", args=[asked.case.number]),
            kind=_("批复挂起"),
            icon="hourglass-high",
            started_at=asked.asked_at,
        )
    for item in brought_to(user):
        yield WaitingItem(
            title=item.case.title,
            place=item.meeting.unit.name,
            due_at=None,
            url=reverse("cases:case", args=[item.case.number]),
            kind=_("包联协调"),
            icon="user-star",
            started_at=item.added_at,
        )
    for item in decisions_due(user, desks):
        yield WaitingItem(
            title=item.case.title,
            place=item.meeting.unit.name,
            due_at=end_of(item.due_on) if item.due_on else None,
            url=reverse("cases:case", args=[item.case.number]),
            kind=_("会议决定"),
            icon="gavel",
            started_at=item.decided_at,
        )
    for listing in hazards_due(user, desks, day=clock.local(clock.now()).date()):
        yield WaitingItem(
            title=listing.case.title,
            place=listing.party,
            due_at=end_of(listing.due_on),
            url=reverse("cases:case", args=[listing.case.number]),
            kind=_("挂牌整改"),
            icon="alert-octagon",
            started_at=listing.listed_at,
        )
    for entry in proposals_for(desks):
        yield WaitingItem(
            title=entry.case.title,
            place=entry.proposer.name if entry.proposer else "",
            due_at=None,
            url=reverse("cases:case", args=[entry.case.number]),
            kind=_("决定专案"),
            icon="folder-up",
            started_at=entry.proposed_at,
        )
    for entry in controls_due(user, desks, day=clock.local(clock.now()).date()):
        yield WaitingItem(
            title=entry.case.title,
            place=entry.case.address or entry.case.unit.name,
            due_at=end_of(entry.control_on) if entry.control_on else None,
            url=reverse("cases:case", args=[entry.case.number]),
            kind=_("专案管控"),
            icon="folder-exclamation",
        )
    for case in reviews_for(desks, day=clock.local(clock.now()).date()):
        yield WaitingItem(
            title=case.title,
            place=case.address or case.unit.name,
            due_at=end_of(case.review_on) if case.review_on else None,
            url=reverse("cases:case", args=[case.number]),
            kind=_("挂起复核"),
            icon="player-pause",
        )
    for summons in summonses_waiting(user):
        yield WaitingItem(
            title=summons.case.title,
            place=summons.case.address or summons.unit.name,
            due_at=summons.report_by or summons.arrive_by,
            url=reverse("cases:case", args=[summons.case.number]),
            kind=_("吹哨：报告结果") if summons.arrived_at else _("吹哨：请到场"),
            icon="speakerphone",
            state=summons.whistle.desk.name,
            started_at=summons.arrived_at or summons.called_at,
        )
    for told in dual_for(user):
        yield WaitingItem(
            title=told.case.title,
            place=told.case.address or told.case.unit.name,
            due_at=None,
            url=reverse("cases:case", args=[told.case.number]),
            kind=_("双报待签收"),
            icon="mail-forward",
            started_at=told.told_at,
        )
    for check in checks_for(desks):
        yield WaitingItem(
            title=check.case.title,
            place=check.case.address or check.unit.name,
            due_at=check.draw.limit.due_at if check.draw.limit else None,  # type: ignore[attr-defined]
            url=reverse("cases:case", args=[check.case.number]),
            kind=_("抽查"),
            icon="zoom-check",
            state=check.settled_by.name,
            started_at=check.draw.made_at,
        )
    for row in calls_for(user, day=clock.local(clock.now()).date()):
        yield WaitingItem(
            title=row.case.title,
            place=row.case.address or row.unit.name,
            due_at=row.due_at,
            url=reverse("cases:follow-up", args=[row.pk]),
            kind=_("电话回访"),
            icon="phone-call",
            started_at=row.closed_at,
        )
    for sample in samples_to_do(user):
        yield WaitingItem(
            title=sample.title,
            place=sample.unit.name,
            due_at=end_of(sample.due_on),
            url=reverse("cases:sample", args=[sample.pk]),
            kind=_("样本评查"),
            icon="clipboard-search",
            state=_("%(reviewed)d / %(drawn)d") % {"reviewed": progress_of(sample).ended, "drawn": sample.drawn},
            started_at=sample.drawn_at,
        )
    for appeal in appeals_for(user, desks):
        yield WaitingItem(
            title=appeal.step.limit.subject_label,
            place=appeal.agency.name,
            due_at=None,
            url=appeal.step.limit.subject_url,
            kind=_("裁定申诉"),
            icon="scale",
            card=appeal.step.card,
        )


def _returns(user: "User") -> Iterator[WaitingItem]:
    """The screenings of disputes that the user's desks have still to return."""
    for period, unit in to_file(user, at=clock.now()):
        yield WaitingItem(
            title=_("纠纷排查 %(first)s – %(last)s")
            % {"first": f"{period.starts_on:%m-%d}", "last": f"{period.ends_on:%m-%d}"},
            place=unit.name,
            due_at=period.due_at,
            url=reverse("cases:screening-return", args=[period.pk, unit.code]),
            kind=_("排查填报"),
            icon="report-search",
        )


def _incomplete_files(desks: list[Agency]) -> Iterator[WaitingItem]:
    """The files that nobody can put away without a word."""
    count = incomplete_at(desks)
    if count:
        yield WaitingItem(
            title=ngettext("%(number)d 件案卷缺件", "%(number)d 件案卷缺件", count) % {"number": count},
            place=desks[0].name,
            due_at=None,
            url=reverse("cases:archive"),
            kind=pgettext_lazy("file", "待归档"),
            icon="archive",
        )


def find_cases(user: "User", words: str) -> Iterator[SearchHit]:
    """Cases by number or by words of title, place and description."""
    for case in case_page(user, Wanted(words=words), cursor=None, size=PER_PROVIDER).rows:
        yield SearchHit(
            kind=CaseState(case.state).label,
            title=f"{case.number} {case.title}",
            place=case.address or case.unit.name,
            url=reverse("cases:case", args=[case.number]),
            icon=case.category.icon or "point",
        )


def open_points(user: "User", unit: "Unit") -> Iterator[MapPoint]:
    """The open cases inside a unit, coloured by their limits."""
    at = clock.now()
    book = rulebook.current()
    page = case_page(user, Wanted(states=OPEN_STATES, unit=unit), cursor=None, size=MOST_POINTS)
    for case in page.rows:
        yield MapPoint(
            id=case.number,
            lon=case.lon,
            lat=case.lat,
            tone=look_of(case, book, at).tone(at),
            title=case.title,
            url=reverse("cases:case", args=[case.number]),
        )


def catalogue_lines(user: "User", unit: "Unit") -> Iterator[OverviewLine]:
    """For those who administer the system: how many categories the unit's desk could give to nobody."""
    if unit.kind not in DESKS or not covers(user, Permission.SYSTEM_MANAGE, place_at(unit)):
        return
    nobody = len(routes_at(unit, on=clock.today()).of("nobody"))
    said = ngettext("%(number)d 类无处可派", "%(number)d 类无处可派", nobody) % {"number": nobody}
    yield OverviewLine(
        _("案件类别"),
        said if nobody else _("各类都有去处"),
        reverse("cases:catalogue", args=[unit.code]) + ("?show=nobody" if nobody else ""),
        ("late" if unit.kind == "district" else "near") if nobody else "",
    )


OPEN_STATES = tuple(
    state.value for state in CaseState if state not in {CaseState.REFUSED, CaseState.MERGED, CaseState.CLOSED}
)


def _handles(user: "User") -> bool:
    return bool(agency_ids_of(user))


def _sees(user: "User") -> bool:
    return holds(user, Permission.CASE_COMMENT, Permission.SCORE_RUN)


def _cards(user: "User") -> bool:
    return sees_area(user) or gets_cards(user)


def register() -> None:
    """Announce all of it, from ``AppConfig.ready``."""
    dispatches = (Permission.CASE_DISPATCH,)
    navigation.register_item(
        "dispatch", gettext_lazy("调度"), "cases:dispatch", lambda user: holds(user, *dispatches), 20
    )
    navigation.register_item("desk", pgettext_lazy("agency desk", "经办"), "cases:desk", _handles, 21)
    navigation.register_item("cases", gettext_lazy("案件"), "cases:list", _sees, 25)
    navigation.register_item("cards", gettext_lazy("红黄牌"), "cases:cards", _cards, 26)
    navigation.register_item("follow-ups", pgettext_lazy("page", "回访"), "cases:follow-ups", makes_calls, 26)
    navigation.register_item("screenings", gettext_lazy("纠纷排查"), "cases:screenings", oversees, 27)
    navigation.register_item("rulings", gettext_lazy("职责裁定"), "cases:rulings", rules_on_duties, 28)
    register_waiting(waiting_cases)
    register_tab("catalogue", gettext_lazy("目录"), "cases:catalogue", Permission.UNIT_VIEW, 50)
    register_lines(catalogue_lines)
    register_search(find_cases)
    register_overlay("cases", gettext_lazy("在办案件"), open_points)
