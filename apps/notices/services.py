"""Sending notices and marking them read."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from apps.core.errors import NotVisible
from apps.notices.models import Notice
from apps.notices.planning import Written, plan_deliveries

if TYPE_CHECKING:
    from apps.grid.scopes import Person


BATCH = 1000
INSERT = """
    INSERT INTO notices_notice (created_at, recipient_id, kind, urgent, title, body, params, url, dedupe_key)
    SELECT %s, row.recipient, row.kind, row.urgent, row.title, row.body, row.params::jsonb, row.url, row.dedupe_key
    FROM unnest(%s::bigint[], %s::text[], %s::boolean[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
        WITH ORDINALITY AS row(recipient, kind, urgent, title, body, params, url, dedupe_key, place)
    ORDER BY row.place
    ON CONFLICT DO NOTHING
    RETURNING id, recipient_id, kind, urgent
"""


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
    """Put many notices into inboxes, and on their way to those who chose a channel for their kind, in a fixed number of
    statements per thousand; idempotent by recipient and ``dedupe_key``.
    """
    rows = [(recipient, draft) for draft in drafts for recipient in sorted(draft.recipients)]
    for first in range(0, len(rows), BATCH):
        with transaction.atomic(savepoint=False):
            written = _write(rows[first : first + BATCH], at)
            plan_deliveries(written, at=at)


def _write(rows: Sequence[tuple[int, Draft]], at: datetime) -> list[Written]:
    """Insert what is not there yet; answers the new notices alone, which ``bulk_create`` cannot tell."""
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT,
            [
                at,
                [recipient for recipient, _ in rows],
                [draft.kind for _, draft in rows],
                [draft.urgent for _, draft in rows],
                [draft.title for _, draft in rows],
                [draft.body for _, draft in rows],
                [json.dumps(dict(draft.params), ensure_ascii=False) for _, draft in rows],
                [draft.url for _, draft in rows],
                [draft.dedupe_key for _, draft in rows],
            ],
        )
        return [Written(*row) for row in cursor.fetchall()]


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
