"""The rules in memory: calendar, policies and ladder, read once per process and again when their stamp moves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.core.clock import local
from apps.deadlines import reckoning
from apps.deadlines.calendar import WorkingCalendar
from apps.deadlines.models import CalendarDay, CalendarYear, LadderRung, LimitPolicy, RulebookStamp
from apps.deadlines.reckoning import PlannedStep, Rung


class NoPolicy(LookupError):
    """No policy in force covers the stage; the catalogue of limits is not loaded or has a hole."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything needed to reckon a limit, unchanging."""

    calendar: WorkingCalendar
    policies: tuple[LimitPolicy, ...]
    rungs: tuple[Rung, ...]

    def policy(
        self,
        *,
        stage: str,
        level: str,
        category_key: str,
        urgency: str,
        place: Mapping[str, int | None],
        at: datetime,
    ) -> LimitPolicy:
        """The policy that applies at ``at``; raises ``NoPolicy``."""
        chosen = reckoning.choose_policy(
            self.policies,
            stage=stage,
            level=level,
            category_key=category_key,
            urgency=urgency,
            place=place,
            on=local(at).date(),
        )
        if chosen is None:
            raise NoPolicy(f"no limit policy in force for stage {stage}, level {level}, category {category_key}")
        return chosen

    def due(self, policy: LimitPolicy, start: datetime) -> datetime:
        """When a limit of ``policy`` begun at ``start`` ends."""
        return reckoning.add_time(self.calendar, start, policy.amount, policy.measure)

    def plan(self, *, start: datetime, due: datetime, measure: str) -> list[PlannedStep]:
        """The ladder of a limit from ``start`` to ``due``."""
        return reckoning.plan_steps(self.calendar, self.rungs, start=start, due=due, measure=measure)


_kept: tuple[UUID, Rulebook] | None = None


def current() -> Rulebook:
    """The rules as they stand now: one query when they have not changed, five when they have."""
    global _kept
    stamp = RulebookStamp.objects.values_list("value", flat=True).first()
    kept = _kept
    if stamp is not None and kept is not None and kept[0] == stamp:
        return kept[1]
    book = _read()
    if stamp is not None:
        _kept = (stamp, book)
    return book


def _read() -> Rulebook:
    rungs = tuple(rung.as_rung() for rung in LadderRung.objects.order_by("step"))
    announced = CalendarYear.objects.filter(announced=True).values_list("year", flat=True)
    days = dict(CalendarDay.objects.values_list("date", "is_working"))
    return Rulebook(WorkingCalendar(days, announced), tuple(LimitPolicy.objects.filter(active=True)), rungs)
