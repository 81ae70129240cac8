"""The rules in memory: calendar, policies and ladders, read once per process and again when their stamp moves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Generic, TypeVar
from uuid import UUID

from django.db import connection

from apps.core.clock import local
from apps.deadlines import choosing, reckoning
from apps.deadlines.calendar import Periods, WorkingCalendar
from apps.deadlines.calendars import Calendars, OwnRules
from apps.deadlines.choices import Complexity
from apps.deadlines.choosing import Asked, Lost
from apps.deadlines.models import (
    CalendarDay,
    CalendarYear,
    Ladder,
    LadderRung,
    Limit,
    LimitPolicy,
    LimitPreset,
    PresetChoice,
    RulebookStamp,
    WorkingHours,
)
from apps.deadlines.reckoning import PlannedStep, Rung

Row = TypeVar("Row", LimitPolicy, Ladder)


class NoPolicy(LookupError):
    """No policy in force covers the stage; the catalogue of limits is not loaded or has a hole."""


@dataclass(frozen=True, slots=True)
class InForce(Generic[Row]):
    """A policy or ladder as it holds somewhere: one of a set that a unit chose holds for that unit, on the days of
    both. ``choice`` is that choice, if there is one."""

    row: Row
    stage: str
    level: str
    category_prefix: str
    urgency: str
    complexity: str
    unit_id: int | None
    active: bool
    effective_from: date
    effective_to: date | None
    choice: PresetChoice | None = None


@dataclass(frozen=True, slots=True)
class RuleRows:
    """The rows from which a rulebook is made; drafts are rows that are not saved."""

    policies: tuple[LimitPolicy, ...]
    ladders: tuple[Ladder, ...]
    rungs: Mapping[int, tuple[Rung, ...]]
    presets: Mapping[str, LimitPreset]
    choices: tuple[PresetChoice, ...]


def place_rules(
    rows: Iterable[Row], presets: Mapping[str, LimitPreset], choices: Iterable[PresetChoice]
) -> list[InForce[Row]]:
    """Every row where it holds: everywhere it is said for if its set is a base set, and at every unit that chose the
    set. The first days and last days of choice and row both bound it."""
    chosen: dict[str, list[PresetChoice]] = {}
    for choice in choices:
        chosen.setdefault(choice.preset_id, []).append(choice)
    placed = []
    for row in rows:
        preset = presets[row.preset_id]
        if preset.base:
            placed.append(_in_force(row, preset, None))
        placed += [
            rule for choice in chosen.get(row.preset_id, []) if (rule := _in_force(row, preset, choice)) is not None
        ]
    return [rule for rule in placed if rule is not None]


def _in_force(row: Row, preset: LimitPreset, choice: PresetChoice | None) -> InForce[Row] | None:
    first, last = row.effective_from, row.effective_to
    if choice is not None:
        first = max(first, choice.effective_from)
        last = min((day for day in (last, choice.effective_to) if day is not None), default=None)
        if last is not None and last < first:
            return None
    return InForce(
        row=row,
        stage=row.stage,
        level=row.level if isinstance(row, LimitPolicy) else "",
        category_prefix=row.category_prefix if isinstance(row, LimitPolicy) else "",
        urgency=row.urgency,
        complexity=row.complexity,
        unit_id=row.unit_id or (choice.unit_id if choice else None),  # type: ignore[attr-defined]
        active=row.active and preset.active,
        effective_from=first,
        effective_to=last,
        choice=choice,
    )


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything needed to reckon a limit, unchanging."""

    calendars: Calendars
    rows: RuleRows
    policies: Mapping[str, tuple[InForce[LimitPolicy], ...]]
    ladders: tuple[InForce[Ladder], ...]

    def rules_for(self, stage: str) -> tuple[InForce[LimitPolicy], ...]:
        """The policies of a stage, where they hold."""
        return self.policies.get(stage, ())

    @property
    def calendar(self) -> WorkingCalendar:
        """The calendar of all units; where a place is known, ``calendar_for`` is the right one."""
        return self.calendars.national

    def calendar_for(self, place: Mapping[str, int | None]) -> WorkingCalendar:
        """The calendar that holds at ``place``, which maps the four path columns to unit ids."""
        return self.calendars.at(place)

    def policy(
        self,
        *,
        stage: str,
        level: str,
        category_key: str,
        urgency: str,
        place: Mapping[str, int | None],
        at: datetime,
        complexity: str = Complexity.GENERAL,
    ) -> LimitPolicy:
        """The policy that applies at ``at``; raises ``NoPolicy``."""
        asked = Asked(stage, level, category_key, urgency, complexity, place, local(at).date())
        chosen = choosing.choose(self.rules_for(stage), asked)
        if chosen is None:
            raise NoPolicy(f"no limit policy in force for stage {stage}, level {level}, category {category_key}")
        return chosen.row

    def ladder(
        self,
        *,
        stage: str,
        urgency: str,
        place: Mapping[str, int | None],
        at: datetime,
        complexity: str = Complexity.GENERAL,
    ) -> Ladder | None:
        """The ladder that a limit begun at ``at`` climbs; none where no ladder is in force."""
        asked = Asked(stage, "", "", urgency, complexity, place, local(at).date())
        chosen = choosing.choose(self.ladders, asked)
        return chosen.row if chosen else None

    def explain_policy(self, asked: Asked) -> tuple[InForce[LimitPolicy] | None, list[Lost[InForce[LimitPolicy]]]]:
        """The policy for a matter and the others that matched, with the reason why not."""
        return choosing.explain(self.rules_for(asked.stage), asked)

    def explain_ladder(self, asked: Asked) -> tuple[InForce[Ladder] | None, list[Lost[InForce[Ladder]]]]:
        """The ladder for a matter and the others that matched, with the reason why not."""
        return choosing.explain(self.ladders, replace(asked, level="", category_key=""))

    def rungs_of(self, ladder_id: int | None) -> tuple[Rung, ...]:
        """The steps of a ladder; of the first default ladder for limits that began before ladders had names."""
        if ladder_id is None:
            first = next((one for one in self.rows.ladders if one.preset_id == "default" and one.version == 1), None)
            ladder_id = first.pk if first else None
        return self.rows.rungs.get(ladder_id, ()) if ladder_id is not None else ()

    def due(self, policy: LimitPolicy, start: datetime, place: Mapping[str, int | None]) -> datetime:
        """When a limit of ``policy`` begun at ``start`` ends at ``place``."""
        return reckoning.add_time(self.calendar_for(place), start, policy.amount, policy.measure)

    def plan(
        self,
        *,
        start: datetime,
        due: datetime,
        measure: str,
        place: Mapping[str, int | None],
        ladder_id: int | None = None,
    ) -> list[PlannedStep]:
        """The steps of a limit from ``start`` to ``due`` at ``place`` on the ladder of that id."""
        rungs = self.rungs_of(ladder_id)
        return reckoning.plan_steps(self.calendar_for(place), rungs, start=start, due=due, measure=measure)

    def plan_of(self, limit: Limit) -> list[PlannedStep]:
        """The steps of a limit as it stands, on its own ladder."""
        return self.plan(
            start=limit.counts_from,
            due=limit.due_at,
            measure=limit.measure,
            place=limit.place,
            ladder_id=limit.ladder_id,  # type: ignore[attr-defined]
        )

    def with_rows(self, rows: RuleRows) -> "Rulebook":
        """The same calendars under other rules; for drafts."""
        return make_rulebook(self.calendars, rows)


def make_rulebook(calendars: Calendars, rows: RuleRows) -> Rulebook:
    """The rules that follow from rows, without a query."""
    by_stage: dict[str, list[InForce[LimitPolicy]]] = {}
    for rule in place_rules(rows.policies, rows.presets, rows.choices):
        by_stage.setdefault(rule.stage, []).append(rule)
    return Rulebook(
        calendars=calendars,
        rows=rows,
        policies={stage: tuple(rules) for stage, rules in by_stage.items()},
        ladders=tuple(place_rules(rows.ladders, rows.presets, rows.choices)),
    )


_kept: tuple[UUID, Rulebook] | None = None


def current() -> Rulebook:
    """The rules as they stand now: one query when they have not changed, nine when they have."""
    return _kept_for(RulebookStamp.objects.values_list("value", flat=True).first())


def held() -> Rulebook:
    """The rules as they stand, which cannot change before the caller's transaction ends.

    For whoever writes what was reckoned by them: a change of the rules waits for such writers, so that the
    recomputation after it finds every limit that was reckoned by the old ones. As many queries as ``current``.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM deadlines_rulebookstamp FOR SHARE")
        row = cursor.fetchone()
    return _kept_for(row[0] if row else None)


def _kept_for(stamp: UUID | None) -> Rulebook:
    global _kept
    kept = _kept
    if stamp is not None and kept is not None and kept[0] == stamp:
        return kept[1]
    book = make_rulebook(read_calendars(), read_rows())
    if stamp is not None:
        _kept = (stamp, book)
    return book


def read_rows() -> RuleRows:
    """The rows as they stand in the database."""
    rungs: dict[int, list[Rung]] = {}
    for rung in LadderRung.objects.order_by("ladder_id", "step"):
        rungs.setdefault(rung.ladder_id, []).append(rung.as_rung())  # type: ignore[attr-defined]
    return RuleRows(
        policies=tuple(LimitPolicy.objects.order_by("id")),
        ladders=tuple(Ladder.objects.order_by("id")),
        rungs={ladder_id: tuple(steps) for ladder_id, steps in rungs.items()},
        presets=LimitPreset.objects.in_bulk(field_name="code"),
        choices=tuple(PresetChoice.objects.order_by("id")),
    )


def read_calendars() -> Calendars:
    """The calendars of all units as the rows say; three queries."""
    announced = CalendarYear.objects.filter(announced=True).values_list("year", flat=True)
    days: dict[int | None, dict[date, bool]] = {}
    for unit, day, is_working in CalendarDay.objects.values_list("unit_id", "date", "is_working"):
        days.setdefault(unit, {})[day] = is_working
    hours: dict[int | None, dict[date, Periods]] = {}
    for row in WorkingHours.objects.all():
        hours.setdefault(row.unit_id, {})[row.effective_from] = row.as_periods()
    rules = {unit: OwnRules(days.get(unit, {}), hours.get(unit, {})) for unit in {*days, *hours}}
    return Calendars(rules, announced)
