"""The working calendar of every unit: what a unit does not say itself it has from the nearest unit above, at last from
the calendar of all units."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from apps.deadlines.calendar import DEFAULT_PERIODS, Periods, WorkingCalendar
from apps.deadlines.reckoning import PLACE_COLUMNS

Days = Mapping[date, bool]
HoursFrom = Mapping[date, Periods]


@dataclass(frozen=True, slots=True)
class OwnRules:
    """What one unit, or the calendar of all units, says itself.

    ``days`` overrides single dates; ``hours`` maps dates to the periods of a working day from then on, none where the
    unit has from then on the hours of the unit above.
    """

    days: Days = field(default_factory=dict)
    hours: HoursFrom = field(default_factory=dict)


NOTHING = OwnRules()


class Calendars:
    """Every unit's calendar, made when first asked for. Units without rules of their own share their parent's object.

    ``rules`` maps unit ids to their own rules, ``None`` to those of all units.
    """

    __slots__ = ("_made", "announced", "national", "rules")

    def __init__(self, rules: Mapping[int | None, OwnRules], announced: Iterable[int] = ()) -> None:
        self.rules = {unit: own for unit, own in rules.items() if own.days or own.hours}
        self.announced = frozenset(announced)
        self._made: dict[tuple[int, ...], WorkingCalendar] = {}
        self.national = self._make(())
        self._made[()] = self.national

    def at(self, place: Mapping[str, int | None]) -> WorkingCalendar:
        """The calendar that holds at ``place``, which maps the four path columns (``district_id`` …) to unit ids."""
        rules = self.rules
        path = tuple(unit for column in PLACE_COLUMNS if (unit := place.get(column)) is not None and unit in rules)
        made = self._made.get(path)
        if made is None:
            made = self._made[path] = self._make(path)
        return made

    def changed(
        self, unit: int | None, *, days: Mapping[date, bool | None], hours: Mapping[date, Periods | None]
    ) -> "Calendars":
        """These calendars with other rules for one unit; a date that maps to ``None`` loses its rule."""
        own = self.rules.get(unit, NOTHING)
        new_days = {**own.days, **days}
        new_hours = {**own.hours, **hours}
        changed = OwnRules(
            {day: works for day, works in new_days.items() if works is not None},
            {start: periods for start, periods in new_hours.items() if periods is not None},
        )
        return Calendars({**self.rules, unit: changed}, self.announced)

    def _make(self, path: tuple[int, ...]) -> WorkingCalendar:
        chain = [own for unit in (None, *path) if (own := self.rules.get(unit)) is not None]
        days: dict[date, bool] = {}
        for own in chain:
            days.update(own.days)
        starts = sorted({start for own in chain for start in own.hours})
        hours = {start: _hours_at(chain, start) for start in starts}
        return WorkingCalendar(days, self.announced, hours=hours)


def _hours_at(chain: list[OwnRules], day: date) -> Periods:
    """The hours on ``day``: those of the lowest unit of the chain that has some then."""
    for own in reversed(chain):
        last = max((start for start in own.hours if start <= day), default=None)
        if last is not None and own.hours[last]:
            return own.hours[last]
    return DEFAULT_PERIODS
