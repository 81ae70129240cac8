"""Sending the events of a stretch of time again, batch by batch."""

from datetime import datetime
from typing import Any

from apps.cases.models import CaseEvent
from apps.cases.webhooks.fanout import write
from apps.cases.webhooks.models import WebhookSubscriber
from apps.cases.webhooks.payload import moments_of
from apps.cases.webhooks.selectors import events_between
from apps.core.jobs import Progress

BATCH = 500


def replay(arguments: dict[str, Any], progress: Progress, *, at: datetime) -> dict[str, Any]:
    """Write a marked message for each event of the stretch; run again after its worker died, it writes none twice."""
    subscriber = WebhookSubscriber.objects.select_related("unit", "agency").get(pk=arguments["subscriber"])
    since, until = (datetime.fromisoformat(arguments[name]) for name in ("since", "until"))
    events = events_between(subscriber, since, until)
    progress.expect(events.count())
    written, last = 0, 0
    while ids := list(events.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        moments = moments_of(CaseEvent.objects.filter(pk__in=ids))
        written += write([subscriber], moments, at=at, replay_id=progress.job.pk)
        last = ids[-1]
        progress.reach(min(progress.done + len(ids), progress.total))
    return {"count": written, "subscriber": subscriber.pk}
