"""In which capacities a person stands towards a case: gathered once, then checked by the table without queries."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from apps.cases.capacities import By, Fact
from apps.cases.choices import OPEN_LEG, CaseState, Evidence, LegRole, LegState, Publicity, SummonsState
from apps.cases.filing import Filing
from apps.cases.matters import (
    appeal_of,
    cards_of,
    dual_of,
    item_of,
    listing_of,
    open_appeals_of,
    open_orders_of,
    reviews_waiting_of,
    summonses_of,
)
from apps.cases.models import Case, Leg, SampleReview, Summons, Supervision
from apps.cases.workflow import TRANSITIONS, Standing
from apps.deadlines.models import CardAppeal, LadderStep
from apps.grid.permissions import Permission
from apps.grid.scopes import KINDS, covers, holds_at, scopes_of
from apps.organisation.models import Agency, AgencyKind, agency_ids_of

if TYPE_CHECKING:
    from apps.accounts.models import User

MEETING_KINDS = ("district", "street")
CENTRE_KINDS = ("district", "street", "community")


def level_of(agency: Agency) -> str:
    """In whose hands a limit runs: a centre's own level, or an agency."""
    return agency.unit.kind if agency.kind == AgencyKind.CENTRE else "agency"


def is_own(agency: Agency, user: "User") -> bool:
    """Whether ``user`` acts for ``agency``: as its handler or, for a station or centre, at its desk."""
    if agency.kind == AgencyKind.CENTRE:
        return holds_at(user, Permission.CASE_SETTLE, agency.unit_id)
    return agency.pk in agency_ids_of(user)


def own_leg(legs: Iterable[Leg], user: "User") -> Leg | None:
    """The leg on which ``user`` would act: the open one, or else the latest of the user's agencies."""
    own = [leg for leg in legs if is_own(leg.agency, user)]
    opened = [leg for leg in own if leg.state in OPEN_LEG]
    return opened[-1] if opened else own[-1] if own else None


def standing_of(case: Case, legs: Iterable[Leg], user: "User") -> Standing:
    """The actor's standing. ``case`` has its category, desk, holder and handler loaded, ``legs`` their agencies."""
    legs = list(legs)
    leg = own_leg(legs, user)
    capacities: set[tuple[By, Permission | None]] = set()
    for row in TRANSITIONS:
        if _able(row.by, row.needs, case, leg, user):
            capacities.add((row.by, row.needs))
    present = {by for by in By if _present(by, case, legs, leg, user)}
    return Standing(
        state=CaseState(case.state),
        capacities=frozenset(capacities),
        present=frozenset(present),
        leg_state=LegState(leg.state) if leg is not None else None,
        facts=frozenset(facts_of(case)),
    )


def facts_of(case: Case) -> Iterator[Fact]:
    """What the table may ask about a case beside its state; ``case`` has its category and its desk's unit loaded."""
    so = {
        Fact.SPOT_CATEGORY: case.category.on_the_spot,
        Fact.APPLICATION: case.category.application,
        Fact.REOPENED: case.reopen_count > 0,
        Fact.AT_TOP: case.desk.unit.kind == KINDS[0],
        Fact.AT_BOTTOM: case.desk.unit.kind == CENTRE_KINDS[-1],
        Fact.ORDER_OPEN: case.orders_open > 0,
        Fact.TIME_ASKED: case.extension_asked,
        Fact.PAUSE_ASKED: case.suspension_asked,
        Fact.ENFORCING: case.enforcing,
        Fact.DISPUTE: case.category.evidence == Evidence.MEDIATION,
        Fact.MEDIATING: case.mediating,
        Fact.DIRECT: case.direct,
        Fact.FOLLOWED: case.first_asked_id is not None,  # type: ignore[attr-defined]
        Fact.MISSING_ASKED: case.missing_asked,
        Fact.DUAL_WAITING: (told := dual_of(case)) is not None and told.acknowledged_at is None,
        Fact.SAMPLED: case.samples_waiting > 0,
        Fact.SPOT_WAITING: case.spot_waiting,
        Fact.PUBLICITY_WAITS: case.publicity in {Publicity.HELD, Publicity.WAITING},
        Fact.APPEALED: case.appeals_open > 0,
        Fact.CALLED: case.summonses_open > 0,
        Fact.TO_ARCHIVE: case.filing in {Filing.RIPE, Filing.OUT},
        Fact.ARCHIVED: case.filing == Filing.ARCHIVED,
        Fact.FOLLOW_UP_WAITING: case.follow_up_waiting,
        Fact.SPECIAL: case.special,
        Fact.SPECIAL_ASKED: case.special_asked,
        Fact.TABLED: case.tabled,
        Fact.HAZARD: case.hazard,
        Fact.TO_PUBLISH: bool(case.publicity),
        Fact.PUBLISHED: case.publicity == Publicity.PUBLISHED,
        Fact.WITHHELD: case.publicity == Publicity.WITHHELD,
    }
    return (fact for fact, holds in so.items() if holds)


def _able(by: By, needs: Permission | None, case: Case, leg: Leg | None, user: "User") -> bool:
    if by in {By.HANDLER, By.HOLDER, By.CARDED}:
        return leg is not None
    if by is By.TOLD:
        told = dual_of(case)
        return told is not None and told.agency_id in agency_ids_of(user)  # type: ignore[attr-defined]
    if by is By.FIRST_ASKED:
        return case.first_asked_id == user.pk  # type: ignore[attr-defined]
    if by in {By.SUMMONED, By.ON_SPOT}:
        return any(one.agency_id in agency_ids_of(user) for one in summonses_of(case))  # type: ignore[attr-defined]
    if by is By.WHISTLER:
        return any(_called_for(one, user) for one in summonses_of(case))
    if by is By.REPORTER:
        return case.reporter_id == user.pk and (needs is None or covers(user, needs, case.place))
    if by is By.RESPONSIBLE:
        return _answers(case, user)
    if needs is None:
        return False
    if by is By.DISTRICT:
        return holds_at(user, needs, case.place["district_id"] or 0)
    if by is By.CONVENER:
        return any(holds_at(user, needs, case.place[f"{kind}_id"] or 0) for kind in MEETING_KINDS)
    if by is By.DESK:
        return _sits_over(case, user, needs, CENTRE_KINDS)
    if by is By.CALLING:
        return case.handled_by_id != user.pk and _sits_over(case, user, needs, CENTRE_KINDS)  # type: ignore[attr-defined]
    if by is By.GROUND:
        return _sits_over(case, user, needs, KINDS[2:])
    if by is By.VERIFIER:
        return covers(user, needs, case.place) and not _had_a_hand(case, user)
    if by is By.INSPECTOR:
        return _may_review(case, user)
    return covers(user, needs, case.place)


def _may_review(case: Case, user: "User") -> bool:
    """Whether the user could review the case in a sample; where it waits in none, in one that might be drawn."""
    if _had_a_hand(case, user) or case.reporter_id == user.pk:
        return False
    if case.samples_waiting:
        return bool(reviews_for(case, user))
    return covers(user, Permission.CASE_SUPERVISE, case.place)


def reviews_for(case: Case, user: "User") -> list[SampleReview]:
    """The waiting reviews of the case that are the user's to make: in samples of a unit over which he supervises, of a
    case in which he had no hand."""
    return [
        one
        for one in reviews_waiting_of(case)
        if user.pk not in one.hands and covers(user, Permission.CASE_SUPERVISE, one.sample.place)
    ]


def _present(by: By, case: Case, legs: Sequence[Leg], leg: Leg | None, user: "User") -> bool:
    if by is By.DESK:
        return _at_desk(case, user)
    if by is By.HANDLER:
        return leg is not None and leg.state in OPEN_LEG and not _is_desk_leg(case, leg)
    if by is By.HOLDER:
        return leg is not None and leg.state in OPEN_LEG and leg.role == LegRole.LEAD and not _is_desk_leg(case, leg)
    if by is By.ORDERER:
        return bool(orders_to_withdraw(case, user))
    if by is By.CARDED:
        return leg is not None and bool(cards_to_appeal(case, legs, user))
    if by in {By.SUMMONED, By.ON_SPOT}:
        state = SummonsState.CALLED if by is By.SUMMONED else SummonsState.ARRIVED
        return any(one.state == state for one in summonses_for(case, user))
    if by is By.WHISTLER:
        return bool(summons_to_rate(case, user))
    if by is By.REVIEWER:
        return bool(appeals_to_decide(case, legs, user))
    if by is By.ABOVE:
        return _above_holder(case, user)
    if by is By.CALLING:
        at_or_above = CENTRE_KINDS[: CENTRE_KINDS.index(case.desk.unit.kind) + 1]
        return _sits_over(case, user, Permission.CASE_CLOSE, at_or_above)
    if by is By.CONVENER:
        item = item_of(case)
        return item is None or holds_at(user, Permission.CASE_SUSPEND, item.meeting.unit_id)  # type: ignore[attr-defined]
    return True


def _sits_over(case: Case, user: "User", needs: Permission, kinds: Sequence[str]) -> bool:
    """Whether the user holds ``needs`` at the very centre of the case's place on one of these levels."""
    return any(holds_at(user, needs, case.place[f"{kind}_id"] or 0) for kind in kinds)


def _answers(case: Case, user: "User") -> bool:
    """Whether the user, or an agency of the user's, is responsible for a case on the special list."""
    entry = listing_of(case)
    if entry is None:
        return False
    return entry.leader_id == user.pk or (entry.agency is not None and is_own(entry.agency, user))  # type: ignore[attr-defined]


def _at_desk(case: Case, user: "User") -> bool:
    return any(
        holds_at(user, permission, case.desk.unit_id)
        for permission in (Permission.CASE_REGISTER, Permission.CASE_DISPATCH)
    )


def _is_desk_leg(case: Case, leg: Leg) -> bool:
    """A centre's own leg on its desk is worked with desk actions; one it was given, as a handler."""
    return leg.role == LegRole.LEAD and leg.agency_id == leg.desk_id


def _had_a_hand(case: Case, user: "User") -> bool:
    if case.handled_by_id == user.pk:
        return True
    return case.handler is not None and is_own(case.handler, user)


def _above_holder(case: Case, user: "User") -> bool:
    """A centre above decides: the dispatching desk or higher for those it gave the case to, else higher only."""
    if case.holder is None:
        return False
    own_desk = case.holder_id == case.desk_id
    lowest = KINDS.index(case.desk.unit.kind) - (1 if own_desk else 0)
    scopes = scopes_of(user, Permission.CASE_EXTEND)
    return any(case.place[scope.column] == scope.unit_id and KINDS.index(scope.kind) <= lowest for scope in scopes)


def level_over(case: Case, user: "User", permission: Permission) -> int | None:
    """How high ``user`` holds ``permission`` over the case: the index of the unit's kind, 0 for the district."""
    levels = [
        KINDS.index(scope.kind) for scope in scopes_of(user, permission) if case.place[scope.column] == scope.unit_id
    ]
    return min(levels, default=None)


def orders_to_withdraw(case: Case, user: "User") -> list[Supervision]:
    """The open orders of the user's own level or of one below."""
    orders = open_orders_of(case)
    level = level_over(case, user, Permission.CASE_SUPERVISE) if orders else None
    return [one for one in orders if level is not None and level <= KINDS.index(one.centre.unit.kind)]


def cards_to_appeal(case: Case, legs: Sequence[Leg], user: "User") -> list[LadderStep]:
    """The cards that the user's agencies got, without an appeal so far."""
    return [card for card in cards_of(case, legs) if appeal_of(card) is None and is_own(card.holder, user)]


def appeals_to_decide(case: Case, legs: Sequence[Leg], user: "User") -> list[CardAppeal]:
    """The open appeals of those below the user's level: its head's, or one above it; never one's own."""
    appeals = open_appeals_of(case, legs)
    level = level_over(case, user, Permission.CASE_SUPERVISE) if appeals else None
    if level is None:
        return []
    cards = {card.pk: card for card in cards_of(case, legs)}
    found = []
    for appeal in appeals:
        card = cards[appeal.step_id]
        head = appeal.decider or card.limit.head
        lowest = KINDS.index(head.unit.kind) if head is not None else 0
        if level <= lowest and not is_own(card.holder, user):
            found.append(appeal)
    return found


def summonses_for(case: Case, user: "User") -> list[Summons]:
    """The open summonses of the user's agencies, the soonest to arrive first."""
    mine = agency_ids_of(user) if case.summonses_open else ()
    found = [one for one in summonses_of(case) if one.ended_at is None and one.agency_id in mine]  # type: ignore[attr-defined]
    return sorted(found, key=lambda one: one.arrive_by)


def _called_for(summons: Summons, user: "User") -> bool:
    """Whether ``user`` blew the whistle or sits at the desk for which it was blown."""
    whistle = summons.whistle
    return whistle.blown_by_id == user.pk or is_own(whistle.desk, user)  # type: ignore[attr-defined]


def summons_to_rate(case: Case, user: "User") -> list[Summons]:
    """Those that told their result, called by the user or for the user's desk, and are not rated yet."""
    reported = [one for one in summonses_of(case) if one.state == SummonsState.REPORTED and one.stars is None]
    return [one for one in reported if _called_for(one, user)]
