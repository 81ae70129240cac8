"""The open limits that a change of the calendar may move, and what each of them becomes: shared by the preview, which
only counts, and the recomputation, which writes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import DateTimeField, F, Func, QuerySet
from django.db.models.functions import Coalesce, Greatest

from apps.core.clock import SHANGHAI
from apps.deadlines.choices import STEPS_OF_STAGE, ChangeKind, LimitState, Stage
from apps.deadlines.models import Limit, LimitChange, LimitPolicy
from apps.deadlines.reckoning import PlannedStep
from apps.deadlines.replay import Course, Happening, replay
from apps.deadlines.rulebook import Rulebook
from apps.grid.models import Unit


@dataclass(frozen=True, slots=True)
class Reach:
    """Which limits a change may move: those of ``unit`` and below (``None``: all) that live on dates from ``first`` to
    ``last`` (``None``: on all later ones)."""

    unit: Unit | None
    first: date
    last: date | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What becomes of a limit: its end, from where its time counts, and the steps it still has to take, as ``waiting``
    lists them now."""

    limit: Limit
    waiting: list[PlannedStep]
    due_at: datetime
    counts_from: datetime
    pending: list[PlannedStep]

    @property
    def is_moved(self) -> bool:
        """Whether its end becomes another one."""
        return self.due_at != self.limit.due_at

    @property
    def is_changed(self) -> bool:
        """Whether anything becomes different, be it the time of a step."""
        return self.is_moved or self.counts_from != self.limit.counts_from or self.pending != self.waiting


def touched_limits(reach: Reach) -> "QuerySet[Limit]":
    """The open limits whose span or ladder meets the dates of ``reach``, in the order of their ids.

    Before its start and after its last step a limit is the same by any calendar.
    """
    limits = Limit.objects.exclude(state=LimitState.ENDED)
    if reach.unit is not None:
        limits = limits.inside(reach.unit)
    if reach.last is not None:
        limits = limits.filter(started_at__lt=_midnight(reach.last + timedelta(days=1)))
    last_step = Func(
        F("plan_times"), template="(%(expressions)s)[cardinality(%(expressions)s)]", output_field=DateTimeField()
    )
    last = Greatest(F("due_at"), Coalesce(last_step, F("due_at")))
    return limits.alias(last=last).filter(last__gte=_midnight(reach.first)).order_by("id")


def outlooks(limits: Sequence[Limit], book: Rulebook, *, at: datetime) -> Iterable[Outlook]:
    """What the rules of ``book`` make of each limit at ``at``; two queries for all of them.

    Steps that fell due by ``at`` count as taken, whether or not a sweep has come to them.
    """
    amounts = dict(
        LimitPolicy.objects.filter(pk__in={limit.policy_id for limit in limits if not limit.due_fixed})  # type: ignore[attr-defined]
        .order_by()
        .values_list("pk", "amount")
    )
    histories = _histories(limits)
    for limit in limits:
        course = Course(
            measure=limit.measure,
            amount=None if limit.due_fixed else amounts.get(limit.policy_id or 0),  # type: ignore[attr-defined]
            started_at=limit.started_at,
            due_at=limit.due_at,
            counts_from=limit.counts_from,
            history=histories.get(limit.pk, ()),
        )
        yield _outlook(limit, book, course, at)


def _outlook(limit: Limit, book: Rulebook, course: Course, at: datetime) -> Outlook:
    place, measure, ladder_id = limit.place, limit.measure, limit.ladder_id  # type: ignore[attr-defined]
    reckoned = replay(
        book.calendar_for(place),
        course,
        lambda start, due: book.plan(start=start, due=due, measure=measure, place=place, ladder_id=ladder_id),
    )
    taken = last_taken(limit, at)
    waiting = [
        PlannedStep(*row)
        for row in zip(limit.plan_steps, limit.plan_kinds, limit.plan_times, strict=True)
        if row[0] > taken
    ]
    kinds = STEPS_OF_STAGE.get(Stage(limit.stage))
    pending = [step for step in reckoned.steps if step.step > taken and (kinds is None or step.kind in kinds)]
    return Outlook(limit, waiting, reckoned.due_at, reckoned.counts_from, pending)


def last_taken(limit: Limit, at: datetime) -> int:
    """The last step that is taken or has fallen due by ``at``."""
    if limit.next_step_at is None or limit.next_step_at > at:
        return limit.last_step
    return max(step for step, moment in zip(limit.plan_steps, limit.plan_times, strict=True) if moment <= at)


def _histories(limits: Sequence[Limit]) -> dict[int, list[Happening]]:
    rows = (
        LimitChange.objects.filter(limit__in=[limit.pk for limit in limits])
        .exclude(kind=ChangeKind.RECOMPUTED)
        .order_by("limit_id", "id")
        .values_list("limit_id", "kind", "at", "old_due", "new_due")
    )
    histories: dict[int, list[Happening]] = {}
    for limit_id, kind, at, old_due, new_due in rows:
        histories.setdefault(limit_id, []).append(Happening(kind, at, old_due, new_due))
    return histories


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=SHANGHAI)
