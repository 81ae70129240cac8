"""Taking a subscriber's due messages and writing down how they went. Short transactions, no call of anybody."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from apps.cases.webhooks.choices import WEBHOOK_OPEN, WebhookFailure, WebhookState
from apps.cases.webhooks.models import WebhookDelivery, WebhookSubscriber
from apps.core import outgoing
from apps.grid.permissions import Permission
from apps.grid.scopes import holders_of
from apps.notices.services import notify

PAUSED_KIND = "webhook.paused"
# Longer than a request may take with its waiting for a free hand.
LEASE = timedelta(seconds=90)
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=4)
FAILURES_BEFORE_REST = 5
FIRST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this process may send until its lease ends."""

    delivery: int
    attempt: int
    key: str
    event_type: str
    url: str
    secrets: tuple[str, ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """How a call went: without ``failure`` it arrived. ``final`` when sending again cannot help; ``pause`` when the
    other side asked for a rest.
    """

    failure: WebhookFailure | None = None
    detail: str = ""
    final: bool = False
    pause: timedelta | None = None
    status: int | None = None
    milliseconds: int | None = None
    request_headers: dict[str, str] = field(default_factory=dict)
    answer_headers: dict[str, str] = field(default_factory=dict)
    answer_body: str = ""


@transaction.atomic
def claim(subscriber_id: int, *, most: int, at: datetime) -> list[Claimed]:
    """Due messages of a subscriber; after failures in a row one at a time, during a rest none."""
    subscriber = WebhookSubscriber.objects.select_for_update(no_key=True).listening().filter(pk=subscriber_id).first()
    if subscriber is None or (subscriber.rest_until and subscriber.rest_until > at):
        return []
    if subscriber.failures >= FAILURES_BEFORE_REST:
        most = 1
    # SKIP LOCKED: a row that another worker is writing down is not waited for.
    due = list(WebhookDelivery.objects.due(subscriber_id, at).select_for_update(skip_locked=True, of=("self",))[:most])
    lost = [one.pk for one in due if one.attempts >= settings.WEBHOOK_MOST_ATTEMPTS]
    WebhookDelivery.objects.filter(pk__in=lost).update(state=WebhookState.DEAD, failure=WebhookFailure.LOST)
    fit = [one for one in due if one.pk not in set(lost)]
    WebhookDelivery.objects.filter(pk__in=[one.pk for one in fit]).update(
        attempts=F("attempts") + 1, next_attempt_at=at + LEASE
    )
    secrets = tuple(subscriber.secrets_at(at))
    return [
        Claimed(one.pk, one.attempts + 1, str(one.key), one.event_type, subscriber.url, secrets, one.body.encode())
        for one in fit
    ]


@transaction.atomic
def record(subscriber_id: int, results: Sequence[tuple[Claimed, Answered]], *, at: datetime) -> int:
    """Write down how claimed messages went and how the subscriber fares; answers how many were still this process's.

    Who failed without a success for ``WEBHOOK_PAUSE_DAYS`` is paused, and every system administrator is told.
    """
    subscriber = WebhookSubscriber.objects.select_for_update(no_key=True).get(pk=subscriber_id)
    attempts = {claimed.delivery: claimed.attempt for claimed, _ in results}
    rows = {
        row.pk: row
        for row in WebhookDelivery.objects.select_for_update().filter(pk__in=attempts, state__in=WEBHOOK_OPEN)
        if row.attempts == attempts[row.pk]
    }
    for claimed, answered in results:
        if claimed.delivery in rows:
            _fill(rows[claimed.delivery], answered, at)
    WebhookDelivery.objects.bulk_update(rows.values(), RECORDED)
    for _claimed, answered in results:
        _note_health(subscriber, answered, at)
    long_dead = subscriber.failing_since and subscriber.failing_since <= at - timedelta(
        days=settings.WEBHOOK_PAUSE_DAYS
    )
    if long_dead and subscriber.paused_at is None:
        subscriber.paused_at = at
        _tell(subscriber, at)
    subscriber.save(update_fields=["failures", "failing_since", "rest_until", "paused_at"])
    return len(rows)


RECORDED = [
    "state",
    "failure",
    "detail",
    "sent_at",
    "tried_at",
    "next_attempt_at",
    "status",
    "milliseconds",
    "request_headers",
    "answer_headers",
    "answer_body",
]


def _fill(row: WebhookDelivery, answered: Answered, at: datetime) -> None:
    row.tried_at, row.status, row.milliseconds = at, answered.status, answered.milliseconds
    row.request_headers, row.answer_headers = answered.request_headers, answered.answer_headers
    row.answer_body, row.detail = answered.answer_body, answered.detail[:300]
    row.failure = answered.failure or ""
    if answered.failure is None:
        row.state, row.sent_at = WebhookState.SENT, max(at, row.created_at)
    elif answered.final or row.attempts >= settings.WEBHOOK_MOST_ATTEMPTS:
        row.state = WebhookState.DEAD
    else:
        row.state = WebhookState.FAILED
        row.next_attempt_at = at + delay_after(row.attempts, pause=answered.pause)


def delay_after(attempt: int, *, pause: timedelta | None = None, spread: float | None = None) -> timedelta:
    """How long to wait after a failed attempt: doubling from half a minute to four hours, with jitter."""
    return outgoing.delay_after(attempt, first=FIRST_DELAY, longest=LONGEST_DELAY, pause=pause, spread=spread)


def _note_health(subscriber: WebhookSubscriber, answered: Answered, at: datetime) -> None:
    """A success ends every pause; failures in a row bring a rest, longer each time."""
    if answered.failure is None:
        subscriber.failures, subscriber.failing_since = 0, None
        subscriber.rest_until = subscriber.paused_at = None
        return
    subscriber.failures += 1
    subscriber.failing_since = subscriber.failing_since or at
    rests = [answered.pause] if answered.pause else []
    if subscriber.failures >= FAILURES_BEFORE_REST:
        over = min(subscriber.failures - FAILURES_BEFORE_REST, 10)
        rests.append(min(FIRST_REST * 2**over, LONGEST_REST))
    if rests:
        subscriber.rest_until = max(filter(None, [subscriber.rest_until, at + max(rests)]))


def _tell(subscriber: WebhookSubscriber, at: datetime) -> None:
    notify(
        holders_of(Permission.SYSTEM_MANAGE),
        kind=PAUSED_KIND,
        title=_("事件推送已暂停：%(name)s"),
        body=_("已连续 %(days)d 天没有送达。请联系对方，修复后恢复推送，并补发暂停期间的事件。"),
        params={"name": subscriber.name, "days": settings.WEBHOOK_PAUSE_DAYS},
        url=reverse("cases:webhook", args=[subscriber.pk]),
        dedupe_key=f"webhook:{subscriber.pk}:paused:{at.isoformat()}",
        at=at,
    )
