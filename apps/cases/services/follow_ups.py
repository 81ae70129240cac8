"""Following up closed cases: who is to be called, the weekly drawing of lots, what came of each call."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Case as When
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models import When as If
from django.utils.translation import gettext as _

from apps.cases.calls import (
    FOLLOW_UP_SUBJECT,
    MOST_DAYS_TRIED,
    WITHIN,
    CallOutcome,
    FollowUpState,
    WhyCalled,
)
from apps.cases.choices import Callback, CaseState
from apps.cases.drawing import week_before
from apps.cases.filing import Filing
from apps.cases.models import (
    Case,
    CaseReporter,
    FollowUp,
    FollowUpAttempt,
    FollowUpDraw,
    FollowUpShare,
)
from apps.cases.models.follow_ups import ANSWERS
from apps.cases.services.alongside import end_follow_up
from apps.cases.services.legs import level_of
from apps.cases.services.lots import bounds_of, make_draw
from apps.cases.services.reopening import take_up_again
from apps.core import clock
from apps.core.errors import InvalidInput, WrongState
from apps.deadlines import rulebook
from apps.deadlines import services as deadlines
from apps.deadlines.choices import Measure, Stage
from apps.deadlines.models import Limit
from apps.deadlines.reckoning import add_time
from apps.grid.models import Unit
from apps.grid.placed import place_at
from apps.organisation.models import Agency, AgencyKind

if TYPE_CHECKING:
    from apps.cases.services.acting import Step

Details = dict[str, Any]
BATCH = 500
LOOK_BACK = timedelta(days=14)  # how late what was asked for is still made up for
ENDING = {CallOutcome.REACHED, CallOutcome.REFUSED}  # the others are tried again another day


# What came of a call


def follow_up(step: "Step") -> Details:
    """One call to the reporter of a closed case: nobody reached, or his answers.

    Reached, the case keeps what he said of it; where he does not accept the result, it goes back to its desk by his one
    rejection, as if he had reopened it himself. Refused, or not reached on three different days, it ends unreached.
    """
    row = FollowUp.objects.filter(case=step.case, state=FollowUpState.WAITING).first()
    if row is None:
        raise WrongState(extra={"state": step.case.state})
    outcome = CallOutcome(step.given["outcome"])
    _check_answers(step, outcome)
    row.attempts_made += 1
    FollowUpAttempt.objects.create(
        follow_up=row,
        number=row.attempts_made,
        outcome=outcome,
        called_by=step.actor,
        handled_by_id=row.handled_by_id,  # type: ignore[attr-defined]
        called_at=step.at,
        called_on=clock.local(step.at).date(),
        note=step.note,
    )
    details: Details = {"outcome": outcome.value, "attempt": row.attempts_made}
    if outcome is CallOutcome.REACHED:
        return details | _reached(step, row)
    row.call_on = clock.local(step.at).date() + timedelta(days=1)
    ended = outcome in ENDING or _days_tried(row) >= MOST_DAYS_TRIED
    if ended:
        end_follow_up(step.case, row, FollowUpState.UNREACHED, at=step.at)
    row.save()
    return details | {"ended": ended}


def _check_answers(step: "Step", outcome: CallOutcome) -> None:
    given, wrong = step.given, dict[str, list[str]]()
    if outcome is not CallOutcome.REACHED:
        said = [name for name in (*ANSWERS, "rejected") if given.get(name) not in {None, False}]
        wrong = {name: [_("没有接通，不能填写答复。")] for name in said}
    else:
        wrong = {name: [_("此项必填。")] for name in ANSWERS if given.get(name) is None}
        content = given.get("solved") and given.get("satisfied")
        if not wrong and not content and not step.note:
            wrong["note"] = [_("没有解决或不满意，须写明反映人怎么说。")]
        if given.get("rejected") and given.get("solved"):
            wrong["rejected"] = [_("已解决的不能退回重办。")]
        elif given.get("rejected") and step.case.reopen_count:
            wrong["rejected"] = [_("该案已重开过一次，不能再由反映人退回。")]
    if wrong:
        raise InvalidInput(fields=wrong)


def _reached(step: "Step", row: FollowUp) -> Details:
    case, given = step.case, step.given
    row.contacted, row.solved, row.satisfied = (bool(given[name]) for name in ANSWERS)
    row.rejected, row.said, row.reached_by = bool(given.get("rejected")), step.note, step.actor
    end_follow_up(case, row, FollowUpState.REACHED, at=step.at)
    row.save()
    case.solved, case.satisfied = row.solved, row.satisfied
    said: Details = {name: getattr(row, name) for name in (*ANSWERS, "rejected")}
    said |= {"ended": True, "agency_id": row.agency_id, "handled_by": row.handled_by_id}  # type: ignore[attr-defined]
    if row.rejected:
        take_up_again(step)
        case.reopen_count += 1
        said |= {"agency": case.desk.name, "due": case.due_at}
    return said


def _days_tried(row: FollowUp) -> int:
    return FollowUpAttempt.objects.filter(follow_up=row).order_by().values("called_on").distinct().count()


# Who is to be called


def place_follow_ups(*, at: datetime) -> int:
    """Put on the telephone sheet whoever asked for a call, and draw from the others of the last whole week, once for
    each desk; answers how many cases were put there.

    Safe to run twice, late, or killed half-way: a closing has one follow-up, a desk one draw for the week. A case that
    is being acted on waits for the next run.
    """
    placed = 0
    while more := _place_asked(at):
        placed += more
    since, until = week_before(clock.local(at).date())
    done = FollowUpDraw.objects.filter(until=until).values("desk")
    desks = _to_draw_from(since, until).exclude(desk__in=done).order_by().values_list("desk", flat=True).distinct()
    return placed + sum(_draw_at(desk, since, until, at) for desk in list(desks))


def _callable() -> QuerySet[CaseReporter]:
    """The reporters who can be called: with a phone, and not anonymous."""
    return CaseReporter.objects.filter(phone_hash__isnull=False, anonymous=False)


def _closed(begin: datetime, end: datetime) -> QuerySet[Case]:
    """The cases closed from ``begin`` to before ``end`` that nobody follows up yet."""
    # every district, so that its index of finished cases is used
    districts = Unit.objects.filter(kind="district").values_list("pk", flat=True)
    closed = Case.objects.filter(district__in=list(districts), open=False, closed_at__gte=begin, closed_at__lt=end)
    known = FollowUp.objects.filter(case=OuterRef("pk"), closed_at=OuterRef("closed_at"))
    return closed.filter(~Exists(known), state=CaseState.CLOSED).exclude(filing=Filing.ARCHIVED)


def _asked() -> Exists:
    return Exists(_callable().filter(case=OuterRef("pk"), callback=Callback.PHONE))


@transaction.atomic
def _place_asked(at: datetime) -> int:
    waiting = _closed(at - LOOK_BACK, at).filter(_asked()).order_by("closed_at", "pk")
    cases = _locked(waiting, skip_locked=True)
    _place(cases, None, at)
    return len(cases)


def _locked(cases: QuerySet[Case], **how: Any) -> list[Case]:
    rows = cases.select_for_update(of=("self",), **how).select_related("desk__unit__parent__parent", "category")
    return list(rows[:BATCH])


def _to_draw_from(since: date, until: date) -> QuerySet[Case]:
    """Cases closed in these days whose reporters can be called and did not ask for it."""
    begin, end = bounds_of(since, until)
    reachable = Exists(_callable().filter(case=OuterRef("pk")))
    return _closed(begin, end).filter(reachable, ~_asked())


@transaction.atomic
def _draw_at(desk_id: int, since: date, until: date, at: datetime) -> int:
    """The draw of one desk, whose row keeps two runs from drawing at once; drawn cases are put on the sheet in
    batches, so that memory holds no more of them."""
    desk = Agency.objects.select_for_update(of=("self",)).select_related("unit").get(pk=desk_id)
    if FollowUpDraw.objects.filter(desk=desk, until=until).exists():
        return 0
    pool = _to_draw_from(since, until).filter(desk=desk).order_by("pk")
    numbers = list(pool.select_for_update(of=("self",)).values_list("number", flat=True))
    made = make_draw(FollowUpDraw, FollowUpShare, desk=desk, since=since, until=until, numbers=numbers, at=at)
    if made is None:
        return 0
    draw, chosen = made
    ordered = sorted(chosen)
    for start in range(0, len(ordered), BATCH):
        _place(_locked(Case.objects.filter(number__in=ordered[start : start + BATCH]).order_by("pk")), draw, at)
    return len(chosen)


def _place(cases: list[Case], draw: FollowUpDraw | None, at: datetime) -> None:
    """A follow-up and its limit for each of these locked cases, in a fixed number of statements."""
    if not cases:
        return
    book, reporters = rulebook.held(), _whom_to_call(cases)
    why = WhyCalled.DRAWN if draw is not None else WhyCalled.ASKED
    rows = FollowUp.objects.bulk_create(
        FollowUp(
            case=case,
            closed_at=_closing_of(case),
            reporter=reporters[case.pk],
            why=why,
            draw=draw,
            desk=case.desk,
            agency_id=case.handler_id or case.desk_id,  # type: ignore[attr-defined]
            handled_by_id=case.handled_by_id,  # type: ignore[attr-defined]
            due_at=_due(book, case, why),
            call_on=clock.local(at).date(),
            **case.place,
        )
        for case in cases
    )
    heads = _heads(case.desk for case in cases)
    Limit.objects.bulk_create(_limit(book, row, heads[row.desk_id]) for row in rows)  # type: ignore[attr-defined]
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(follow_up_waiting=True)


def _whom_to_call(cases: list[Case]) -> dict[int, CaseReporter]:
    """The reporter to call of each case: who asked for it, else who can be called; of several the first."""
    asked_first = When(If(callback=Callback.PHONE, then=Value(0)), default=Value(1))
    rows = _callable().filter(case__in=cases).order_by("case_id", asked_first, "added_at", "pk").distinct("case")
    return {row.case_id: row for row in rows}


def _due(book: rulebook.Rulebook, case: Case, why: WhyCalled) -> datetime:
    return add_time(book.calendar_for(case.place), _closing_of(case), WITHIN[why], Measure.WORKING_DAYS)


def _closing_of(case: Case) -> datetime:
    if case.closed_at is None:
        raise WrongState(extra={"state": case.state})
    return case.closed_at


def _heads(desks: Iterable[Agency]) -> dict[int, Agency | None]:
    """The centre above each desk; one query. The desks have the units above theirs loaded."""
    chains = {desk.pk: [pk for pk in reversed(list(place_at(desk.unit).values())) if pk][1:] for desk in desks}
    units = {pk for chain in chains.values() for pk in chain}
    centres = {one.unit_id: one for one in Agency.objects.filter(kind=AgencyKind.CENTRE, unit__in=units)}  # type: ignore[attr-defined]
    return {desk: next((centres[pk] for pk in chain if pk in centres), None) for desk, chain in chains.items()}


def _limit(book: rulebook.Rulebook, row: FollowUp, head: Agency | None) -> Limit:
    """The limit within which the desk follows the case up, counted from its closing."""
    case = row.case
    return deadlines.make_limit(
        book,
        stage=Stage.TASK,
        subject_kind=FOLLOW_UP_SUBJECT,
        subject_id=row.pk,
        subject_label=f"{case.number} {case.title}",
        subject_url=f"/follow-ups/{row.pk}/",
        place=row.place,
        holder_id=case.desk.pk,
        head_id=head.pk if head else None,
        level=level_of(case.desk),
        category_key=case.category.key,
        urgency=case.urgency,
        complexity=case.complexity,
        at=row.closed_at,
        due_at=row.due_at,
    )
