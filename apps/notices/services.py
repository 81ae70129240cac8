"""Sending notices and marking them read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from apps.core.errors import NotVisible
from apps.notices.models import Notice

if TYPE_CHECKING:
    from apps.grid.scopes import Person


@dataclass(frozen=True, slots=True)
class Draft:
    """A notice about to be sent. ``title`` and ``body`` are message ids, ``params`` fill them (see ``texts``)."""

    recipients: frozenset[int]
    kind: str
    title: str
    dedupe_key: str
    body: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    urgent: bool = False


def notify(
    recipients: Iterable[int],
    *,
    kind: str,
    title: str,
    dedupe_key: str,
    at: datetime,
    body: str = "",
    params: Mapping[str, Any] | None = None,
    url: str = "",
    urgent: bool = False,
) -> None:
    """Put one notice into the inbox of each recipient (user ids); repeating a ``dedupe_key`` sends nothing twice."""
    draft = Draft(frozenset(recipients), kind, title, dedupe_key, body, params or {}, url, urgent)
    send([draft], at=at)


def send(drafts: Iterable[Draft], *, at: datetime) -> None:
    """Put many notices into inboxes in one statement per thousand; idempotent by recipient and ``dedupe_key``."""
    rows = [
        Notice(
            recipient_id=recipient,
            kind=draft.kind,
            urgent=draft.urgent,
            title=draft.title,
            body=draft.body,
            params=dict(draft.params),
            url=draft.url,
            created_at=at,
            dedupe_key=draft.dedupe_key,
        )
        for draft in drafts
        for recipient in sorted(draft.recipients)
    ]
    Notice.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)


def mark_read(*, user: "Person", at: datetime, notice_id: int | None = None) -> int:
    """Mark one of the user's notices read, or all; returns how many changed. Reading twice keeps the first moment.

    Raises ``NotVisible`` for a notice that is not the user's.
    """
    mine = Notice.objects.visible_to(user)
    if notice_id is not None:
        mine = mine.filter(pk=notice_id)
        if not mine.exists():
            raise NotVisible
    return mine.unread().update(read_at=at)


def open_notice(*, user: "Person", notice_id: int, at: datetime) -> Notice:
    """The user's notice, marked read. Raises ``NotVisible`` for one that is not the user's."""
    notice = Notice.objects.visible_to(user).filter(pk=notice_id).first()
    if notice is None:
        raise NotVisible
    Notice.objects.filter(pk=notice.pk).unread().update(read_at=at)
    return notice
