"""The routing rules that the catalogues say: the duties of ``categories.csv`` and ``fallbacks.csv``, read and loaded.

The duty that most leaves of a branch have is the branch's rule; leaves of another duty have rules of their own. Which
agency has a duty is told in ``duties.csv``.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from apps.cases.catalogue import LEAF_LEVEL, CategoryRow, read_categories
from apps.cases.models import Category, RoutingRule
from apps.cases.routing import By
from apps.core import clock
from apps.core.catalogues import LoadReport
from apps.core.locks import advisory_lock
from apps.organisation.catalogue import FallbackRow, read_fallbacks

LOCK = "cases.routing"
BEGINNING = date(2004, 1, 1)
"""From when the first rule of a matter holds: older than any case there can be."""
BECAUSE = "config/catalogues"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the files say of a matter: a category's key, or a kind and a level; then whom they name."""

    category: str = ""
    kind: str = ""
    level: str = ""
    lead: str = ""
    fallback: str = ""


def read_routing() -> list[Wanted]:
    """The rules that the files say, branches first. Raises ``CatalogueError`` as the files' readers do."""
    categories = read_categories()
    below: dict[str, list[CategoryRow]] = {}
    for row in categories:
        if row.level == LEAF_LEVEL:
            below.setdefault(row.parent, []).append(row)
    most = {parent: Counter(leaf.duty for leaf in leaves).most_common(1)[0][0] for parent, leaves in below.items()}
    branches = [Wanted(category=key, lead=f"{By.DUTY}:{duty}") for key, duty in most.items()]
    others = [
        Wanted(category=leaf.key, lead=f"{By.DUTY}:{leaf.duty}")
        for parent, leaves in below.items()
        for leaf in leaves
        if leaf.duty != most[parent]
    ]
    return [*map(_fallback, read_fallbacks()), *branches, *others]


def _fallback(row: FallbackRow) -> Wanted:
    """A component goes to those with a duty, an event to the centre of the case's own unit; the district's desk says
    that nobody's duty is clear."""
    named = f"{By.DUTY}:{row.duty}" if row.duty else f"{By.CENTRE}:{row.level}"
    return Wanted(kind=row.kind, level="district", fallback=named)


@transaction.atomic
def load_routing() -> LoadReport:
    """Bring the routing rules into step with the files; matters that were ruled in the product are kept.

    A rule that holds is not overwritten: it ends today, and what the file says now follows tomorrow; one that left
    the files ends today. Raises ``CatalogueError`` as ``read_routing`` does, and then nothing is changed.
    """
    advisory_lock(LOCK)
    at = clock.now()
    today = clock.local(at).date()
    ids = dict(Category.objects.values_list("key", "pk"))
    current = {
        (rule.category_id, rule.kind, rule.level): rule  # type: ignore[attr-defined]
        for rule in RoutingRule.objects.filter(unit=None, withdrawn=False).order_by("effective_from")
    }
    created, changed, unchanged, kept = [], 0, 0, 0
    for wanted in read_routing():
        matter = (ids.get(wanted.category), wanted.kind, wanted.level)
        rule = current.pop(matter, None)
        if rule is not None and _by_hand(rule):
            kept += 1
        elif rule is not None and (rule.lead, rule.fallback) == (wanted.lead, wanted.fallback) and _goes_on(rule):
            unchanged += 1
        else:
            first = BEGINNING if rule is None else _end(rule, today, at) + timedelta(days=1)
            created.append(_rule(matter, wanted, first, at))
            changed += rule is not None
    for rule in current.values():
        if not _by_hand(rule) and _goes_on(rule):
            _end(rule, today, at)
            changed += 1
    RoutingRule.objects.bulk_create(created, batch_size=500)
    return LoadReport(len(created), changed, unchanged, kept)


def _by_hand(rule: RoutingRule) -> bool:
    return rule.by_hand or rule.ended_by_id is not None  # type: ignore[attr-defined]


def _goes_on(rule: RoutingRule) -> bool:
    return rule.effective_to is None


def _end(rule: RoutingRule, today: date, at: datetime) -> date:
    """Let a rule of the files end today, one that has yet to begin at its first day; answers its last day."""
    if _goes_on(rule):
        rule.effective_to = max(today, rule.effective_from)
        rule.ended_at, rule.ended_because = at, BECAUSE
        rule.save(update_fields=["effective_to", "ended_at", "ended_because"])
    return max(rule.effective_to or today, today)


def _rule(matter: tuple[int | None, str, str], wanted: Wanted, first: date, at: datetime) -> RoutingRule:
    category, kind, level = matter
    return RoutingRule(
        category_id=category,
        kind=kind,
        level=level,
        lead=wanted.lead,
        fallback=wanted.fallback,
        effective_from=first,
        because=BECAUSE,
        created_at=at,
    )
