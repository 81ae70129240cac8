"""Notices for tests."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from apps.accounts.models import User
from apps.notices import services
from apps.notices.models import Notice

SENT = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
_occasions = count(1)


def make_notice(user: User, *, at: datetime = SENT, **changes: Any) -> Notice:
    """A notice in ``user``'s inbox, of an occasion of its own."""
    number = next(_occasions)
    facts: dict[str, Any] = {
        "kind": "test",
        "title": "红牌：%(subject)s",
        "params": {"subject": f"第 {number} 号"},
        "url": f"/cases/{number}/",
        "dedupe_key": f"test:{number}",
    }
    facts |= changes
    services.notify([user.pk], at=at, **facts)
    return Notice.objects.get(recipient=user, dedupe_key=facts["dedupe_key"])
