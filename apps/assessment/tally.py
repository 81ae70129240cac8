"""Counting: one grouped pass over each fact source, summed up for every kind of subject."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Count

from apps.assessment.measures import MEASURES, SOURCES, FactSource
from apps.assessment.periods import Month
from apps.grid.models import Unit

Counts = dict[int, list[int]]


class Tally:
    """The counts of a district's month by measure, kind of subject and subject."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[dict[str, Counts], int]] = {}

    def add(self, source: FactSource, codes: Sequence[str], counts: dict[str, Counts]) -> None:
        """Keep what one pass counted."""
        for index, code in enumerate(codes):
            self._places[code] = (counts, index)

    def column(self, measure: str, kind: str) -> dict[int, int]:
        """The counts of one measure over the subjects of a kind; a subject without any row is not in it."""
        if not measure:
            return {}
        counts, index = self._places[measure]
        return {subject: row[index] for subject, row in counts.get(kind, {}).items()}


def take_tally(codes: Iterable[str], *, district: Unit, month: Month, cutoff: datetime) -> Tally:
    """Count the named measures; one query for each source they come from."""
    wanted = set(codes)
    tally = Tally()
    for source in SOURCES:
        own = [code for code, measure in MEASURES.items() if measure.source is source and code in wanted]
        if own:
            tally.add(source, own, _pass(source, own, district, month, cutoff))
    return tally


def _pass(
    source: FactSource, codes: Sequence[str], district: Unit, month: Month, cutoff: datetime
) -> dict[str, Counts]:
    columns = list(source.columns.values())
    filters = {f"count_{code}": Count("pk", filter=MEASURES[code].condition(cutoff)) for code in codes}
    rows = source.rows(district, month, cutoff).order_by().values_list(*columns).annotate(**filters)
    return _summed(source.columns, rows.iterator(chunk_size=5000))


def _summed(columns: Mapping[str, str], rows: Iterable[tuple[int, ...]]) -> dict[str, Counts]:
    kinds = [(str(kind), index) for index, kind in enumerate(columns)]
    width = len(kinds)
    counts: dict[str, Counts] = {kind: {} for kind, _index in kinds}
    for row in rows:
        found = row[width:]
        for kind, index in kinds:
            subject = row[index]
            if subject is None:
                continue
            sums = counts[kind].get(subject)
            if sums is None:
                counts[kind][subject] = list(found)
            else:
                counts[kind][subject] = [a + b for a, b in zip(sums, found, strict=True)]
    return counts
