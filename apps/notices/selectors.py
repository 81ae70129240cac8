"""Reading the inbox."""

from typing import TYPE_CHECKING

from django.db.models import Max

from apps.core.keyset import KeysetPage, keyset_page
from apps.notices.models import Notice, NoticeQuerySet

if TYPE_CHECKING:
    from apps.grid.scopes import Person

MOST_COUNTED = 1000


def inbox(user: "Person", *, unread: bool = False) -> NoticeQuerySet:
    """A person's notices, newest first, or those not read yet."""
    notices = Notice.objects.visible_to(user)
    return notices.unread() if unread else notices


def inbox_page(user: "Person", *, unread: bool, cursor: str | None, size: int) -> KeysetPage[Notice]:
    """One page of the inbox. Raises ``InvalidInput`` for a cursor that was not made here."""
    return keyset_page(inbox(user, unread=unread), ["-id"], cursor, size)


def unread_count(user: "Person") -> int:
    """How many notices wait to be read; counting stops at a thousand."""
    return inbox(user, unread=True).order_by()[:MOST_COUNTED].count()


def total_count(user: "Person", *, unread: bool = False) -> int:
    """How many notices there are; counting stops at a thousand."""
    return inbox(user, unread=unread).order_by()[:MOST_COUNTED].count()


def inbox_mark(user: "Person") -> str:
    """A short text that changes whenever the unread count may have: the bell's ETag."""
    newest = inbox(user, unread=True).aggregate(newest=Max("id"))["newest"]
    return f"{unread_count(user)}-{newest or 0}"
