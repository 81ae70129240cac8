"""Limits for tests, and the rules they are reckoned by."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any

from apps.core.clock import SHANGHAI
from apps.deadlines import catalogue, rulebook, services
from apps.deadlines.models import Limit
from apps.grid.models import Unit
from apps.grid.placed import place_at
from apps.organisation.models import Agency

_subjects = count(1)


def load_rules() -> rulebook.Rulebook:
    """The shipped calendar, policies and ladder."""
    catalogue.load()
    return rulebook.current()


def shanghai(text: str) -> datetime:
    """``shanghai("2026-03-02 09:00")``: that moment of Shanghai's clocks, in UTC."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI).astimezone(UTC)


def limit_facts(unit: Unit, *, at: datetime, **changes: Any) -> dict[str, Any]:
    """Arguments of ``start_limit`` for a new subject at ``unit``, held by its centre under the centre above."""
    place = place_at(unit)
    seat = unit.parent if unit.kind == "grid" and unit.parent else unit
    above = seat.parent
    subject = next(_subjects)
    facts: dict[str, Any] = {
        "stage": "handling",
        "subject_kind": "case_leg",
        "subject_id": subject,
        "subject_label": f"第 {subject} 号",
        "subject_url": f"/cases/{subject}/",
        "place": place,
        "holder": Agency.objects.get(unit=seat, kind="centre"),
        "head": Agency.objects.get(unit=above, kind="centre") if above else None,
        "level": "agency",
        "category_key": "gbt47678:event:06010",
        "urgency": "normal",
        "at": at,
    }
    return facts | changes


def make_limit(unit: Unit, *, at: datetime, **changes: Any) -> Limit:
    """A running limit started at ``at``; by default three working days."""
    return services.start_limit(**limit_facts(unit, at=at, **changes))


def make_limits(unit: Unit, number: int, *, at: Callable[[int], datetime], **changes: Any) -> list[Limit]:
    """Many running limits in one insert, the n-th started at ``at(n)``."""
    book = rulebook.current()
    facts = limit_facts(unit, at=at(0), **changes)
    holder, head = facts.pop("holder"), facts.pop("head")
    limits = []
    for place in range(number):
        subject = next(_subjects)
        facts |= {"subject_id": subject, "subject_label": f"第 {subject} 号", "at": at(place)}
        limits.append(services.make_limit(book, holder_id=holder.pk, head_id=head.pk if head else None, **facts))
    return Limit.objects.bulk_create(limits, batch_size=2000)
