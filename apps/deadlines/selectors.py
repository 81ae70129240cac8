"""Reading the clock: the steps of a timeline, the runs of the sweep, the rules for the pages of administration."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from apps.deadlines import rulebook
from apps.deadlines.calendar import WorkingCalendar
from apps.deadlines.choices import BASE_PRESET, LimitState
from apps.deadlines.models import (
    CalendarChange,
    CalendarYear,
    DatedRule,
    Ladder,
    LadderRung,
    LadderStep,
    Limit,
    LimitPolicy,
    SweepRun,
)
from apps.deadlines.rulebook import InForce


def steps_on(subjects: Iterable[tuple[str, int]]) -> "QuerySet[LadderStep]":
    """Every ladder step taken on these (subject kind, subject id) pairs, oldest first, with limit and appeal."""
    steps = LadderStep.objects.on(subjects).select_related("limit", "holder", "appeal")
    return steps.order_by("done_at", "limit_id", "step")


def open_limits_of(subjects: Iterable[tuple[str, int]]) -> "QuerySet[Limit]":
    """The running and paused limits of these (subject kind, subject id) pairs, soonest end first."""
    condition = Q(pk__in=[])
    by_kind: dict[str, list[int]] = {}
    for kind, subject_id in subjects:
        by_kind.setdefault(kind, []).append(subject_id)
    for kind, ids in by_kind.items():
        condition |= Q(subject_kind=kind, subject_id__in=ids)
    return Limit.objects.filter(condition, state__in=[LimitState.RUNNING, LimitState.PAUSED]).order_by("due_at", "id")


def limits_of(subjects: Iterable[tuple[str, int]]) -> "QuerySet[Limit]":
    """All limits of these (subject kind, subject id) pairs, the newest first."""
    condition = Q(pk__in=[])
    by_kind: dict[str, list[int]] = {}
    for kind, subject_id in subjects:
        by_kind.setdefault(kind, []).append(subject_id)
    for kind, ids in by_kind.items():
        condition |= Q(subject_kind=kind, subject_id__in=ids)
    return Limit.objects.filter(condition).order_by("-started_at", "-id")


def overdue_q(at: datetime) -> Q:
    """Limits whose end passed unmet by ``at``: judged by the end, never by when a sweep ran."""
    return (
        Q(paused_at__gt=F("due_at"))
        | Q(state=LimitState.ENDED, paused_at__isnull=True, ended_at__gt=F("due_at"))
        | Q(state=LimitState.RUNNING, due_at__lt=at)
    )


def calendar_years(*, first: int) -> "QuerySet[CalendarYear]":
    """The years from ``first`` on, with whether they are announced."""
    return CalendarYear.objects.filter(year__gte=first).order_by("year")


def change_of_job(arguments: Mapping[str, Any]) -> CalendarChange:
    """The change of the calendar whose limits a job recomputes."""
    return CalendarChange.objects.select_related("unit").get(pk=arguments["change"])


def working_days_in(year: int, book: WorkingCalendar) -> int:
    """How many days of ``year`` are worked."""
    return book.working_days_between(date(year, 1, 1), date(year, 12, 31))


def policies() -> "QuerySet[LimitPolicy]":
    """Every limit policy, those of the base sets first."""
    return LimitPolicy.objects.select_related("unit", "preset").order_by("-preset__base", "preset_id", "id")


def rungs() -> "QuerySet[LadderRung]":
    """The default ladder's steps in order."""
    return LadderRung.objects.filter(ladder__code=BASE_PRESET, ladder__version=1).order_by("step")


def rules_in_force(*, on: date) -> int:
    """How many policies hold somewhere on a day."""
    rules = [rule for rules in rulebook.current().policies.values() for rule in rules]
    return len({rule.row.pk for rule in rules if is_in_force(rule, on)})


def is_in_force(rule: "InForce[LimitPolicy] | InForce[Ladder] | DatedRule", on: date) -> bool:
    """Whether a rule counts on a day."""
    return rule.active and rule.effective_from <= on and (rule.effective_to is None or on <= rule.effective_to)


def last_sweep() -> SweepRun | None:
    """The newest run."""
    return SweepRun.objects.order_by("-id").first()


def is_late(run: SweepRun | None, *, at: datetime, after: timedelta = timedelta(minutes=3)) -> bool:
    """Whether the sweep has not run for ``after``, so that somebody should look."""
    return run is None or at - run.started_at > after
