"""From events of cases to messages for those who want them: set-based, in the outbox consumer's transaction."""

from collections.abc import Sequence
from datetime import datetime

from apps.cases.models import CaseEvent
from apps.cases.webhooks.models import WebhookDelivery, WebhookSubscriber
from apps.cases.webhooks.payload import Moment, body_of, moments_of


def wants(subscriber: WebhookSubscriber, moment: Moment) -> bool:
    """Whether a subscriber hears of an event: chosen by it, and the case is within its scope now."""
    if not moment.event_type or (subscriber.events and moment.event_type not in subscriber.events):
        return False
    if subscriber.unit_id is not None:
        return subscriber.unit_id in moment.units
    return subscriber.agency_id in moment.agencies


def spread(wanted: set[tuple[int, int]], *, at: datetime) -> int:
    """Write the messages of events (case, sequence); answers how many there may be. A repeat writes none twice.

    One query where nobody listens, else five however many events and subscribers there are.
    """
    subscribers = list(WebhookSubscriber.objects.listening())
    if not subscribers:
        return 0
    events = CaseEvent.objects.filter(
        case__in={case for case, _ in wanted}, sequence__in={number for _, number in wanted}
    )
    return write(subscribers, moments_of(events, wanted), at=at)


def write(
    subscribers: Sequence[WebhookSubscriber], moments: Sequence[Moment], *, at: datetime, replay_id: int | None = None
) -> int:
    """Write a message per moment for each subscriber that wants it; answers how many."""
    rows: list[WebhookDelivery] = []
    for moment in moments:
        hearing = [one for one in subscribers if wants(one, moment)]
        body = body_of(moment, replay=replay_id is not None) if hearing else ""
        rows += [
            WebhookDelivery(
                subscriber=one,
                case=moment.case,
                sequence=moment.event.sequence,
                event_type=moment.event_type,
                replay_id=replay_id,
                body=body,
                next_attempt_at=at,
                created_at=at,
            )
            for one in hearing
        ]
    WebhookDelivery.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return len(rows)
