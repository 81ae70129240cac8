"""Opening and ending legs with their limits: the one place where a case changes hands."""

from datetime import datetime

from apps.cases.choices import LEG_SUBJECT, OPEN_LEG, Card, LegRole, LegState
from apps.cases.models import Case, Leg
from apps.cases.standing import level_of
from apps.deadlines import rulebook
from apps.deadlines import services as deadlines
from apps.deadlines.choices import Outcome, Stage
from apps.deadlines.models import Limit
from apps.organisation.models import Agency


def plan_limit(
    case: Case,
    agency: Agency,
    desk: Agency,
    *,
    stage: str,
    at: datetime,
    head: Agency | None = None,
    due_at: datetime | None = None,
) -> Limit:
    """The unsaved limit of a leg that ``agency`` is about to get, until ``due_at`` where that is agreed. The desk that
    gave it is its head."""
    above = head if agency.pk == desk.pk else desk
    return deadlines.make_limit(
        rulebook.held(),
        stage=stage,
        subject_kind=LEG_SUBJECT,
        subject_id=0,
        subject_label=f"{case.number} {case.title}",
        subject_url=f"/cases/{case.number}/",
        place=case.place,
        holder_id=agency.pk,
        head_id=above.pk if above else None,
        level=level_of(agency),
        category_key=case.category.key,
        urgency=case.urgency,
        complexity=case.complexity,
        at=at,
        due_at=due_at,
    )


def open_leg(
    case: Case,
    legs: list[Leg],
    *,
    agency: Agency,
    desk: Agency,
    stage: str,
    state: str,
    at: datetime,
    role: str = LegRole.LEAD,
    head: Agency | None = None,
    limit: Limit | None = None,
) -> Leg:
    """Give the case, or a share in it, to ``agency``; a lead leg makes it the holder. The caller saves the case."""
    limit = limit or plan_limit(case, agency, desk, stage=stage, at=at, head=head)
    leg = Leg.objects.create(
        case=case,
        sequence=max((leg.sequence for leg in legs), default=0) + 1,
        agency=agency,
        desk=desk,
        role=role,
        stage=stage,
        state=state,
        due_at=limit.due_at,
        opened_at=at,
        accepted_at=at if state == LegState.ACCEPTED else None,
    )
    limit.subject_id = leg.pk
    limit.save(force_insert=True)
    legs.append(leg)
    if role == LegRole.LEAD:
        hold(case, leg)
        if stage == Stage.HANDLING:
            case.excused_at = None
    return leg


def hold(case: Case, leg: Leg) -> None:
    """Make the lead leg's agency the holder and its limit the case's; a new limit starts without a card."""
    case.holder = leg.agency
    case.desk = leg.desk
    case.due_at = leg.due_at
    case.card = Card.NONE
    if leg.stage == Stage.HANDLING:
        case.handling_due_at = leg.due_at


def end_leg(leg: Leg, *, state: str, at: datetime, note: str = "", outcome: str = Outcome.DONE) -> None:
    """End one leg and its limit."""
    leg.state = state
    leg.ended_at = at
    leg.version += 1
    leg.in_time = at <= leg.due_at
    leg.note = note[:500]
    leg.save()
    deadlines.end_limits(subject_kind=LEG_SUBJECT, subject_ids=[leg.pk], at=at, outcome=outcome)


def end_open_legs(legs: list[Leg], *, at: datetime, roles: frozenset[str] = frozenset(LegRole)) -> None:
    """End every open leg of the given roles, as when a case is finished or changes hands."""
    opened = [leg for leg in legs if leg.state in OPEN_LEG and leg.role in roles]
    for leg in opened:
        leg.state, leg.ended_at, leg.version = LegState.ENDED, at, leg.version + 1
        leg.in_time = at <= leg.due_at
    Leg.objects.bulk_update(opened, ["state", "ended_at", "version", "in_time"])
    deadlines.end_limits(subject_kind=LEG_SUBJECT, subject_ids=[leg.pk for leg in opened], at=at)


def open_lead(legs: list[Leg]) -> Leg:
    """The lead leg in somebody's hands; an open case always has one."""
    return next(leg for leg in legs if leg.role == LegRole.LEAD and leg.state in OPEN_LEG)
