"""Cases that may be the same matter: by place (same category, close by, recent) and by words that few others use.

Two texts are as alike as the weight of the pairs of characters they share is to the weight of all of theirs; a pair
weighs the more the fewer cases hold it, by the statistics the database keeps of ``Case.words``.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection

from apps.cases.choices import CaseState
from apps.cases.models import Case, Category
from apps.cases.selectors.listing import OPEN_PART, page_of, visible_branches
from apps.cases.selectors.neighbours import NEAR_DAYS, NEAR_METRES, cases_around, metres_between
from apps.core.text import pieces
from apps.grid.permissions import Permission

if TYPE_CHECKING:
    from apps.grid.scopes import Person

ALIKE = 0.5  # from here on two texts are worth a look
SAME = 0.75  # from here on they are, wherever the places are said to be
WITHIN_METRES = 500  # how far apart alike texts may lie and still mean one place
RAREST = 12  # pairs of a text by which the index looks for others
CANDIDATES = 200
UNKNOWN = 0.001  # the share of cases that hold a pair nothing is known of
MOST_OPEN = 1000  # open cases compared with each other at once
COMMON = 15  # a pair that more of them hold does not bring two together by itself
MERGEABLE = frozenset({CaseState.REPORTED, CaseState.REGISTERED})  # what the workflow lets merge into another
TOGETHER = 3  # rare pairs that two must share to be compared


@dataclass(frozen=True)
class Alike:
    """A case that may be the same: ``metres`` away (none: nobody knows), ``share`` of the words alike in per cent."""

    case: Case
    metres: int | None
    share: int


@dataclass
class DuplicateGroup:
    """Open cases that are probably one; the first reported stands first, by each of the others how it is like it."""

    first: Case
    others: list[Alike] = field(default_factory=list)

    @property
    def into(self) -> Case:
        """The case that the others go into: the first, or one that is in somebody's hands already."""
        busy = [one.case for one in self.others if one.case.state not in MERGEABLE]
        return busy[0] if busy and self.first.state in MERGEABLE else self.first

    @property
    def cases(self) -> list[Alike]:
        """All of them, the first one first."""
        return [Alike(self.first, None, 0), *self.others]


def telling(words: Iterable[str], category: Category | None = None) -> frozenset[str]:
    """The pairs of a case's words that tell something: of letters, digits and Chinese alone, and none that its
    category's name has, which every case of the category says."""
    own = pieces(category.name) if category is not None else ()
    return frozenset(word for word in words if len(word) == 2 and word.isalnum()).difference(own)


def shares_held() -> Mapping[str, float]:
    """Which share of all cases holds a pair, as the database last counted: the common ones only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT most_common_elems::text::text[], most_common_elem_freqs FROM pg_stats"
            " WHERE schemaname = current_schema() AND tablename = 'cases_case' AND attname = 'words'"
        )
        row = cursor.fetchone()
    if row is None or row[0] is None:
        return {}
    return dict(zip(row[0], row[1], strict=False))


def weight_of(pair: str, held: Mapping[str, float]) -> float:
    """How much a pair tells."""
    return -math.log(min(held.get(pair, UNKNOWN), 0.99))


def likeness(one: frozenset[str], other: frozenset[str], held: Mapping[str, float]) -> float:
    """From 0 (nothing shared) to 1 (the same pairs)."""
    shared = sum(weight_of(pair, held) for pair in one & other)
    if not shared:
        return 0.0
    whole = sum(weight_of(pair, held) for pair in one) * sum(weight_of(pair, held) for pair in other)
    return shared / math.sqrt(whole)


def alike_by_words(
    user: "Person", text: str, *, at: datetime, exclude: int | None = None, least: float = ALIKE
) -> list[tuple[Case, float]]:
    """Cases of the last thirty days that ``user`` sees and whose words are alike, the most alike first. Two queries."""
    asked = telling(pieces(text))
    if not asked:
        return []
    held = shares_held()
    rarest = sorted(asked, key=lambda pair: (held.get(pair, 0.0), pair))[:RAREST]
    recent = Case.objects.visible_to(user).filter(
        words__overlap=rarest, reported_at__gte=at - timedelta(days=NEAR_DAYS), reported_at__lte=at
    )
    found = []
    for case in recent.exclude(pk=exclude).select_related("category").order_by("-reported_at", "-id")[:CANDIDATES]:
        score = likeness(asked, telling(case.words), held)
        if score >= least and case.state != CaseState.MERGED:
            found.append((case, score))
    return sorted(found, key=lambda one: (-one[1], -one[0].pk))


def alike(
    user: "Person",
    *,
    category: Category | None,
    point: tuple[float, float] | None,
    text: str,
    at: datetime,
    exclude: int | None = None,
) -> list[Alike]:
    """What may be the same as something that is about to be reported, nearest and most alike first: of its category
    within 50 m and 30 days, or alike in words and not known to lie far away. At most three queries."""
    found: dict[int, Alike] = {}
    if category is not None and point is not None:
        since = at - timedelta(days=NEAR_DAYS)
        for case, metres in cases_around(user, category.pk, *point, since=since, until=at, exclude=exclude):
            if case.state != CaseState.MERGED:
                found[case.pk] = Alike(case, round(metres), 0)
    for case, score in alike_by_words(user, text, at=at, exclude=exclude):
        apart = metres_between(*point, case.lon, case.lat) if point is not None else None
        if apart is None or apart <= WITHIN_METRES or score >= SAME:
            metres_apart = round(apart) if apart is not None else None
            found[case.pk] = Alike(case, metres_apart, round(score * 100))
    return sorted(found.values(), key=lambda one: (not one.case.open, -one.share, one.metres or 0, one.case.pk))


def duplicate_groups(user: "Person", *, at: datetime) -> list[DuplicateGroup]:
    """Groups of probable duplicates among the open cases of the areas whose desk ``user`` sits at, the largest first.
    The thousand cases whose limit ends soonest are compared; four queries."""
    branches = visible_branches(user, Permission.CASE_REGISTER, agencies=False)
    cases = page_of(branches, (OPEN_PART,), cursor=None, size=MOST_OPEN).rows if branches else []
    return groups_of(cases)


def groups_of(cases: Sequence[Case]) -> list[DuplicateGroup]:
    """The groups among ``cases``: each case beside the earliest one that it is like."""
    ordered = sorted(cases, key=lambda case: (case.reported_at, case.pk))
    told = [telling(case.words, case.category) for case in ordered]
    holders: dict[str, list[int]] = defaultdict(list)
    for place, words in enumerate(told):
        for pair in words:
            holders[pair].append(place)
    weights = {pair: -math.log(len(places) / (len(ordered) + 1)) for pair, places in holders.items()}
    whole = [sum(weights[pair] for pair in words) for words in told]
    pairs = _near_pairs(ordered) | _word_pairs(holders)
    groups: dict[int, DuplicateGroup] = {}
    joined: set[int] = set()
    for one, other in sorted(pairs):
        if other in joined or one in joined:
            continue
        shared = told[one] & told[other]
        score = 0.0
        if len(shared) >= TOGETHER:
            score = sum(weights[pair] for pair in shared) / math.sqrt(whole[one] * whole[other])
        found = _judge(ordered[one], ordered[other], score)
        if found is not None:
            groups.setdefault(one, DuplicateGroup(ordered[one])).others.append(found)
            joined.add(other)
    return sorted(groups.values(), key=lambda group: (-len(group.others), group.first.pk))


def _judge(one: Case, other: Case, score: float) -> Alike | None:
    if abs(one.reported_at - other.reported_at) > timedelta(days=NEAR_DAYS):
        return None
    if one.state not in MERGEABLE and other.state not in MERGEABLE:
        return None
    metres = metres_between(one.lon, one.lat, other.lon, other.lat)
    near = one.category_id == other.category_id and metres <= NEAR_METRES  # type: ignore[attr-defined]
    alike_here = score >= ALIKE and metres <= WITHIN_METRES
    if near or alike_here or score >= SAME:
        return Alike(other, round(metres), round(score * 100))
    return None


def _near_pairs(cases: Sequence[Case]) -> set[tuple[int, int]]:
    """Places in ``cases`` of two of one category in the same or neighbouring cells of some fifty metres."""
    cells: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    pairs: set[tuple[int, int]] = set()
    for place, case in enumerate(cases):
        x, y = int(case.lon * 1500), int(case.lat * 2000)
        for i in (x - 1, x, x + 1):
            for j in (y - 1, y, y + 1):
                pairs.update((other, place) for other in cells.get((case.category_id, i, j), ()))  # type: ignore[attr-defined]
        cells[case.category_id, x, y].append(place)  # type: ignore[attr-defined]
    return pairs


def _word_pairs(holders: Mapping[str, list[int]]) -> set[tuple[int, int]]:
    """Places of two that share several pairs which few hold."""
    counted: Counter[tuple[int, int]] = Counter()
    for places in holders.values():
        if 2 <= len(places) <= COMMON:
            counted.update((one, other) for number, one in enumerate(places) for other in places[number + 1 :])
    return {pair for pair, number in counted.items() if number >= TOGETHER}
