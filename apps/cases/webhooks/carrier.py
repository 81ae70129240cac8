"""Carrying messages out: every subscriber in a lane of its own (``core/lanes.py``)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.cases.webhooks import claims, sending
from apps.cases.webhooks.choices import WebhookFailure
from apps.cases.webhooks.claims import Answered, Claimed
from apps.cases.webhooks.models import WebhookSubscriber
from apps.core import lanes
from apps.core.skew import cautious_now

HANDS = 4
MOST_LANES = 50


@dataclass(frozen=True, slots=True)
class _SubscriberLane:
    """One subscriber."""

    subscriber_id: int

    @property
    def name(self) -> str:
        """The subscriber's id."""
        return str(self.subscriber_id)

    def claim(self, *, most: int, at: datetime) -> Sequence[Claimed]:
        """Its due messages."""
        return claims.claim(self.subscriber_id, most=most, at=at)

    def send(self, piece: Claimed, *, at: datetime) -> Answered:
        """Send one."""
        return sending.send(piece, at=at)

    def failed(self, piece: Claimed, error: BaseException) -> Answered:
        """To be tried again: the sending itself went wrong."""
        return Answered(WebhookFailure.BROKEN_ANSWER, type(error).__name__)

    def record(self, results: Sequence[tuple[Claimed, Answered]], *, at: datetime) -> object:
        """Write down how they went."""
        return claims.record(self.subscriber_id, results, at=at)


def carry_out(*, budget_seconds: float = lanes.BUDGET_SECONDS) -> dict[str, int]:
    """Send what is due; answers how many were tried per subscriber's id.

    Begins nothing new after ``budget_seconds``; what is not begun waits for the next run.
    """
    ids = WebhookSubscriber.objects.with_work(cautious_now()).order_by("?").values_list("pk", flat=True)[:MOST_LANES]
    return lanes.carry_out([_SubscriberLane(pk) for pk in ids], hands=HANDS, budget_seconds=budget_seconds)
