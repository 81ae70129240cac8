"""Months: their names, their bounds and the moment up to which facts count. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from apps.core.clock import SHANGHAI

GRACE = timedelta(hours=2)
"""A log handed in within this time after midnight is still in time, so the facts of a month close that much later."""

_LABEL = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month of Shanghai."""

    year: int
    month: int

    @classmethod
    def of(cls, label: str) -> "Month":
        """``2026-10``. Raises ``ValueError`` for anything else."""
        match = _LABEL.fullmatch(label)
        if match is None:
            raise ValueError(f"{label} is no month; write it as 2026-10")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def containing(cls, day: date) -> "Month":
        """The month of a day."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    def back(self, months: int = 1) -> "Month":
        """The month so many before this one; negative for later ones."""
        number = self.year * 12 + self.month - 1 - months
        return Month(number // 12, number % 12 + 1)

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.back(-1).first - timedelta(days=1)

    @property
    def begins(self) -> datetime:
        """Its first moment, in UTC."""
        return datetime.combine(self.first, time.min, tzinfo=SHANGHAI).astimezone(UTC)

    @property
    def ends(self) -> datetime:
        """The first moment after it, in UTC."""
        return self.back(-1).begins

    def cutoff(self, at: datetime) -> datetime:
        """Up to when facts count for a run at ``at``: shortly after the month's end, or now while it runs."""
        return min(self.ends + GRACE, at)
