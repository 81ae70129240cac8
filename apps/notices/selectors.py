"""Reading the inbox."""

from typing import TYPE_CHECKING

from django.db.models import Max, Prefetch

from apps.core.keyset import KeysetPage, keyset_page
from apps.notices import kinds
from apps.notices.choices import Group
from apps.notices.models import Delivery, Notice, NoticeQuerySet

if TYPE_CHECKING:
    from apps.grid.scopes import Person

MOST_COUNTED = 1000


def inbox(user: "Person", *, unread: bool = False, group: Group | None = None) -> NoticeQuerySet:
    """A person's notices, newest first, or those not read yet, or those of a group."""
    notices = Notice.objects.visible_to(user)
    if group is not None:
        notices = notices.filter(kinds.condition(group))
    return notices.unread() if unread else notices


def inbox_page(
    user: "Person", *, unread: bool, cursor: str | None, size: int, group: Group | None = None
) -> KeysetPage[Notice]:
    """One page of the inbox, each notice with its deliveries. Raises ``InvalidInput`` for a cursor not made here."""
    ways = Delivery.objects.visible_to(user).order_by("channel")
    notices = inbox(user, unread=unread, group=group).prefetch_related(Prefetch("deliveries", queryset=ways))
    return keyset_page(notices, ["-id"], cursor, size)


def unread_count(user: "Person") -> int:
    """How many notices wait to be read; counting stops at a thousand."""
    return inbox(user, unread=True).order_by()[:MOST_COUNTED].count()


def total_count(user: "Person", *, unread: bool = False, group: Group | None = None) -> int:
    """How many notices there are; counting stops at a thousand."""
    return inbox(user, unread=unread, group=group).order_by()[:MOST_COUNTED].count()


def inbox_mark(user: "Person") -> str:
    """A short text that changes whenever the unread count may have: the bell's ETag."""
    newest = inbox(user, unread=True).aggregate(newest=Max("id"))["newest"]
    return f"{unread_count(user)}-{newest or 0}"
