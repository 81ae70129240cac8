"""What the intake form shows while somebody is on the phone: the caller's past, places, categories."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shapely.geometry import shape

from apps.cases.models import Case, Category
from apps.cases.selectors.choices import leaves
from apps.cases.selectors.listing import reported_by
from apps.cases.selectors.similar import alike_by_words
from apps.cases.suggestions import Suggestion, search, suggest
from apps.core.clock import local
from apps.core.phones import is_phone
from apps.core.text import terms
from apps.core.words import Folded, holding
from apps.grid.models import Boundary, BoundaryState
from apps.grid.selectors import find_units
from apps.residents.selectors import find_buildings

if TYPE_CHECKING:
    from apps.grid.scopes import Person

MOST_HISTORY = 20
LATELY = timedelta(days=30)
MOST_UNITS = 4
MOST_ADDRESSES = 6
MOST_BUILDINGS = 4
READ_ADDRESSES = 300
HINT = 0.25  # how alike an earlier case must be for its category to count
MOST_SUGGESTED = 5


@dataclass(frozen=True)
class CallerHistory:
    """What a caller reported before, within the reader's scope: the open ones first, at most twenty."""

    cases: list[Case]
    total: int
    lately: int

    @property
    def still_open(self) -> int:
        """How many of those shown are not finished."""
        return sum(case.open for case in self.cases)


@dataclass(frozen=True)
class PlaceCandidate:
    """A place somebody may mean: ``kind`` is unit, address or building, ``times`` how many earlier cases lie there."""

    kind: str
    title: str
    note: str
    lon: float
    lat: float
    times: int = 0


def caller_history(user: "Person", phone: str, *, at: datetime) -> CallerHistory | None:
    """The earlier cases of a phone; none where it is no whole number. Two queries."""
    if not is_phone(phone):
        return None
    cases = Case.objects.visible_to(user).filter(pk__in=reported_by(phone))
    shown = list(cases.select_related("category").order_by("-open", "due_at", "-reported_at", "-id")[:MOST_HISTORY])
    times = list(cases.order_by().values_list("reported_at", flat=True)[:1000])
    return CallerHistory(shown, len(times), sum(moment >= at - LATELY for moment in times))


def place_candidates(user: "Person", words: str) -> list[PlaceCandidate]:
    """Where ``words`` may be: units by name, buildings of the ledger where the reader may see it, and addresses of
    earlier cases in scope, the most frequent first. At most five queries."""
    asked = [term for term in terms(words) if len(term) > 1]
    if not asked:
        return []
    return _addresses(user, asked) + _buildings(user, " ".join(asked)) + _units(user, words.strip())


def _addresses(user: "Person", asked: list[str]) -> list[PlaceCandidate]:
    condition = holding(" ".join(asked), longer=Folded("address"), single=Folded("address"))
    cases = Case.objects.visible_to(user).filter(condition).select_related("grid", "community", "street", "district")
    found: dict[str, list[Case]] = {}
    for case in cases.order_by("-id")[:READ_ADDRESSES]:
        found.setdefault(case.address, []).append(case)
    common = sorted(found.items(), key=lambda one: (-len(one[1]), -one[1][0].pk))[:MOST_ADDRESSES]
    return [
        PlaceCandidate("address", address, cases[0].unit.name, cases[0].lon, cases[0].lat, len(cases))
        for address, cases in common
    ]


def _buildings(user: "Person", words: str) -> list[PlaceCandidate]:
    rows = find_buildings(user, words, MOST_BUILDINGS)
    points = _points_inside([grid.pk for _building, grid in rows])
    placed = [(building, grid) for building, grid in rows if grid.pk in points]
    return [PlaceCandidate("building", building, grid.name, *points[grid.pk]) for building, grid in placed]


def _units(user: "Person", words: str) -> list[PlaceCandidate]:
    units = find_units(user, words, MOST_UNITS)
    points = _points_inside([unit.pk for unit in units])
    return [
        PlaceCandidate("unit", unit.name, unit.parent.name if unit.parent else "", *points[unit.pk])
        for unit in units
        if unit.pk in points
    ]


def _points_inside(unit_ids: list[int]) -> dict[int, tuple[float, float]]:
    """A point inside each unit's published outline."""
    if not unit_ids:
        return {}
    outlines = Boundary.objects.filter(unit__in=unit_ids, state=BoundaryState.PUBLISHED)
    points = {}
    for unit_id, geometry in outlines.values_list("unit_id", "geometry"):
        point = shape(geometry).representative_point()
        points[unit_id] = (round(point.x, 6), round(point.y, 6))
    return points


def category_hints(user: "Person", *, words: str, text: str, at: datetime) -> list[Suggestion]:
    """Leaves matching ``words``; without words, those that what was written points to, each with its reason."""
    known = leaves(user, on=local(at).date())
    if words.strip():
        return search(known, words)[:MOST_SUGGESTED]
    earlier = Counter(case.category_id for case, _score in alike_by_words(user, text, at=at, least=HINT))  # type: ignore[attr-defined]
    return suggest(known, text, earlier=earlier)[:MOST_SUGGESTED]


def category_chosen(key: str) -> Category | None:
    """The leaf of that key, if there is one."""
    return Category.objects.leaves().filter(key=key).first() if key else None
