"""Announcements for tests."""

from datetime import datetime
from typing import Any

from apps.accounts.models import User
from apps.grid.models import Unit
from apps.notices.announcements import services
from apps.notices.announcements.models import Announcement
from apps.notices.announcements.services import Content


def make_draft(actor: User, unit: Unit, *, at: datetime, **content: Any) -> Announcement:
    """A draft by ``actor`` to the subtree of ``unit``."""
    given = {"title": "大风预警", "text": "检查户外招牌。"} | content
    return services.draft_announcement(actor=actor, unit=unit, content=Content(**given), at=at)


def make_announcement(actor: User, unit: Unit, *, at: datetime, **content: Any) -> Announcement:
    """The same, published."""
    draft = make_draft(actor, unit, at=at, **content)
    return services.publish_announcement(actor=actor, announcement_id=draft.pk, at=at)
