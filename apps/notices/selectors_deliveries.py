"""Reading deliveries for those who administer the system: how channels fare and what was not sent, no wording."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count

from apps.core.errors import NotAllowed
from apps.core.keyset import KeysetPage, keyset_page
from apps.grid.permissions import Permission
from apps.grid.scopes import holds
from apps.notices import channels
from apps.notices.choices import Channel, DeliveryState, Failure
from apps.notices.models import ChannelState, Delivery, DeliveryQuerySet

if TYPE_CHECKING:
    from apps.accounts.models import User

LATELY = timedelta(hours=24)
UNDONE = (DeliveryState.WAITING, DeliveryState.FAILED, DeliveryState.DEAD)


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """One channel: whether it is configured, its messages by state, what it sent lately, and until when it rests."""

    channel: Channel
    configured: bool
    waiting: int
    failed: int
    dead: int
    sent_lately: int
    failures: int
    paused_until: datetime | None
    failure: str
    detail: str


def all_deliveries(user: "User") -> DeliveryQuerySet:
    """Every message that is sent by itself. Raises ``NotAllowed`` for who does not administer the system."""
    if not holds(user, Permission.SYSTEM_MANAGE):
        raise NotAllowed
    return Delivery.objects.visible_to(user, everybodys=True).filter(bundle=None)


def channel_lines(user: "User", *, at: datetime) -> list[ChannelLine]:
    """A line per channel that is configured or still has something to send. Raises ``NotAllowed``."""
    deliveries = all_deliveries(user).order_by()
    undone = deliveries.filter(state__in=UNDONE).values_list("channel", "state").annotate(Count("pk"))
    counts = {(channel, state): count for channel, state, count in undone}
    lately = deliveries.filter(state=DeliveryState.SENT, sent_at__gte=at - LATELY)
    sent = dict(lately.values_list("channel").annotate(Count("pk")))
    health = {one.channel: one for one in ChannelState.objects.all()}
    offered = channels.configured()
    lines = []
    for channel in Channel:
        waiting, failed, dead = (counts.get((channel.value, state.value), 0) for state in UNDONE)
        if channel not in offered and not waiting + failed + dead:
            continue
        state = health.get(channel.value, ChannelState(channel=channel))
        code, _, detail = state.last_error.partition(" ")
        resting = state.paused_until if state.paused_until and state.paused_until > at else None
        lines.append(
            ChannelLine(
                channel,
                channel in offered,
                waiting,
                failed,
                dead,
                sent.get(channel.value, 0),
                state.failures,
                resting,
                str(Failure(code).label) if code in Failure.values else code,
                detail,
            )
        )
    return lines


def delivery_page(
    user: "User", *, channel: str, state: str, failure: str, cursor: str | None, size: int
) -> KeysetPage[Delivery]:
    """One page of messages, newest first, narrowed by what is not empty. Raises ``NotAllowed`` and ``InvalidInput``."""
    narrowed = {name: value for name, value in (("channel", channel), ("state", state), ("failure", failure)) if value}
    deliveries = all_deliveries(user).filter(**narrowed).select_related("notice", "recipient")
    return keyset_page(deliveries, ["-id"], cursor, size)
