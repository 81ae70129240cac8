"""Telling other rooms that ladder steps were taken and that ends moved: they register a callback, the outbox calls it,
at least once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.core import outbox
from apps.core.models import OutboxMessage
from apps.deadlines.models import Limit
from apps.deadlines.recomputation import TOPIC as MOVED_TOPIC
from apps.deadlines.sweep import TOPIC


@dataclass(frozen=True, slots=True)
class StepTaken:
    """The gravest step just taken on a limit, and in ``kinds`` every step taken with it, in their order.

    ``card`` is the limit's card now, ``holder_id`` and ``head_id`` the agencies of the moment the step was taken.
    """

    limit_id: int
    subject_kind: str
    subject_id: int
    subject_label: str
    subject_url: str
    district_id: int
    stage: str
    step: int
    kind: str
    kinds: tuple[str, ...]
    card: str
    holder_id: int
    head_id: int | None
    started_at: datetime
    due_at: datetime
    done_at: datetime
    ended: bool


Callback = Callable[[Sequence[StepTaken]], None]
_callbacks: list[Callback] = []


def register(callback: Callback) -> None:
    """Call ``callback`` with the steps taken, in batches, in the consumer's transaction; from ``AppConfig.ready``.

    It must bear being called twice with the same step.
    """
    if callback not in _callbacks:
        _callbacks.append(callback)


@outbox.consumer(TOPIC)
def announce(messages: Sequence[OutboxMessage]) -> None:
    """Hand the steps of ``messages`` to every callback."""
    limits = Limit.objects.in_bulk([message.payload["limit"] for message in messages])
    taken = [_taken(message, limits[message.payload["limit"]]) for message in messages]
    for callback in _callbacks:
        callback(taken)


@dataclass(frozen=True, slots=True)
class LimitMoved:
    """A limit whose end the recomputation moved away from ``old_due``.

    ``due_at`` is where it stands now, which may be the outcome of a later move: the message of that one then finds
    nothing left to do.
    """

    limit_id: int
    subject_kind: str
    subject_id: int
    stage: str
    old_due: datetime
    due_at: datetime


MovedCallback = Callable[[Sequence[LimitMoved]], None]
_moved_callbacks: list[MovedCallback] = []


def register_moved(callback: MovedCallback) -> None:
    """Call ``callback`` with the limits moved, in batches, in the consumer's transaction; from ``AppConfig.ready``.

    It must bear being called twice with the same limit, and change only what still shows ``old_due``.
    """
    if callback not in _moved_callbacks:
        _moved_callbacks.append(callback)


@outbox.consumer(MOVED_TOPIC)
def announce_moved(messages: Sequence[OutboxMessage]) -> None:
    """Hand the moved limits of ``messages`` to every callback."""
    for message in messages:
        old_dues = {limit: datetime.fromisoformat(old) for limit, old in message.payload["moved"]}
        moved = [
            LimitMoved(limit.pk, limit.subject_kind, limit.subject_id, limit.stage, old_dues[limit.pk], limit.due_at)
            for limit in Limit.objects.filter(pk__in=old_dues).order_by("pk")
        ]
        for callback in _moved_callbacks:
            callback(moved)


def _taken(message: OutboxMessage, limit: Limit) -> StepTaken:
    payload = message.payload
    return StepTaken(
        limit_id=limit.pk,
        subject_kind=limit.subject_kind,
        subject_id=limit.subject_id,
        subject_label=limit.subject_label,
        subject_url=limit.subject_url,
        district_id=limit.district_id,  # type: ignore[attr-defined]
        stage=limit.stage,
        step=payload["step"],
        kind=payload["kinds"][-1],
        kinds=tuple(payload["kinds"]),
        card=limit.card,
        holder_id=payload["holder"],
        head_id=payload["head"],
        started_at=limit.started_at,
        due_at=limit.due_at,
        done_at=message.created_at,
        ended=limit.ended_at is not None,
    )
