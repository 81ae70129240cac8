"""Gathering what waits for a digest into one message per person and channel."""

from collections import defaultdict
from datetime import datetime

from django.db import connection, transaction

from apps.core.locks import try_advisory_lock
from apps.notices import channels
from apps.notices.choices import DeliveryState, Failure
from apps.notices.models import Delivery

PEOPLE_AT_ONCE = 500
GATHER = """
    UPDATE notices_delivery AS part SET bundle_id = row.bundle
    FROM unnest(%s::bigint[], %s::bigint[]) AS row(part, bundle) WHERE part.id = row.part
"""


def gather(*, at: datetime) -> int:
    """Make the digests whose hour has come; answers how many. What was read meanwhile is left out. One worker gathers
    at a time, so that nobody gets two.
    """
    made = 0
    while True:
        with transaction.atomic():
            if not try_advisory_lock("notices.gather"):
                return made
            bundles = _gather_some(at)
        if bundles is None:
            return made
        made += bundles


def _gather_some(at: datetime) -> int | None:
    """One transaction's worth; None when nothing was left."""
    due = Delivery.objects.to_gather(at).filter(channel__in=channels.configured())
    pairs = list(due.order_by().values_list("recipient_id", "channel").distinct()[:PEOPLE_AT_ONCE])
    if not pairs:
        return None
    parts = due.filter(recipient__in={recipient for recipient, _ in pairs}).select_for_update(of=("self",))
    by_person: dict[tuple[int, str], list[int]] = defaultdict(list)
    read: list[int] = []
    for pk, recipient, channel, read_at in parts.values_list("pk", "recipient_id", "channel", "notice__read_at"):
        if read_at is not None:
            read.append(pk)
        else:
            by_person[recipient, channel].append(pk)
    Delivery.objects.filter(pk__in=read).update(state=DeliveryState.SKIPPED, failure=Failure.READ)
    bundles = Delivery.objects.bulk_create(
        Delivery(recipient_id=recipient, channel=channel, next_attempt_at=at, created_at=at)
        for recipient, channel in by_person
    )
    placed = [(part, bundle.pk) for bundle, keys in zip(bundles, by_person.values(), strict=True) for part in keys]
    with connection.cursor() as cursor:
        cursor.execute(GATHER, [[part for part, _ in placed], [bundle for _, bundle in placed]])
    return len(bundles)
