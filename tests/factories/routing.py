"""Routing rules for tests."""

from datetime import UTC, date, datetime
from typing import Any

from apps.cases.models import RoutingRule

LONG_AGO = date(2020, 1, 1)


def make_rule(**fields: Any) -> RoutingRule:
    """A rule that has held for long; ``lead`` is ``duty:sanitation`` unless something is said."""
    values: dict[str, Any] = {
        "effective_from": LONG_AGO,
        "because": "示范",
        "created_at": datetime(2020, 1, 1, tzinfo=UTC),
    }
    if not {"lead", "fallback"} & set(fields):
        values["lead"] = "duty:sanitation"
    return RoutingRule.objects.create(**values | fields)


def make_fallbacks() -> None:
    """Who acts first at the district's desk where nobody's duty is clear, as the catalogue ships it; nothing where it
    was loaded."""
    if RoutingRule.objects.filter(category=None).exists():
        return
    make_rule(kind="component", level="district", fallback="duty:construction")
    make_rule(kind="event", level="district", fallback="centre:street")
