"""Taking due deliveries of one channel and writing down how they went. Short transactions, no call of a gateway."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from apps.core import outgoing
from apps.notices import channels, wording
from apps.notices.channels import Final, Message, Outcome, Retry, Sent
from apps.notices.choices import OPEN_STATES, Channel, DeliveryState, Failure
from apps.notices.hours import after_quiet
from apps.notices.models import ChannelState, ContactAddress, Delivery, Notice
from apps.notices.planning import hours_of

logger = logging.getLogger(__name__)

# Longer than a request may take with its waiting for a free hand.
LEASE = timedelta(seconds=90)
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=2)
FAILURES_BEFORE_PAUSE = 5
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process may carry out until its lease ends, worded for its channel."""

    delivery: int
    attempt: int
    message: Message


def claim(channel: Channel, *, most: int, at: datetime) -> list[Claimed]:
    """Due deliveries of a channel, at most as many as its rate and its health allow.

    What can no longer be sent (no address, an account that left, an attempt too many) is closed on the way, and what
    is not urgent waits for the end of its recipient's quiet hours.
    """
    while True:
        with transaction.atomic():
            state = _state_of(channel)
            allowed = _allowed(state, channel, most, at)
            if not allowed:
                return []
            # SKIP LOCKED: a row that another worker is writing down is not waited for.
            due = list(
                Delivery.objects.due(channel, at)
                .select_for_update(skip_locked=True, of=("self",))
                .select_related("notice", "recipient__notice_hours")[:allowed]
            )
            if not due:
                return []
            addresses = _addresses(channel, due)
            claimed = _worded(channel, _closed_or_put_off(due, addresses, at), addresses, at)
            Delivery.objects.filter(pk__in=[one.delivery for one in claimed]).update(
                attempts=F("attempts") + 1, next_attempt_at=at + LEASE
            )
            _spend(state, channel, len(claimed), at)
        if claimed:
            return claimed


def _state_of(channel: Channel) -> ChannelState:
    """The channel's row, locked: claims of one channel follow each other, those of others pass by."""
    ChannelState.objects.bulk_create([ChannelState(channel=channel)], ignore_conflicts=True)
    return ChannelState.objects.select_for_update().get(channel=channel)


def _allowed(state: ChannelState, channel: Channel, most: int, at: datetime) -> int:
    if state.paused_until is not None and state.paused_until > at:
        return 0
    if state.failures >= FAILURES_BEFORE_PAUSE:
        most = 1
    spacing, burst = _spacing(channel)
    free_at = max(state.free_at or at, at - burst * spacing)
    if free_at > at:
        return 0
    return min(most, (at - free_at) // spacing if state.free_at else burst)


def _spend(state: ChannelState, channel: Channel, count: int, at: datetime) -> None:
    """Move the moment from which the rate is kept: a quarter at once, the rest evenly, so that no minute has more."""
    if not count:
        return
    spacing, burst = _spacing(channel)
    earliest = at - burst * spacing
    state.free_at = max(state.free_at or earliest, earliest) + count * spacing
    state.save(update_fields=["free_at"])


def _spacing(channel: Channel) -> tuple[timedelta, int]:
    rate = channels.per_minute(channel)
    burst = max(1, rate // 4)
    return timedelta(seconds=60 / max(1, rate - burst)), burst


def _addresses(channel: Channel, due: Sequence[Delivery]) -> dict[int, str]:
    rows = ContactAddress.objects.filter(channel=channel, user__in={one.recipient_id for one in due})
    return {row.user_id: row.text for row in rows}


def _closed_or_put_off(due: Sequence[Delivery], addresses: dict[int, str], at: datetime) -> list[Delivery]:
    """Those that may be sent now; the others are closed, or moved behind the quiet hours."""
    closed: dict[tuple[DeliveryState, Failure], list[int]] = defaultdict(list)
    later: dict[datetime, list[int]] = defaultdict(list)
    fit: list[Delivery] = []
    for one in due:
        hours = hours_of(getattr(one.recipient, "notice_hours", None))
        quiet_end = at if one.urgent else after_quiet(at, hours)
        if not one.recipient.is_active:
            closed[DeliveryState.SKIPPED, Failure.LEFT].append(one.pk)
        elif one.recipient_id not in addresses:
            closed[DeliveryState.SKIPPED, Failure.NO_ADDRESS].append(one.pk)
        elif one.attempts >= settings.NOTICE_MOST_ATTEMPTS:
            closed[DeliveryState.DEAD, Failure.LOST].append(one.pk)
        elif quiet_end > at:
            later[quiet_end].append(one.pk)
        else:
            fit.append(one)
    for (state, failure), keys in closed.items():
        _close(keys, state, failure)
    for moment, keys in later.items():
        Delivery.objects.filter(pk__in=keys).update(next_attempt_at=moment)
    return fit


def _close(keys: Sequence[int], state: DeliveryState, failure: Failure) -> None:
    """End deliveries, and with a digest those gathered in it."""
    Delivery.objects.filter(Q(pk__in=keys) | Q(bundle__in=keys)).update(state=state, failure=failure)


def _worded(channel: Channel, fit: Sequence[Delivery], addresses: dict[int, str], at: datetime) -> list[Claimed]:
    """The deliveries with their messages. One that cannot be put into words is closed and holds up no other."""
    bundles = [one.pk for one in fit if one.notice_id is None]
    gathered: dict[int, list[Notice]] = defaultdict(list)
    if bundles:
        for part in Delivery.objects.filter(bundle__in=bundles).select_related("notice"):
            if part.bundle_id is not None and part.notice is not None:
                gathered[part.bundle_id].append(part.notice)
    claimed: list[Claimed] = []
    for one in fit:
        language = one.recipient.language
        try:
            if one.notice is not None:
                worded = wording.word_notice(one.notice, channel=channel, language=language, at=at)
            else:
                worded = wording.word_digest(gathered[one.pk], channel=channel, language=language, at=at)
        except (LookupError, TypeError, ValueError):
            logger.exception("delivery %d cannot be put into words", one.pk)
            _close([one.pk], DeliveryState.DEAD, Failure.UNWORDED)
            continue
        message = Message(str(one.key), addresses[one.recipient_id], worded.subject, worded.text)
        claimed.append(Claimed(one.pk, one.attempts + 1, message))
    return claimed


RECORD = """
    UPDATE notices_delivery AS delivery
    SET state = row.state, failure = row.failure, last_error = row.detail, gateway_id = row.gateway_id,
        sent_at = CASE WHEN row.state = 'sent' THEN greatest(%s, delivery.created_at) END,
        next_attempt_at = row.next_attempt_at
    FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])
        AS row(id, attempt, state, failure, detail, gateway_id, next_attempt_at)
    WHERE delivery.id = row.id AND delivery.attempts = row.attempt AND delivery.state = ANY(%s)
    RETURNING delivery.id
"""
FOLLOW = """
    UPDATE notices_delivery AS part
    SET state = bundle.state, failure = bundle.failure, sent_at = bundle.sent_at
    FROM notices_delivery AS bundle
    WHERE part.bundle_id = bundle.id AND bundle.id = ANY(%s) AND bundle.notice_id IS NULL
"""


def record(channel: Channel, results: Sequence[tuple[Claimed, Outcome]], *, at: datetime) -> int:
    """Write down how claimed deliveries went, and how the channel fares. Answers how many were still this process's:
    after its lease ended another may have taken a delivery, whose word then counts.
    """
    if not results:
        return 0
    rows = [_row(claimed, outcome, at) for claimed, outcome in results]
    columns = [list(column) for column in zip(*rows, strict=True)]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(RECORD, [at, *columns, list(OPEN_STATES)])
            written = [row[0] for row in cursor.fetchall()]
            cursor.execute(FOLLOW, [written])
        _note_health(channel, [outcome for _, outcome in results], at)
    return len(written)


def _row(claimed: Claimed, outcome: Outcome, at: datetime) -> tuple[int, int, str, str, str, str, datetime]:
    state, failure, detail, gateway_id, again = DeliveryState.SENT, "", "", "", at
    if isinstance(outcome, Sent):
        gateway_id = outcome.gateway_id
    else:
        failure, detail = outcome.failure.value, outcome.detail.replace(claimed.message.address, "…")[:300]
        state = DeliveryState.DEAD
        if isinstance(outcome, Retry) and claimed.attempt < settings.NOTICE_MOST_ATTEMPTS:
            state, again = DeliveryState.FAILED, at + delay_after(claimed.attempt, pause=outcome.pause)
    return claimed.delivery, claimed.attempt, state.value, failure, detail, gateway_id, again


def delay_after(attempt: int, *, pause: timedelta | None = None, spread: float | None = None) -> timedelta:
    """How long to wait after a failed attempt: doubling from half a minute to two hours, a quarter more or less, and
    never less than the gateway asked for. ``spread`` (0 to 1) replaces chance.
    """
    return outgoing.delay_after(attempt, first=FIRST_DELAY, longest=LONGEST_DELAY, pause=pause, spread=spread)


def _note_health(channel: Channel, outcomes: Sequence[Outcome], at: datetime) -> None:
    """Failures of the gateway in a row pause the channel, longer each time; any answer that it can give ends that."""
    state = _state_of(channel)
    for outcome in outcomes:
        if isinstance(outcome, Sent | Final) or not outcome.outage:
            state.failures, state.paused_until, state.last_error = 0, None, ""
            continue
        state.failures += 1
        state.last_error = f"{outcome.failure.value} {outcome.detail}".strip()[:300]
    rests = [outcome.pause for outcome in outcomes if isinstance(outcome, Retry) and outcome.pause is not None]
    if rests:
        state.failures = max(state.failures, 1)
    if state.failures >= FAILURES_BEFORE_PAUSE:
        over = min(state.failures - FAILURES_BEFORE_PAUSE, 10)
        state.paused_until = at + min(FIRST_PAUSE * 2**over, LONGEST_PAUSE)
    if rests:
        state.paused_until = max(filter(None, [state.paused_until, at + max(rests)]))
    state.save()
