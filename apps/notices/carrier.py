"""Carrying deliveries out: every channel in a lane of its own (``core/lanes.py``), repeated under the same key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.core import lanes
from apps.core.skew import cautious_now
from apps.notices import channels, claims, digests
from apps.notices.channels import Adapter, Outcome, Retry
from apps.notices.choices import Channel, Failure
from apps.notices.claims import Claimed

HANDS = 6


@dataclass(frozen=True, slots=True)
class _ChannelLane:
    """One channel and who speaks to its gateway."""

    channel: Channel
    adapter: Adapter

    @property
    def name(self) -> str:
        """The channel."""
        return self.channel.value

    def claim(self, *, most: int, at: datetime) -> Sequence[Claimed]:
        """Due deliveries of the channel."""
        return claims.claim(self.channel, most=most, at=at)

    def send(self, piece: Claimed, *, at: datetime) -> Outcome:
        """Hand one over to the gateway."""
        return self.adapter.send(piece.message, at=at)

    def failed(self, piece: Claimed, error: BaseException) -> Outcome:
        """To be tried again: the adapter itself went wrong."""
        return Retry(Failure.BROKEN_ANSWER, type(error).__name__)

    def record(self, results: Sequence[tuple[Claimed, Outcome]], *, at: datetime) -> object:
        """Write down how they went."""
        return claims.record(self.channel, results, at=at)


def carry_out(*, budget_seconds: float = lanes.BUDGET_SECONDS) -> dict[str, int]:
    """Send what is due on every configured channel; answers how many were tried per channel.

    Begins nothing new after ``budget_seconds``; what is not begun waits for the next run.
    """
    ways = channels.configured()
    if not ways:
        return {}
    digests.gather(at=cautious_now())
    of_channels = [_ChannelLane(way, channels.adapter(way)) for way in ways]
    return lanes.carry_out(of_channels, hands=HANDS, budget_seconds=budget_seconds)
