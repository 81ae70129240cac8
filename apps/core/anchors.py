"""Sealing all chain heads once an hour, and checking every chain and anchor from end to end."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.apps import apps
from django.db import connection, transaction

from apps.core.audit import GENESIS, ChainedEvent, chained_models, link_hash, payload_digest
from apps.core.locks import advisory_lock
from apps.core.models import AuditAnchor, AuditAnchorHead


@dataclass(frozen=True)
class BrokenLink:
    """The first place where a chain does not hold: which stream, which link, and what is wrong with it."""

    stream: str
    sequence: int
    reason: str


def _parent_model(model: type[ChainedEvent]) -> type:
    return model._meta.get_field(model.chain_parent).related_model  # type: ignore[return-value]


@transaction.atomic
def take_anchor(*, at: datetime) -> int:
    """Seal the heads of every stream that moved since the last anchor; returns how many there were."""
    advisory_lock("core.anchor")
    last = AuditAnchor.objects.last()
    anchor = AuditAnchor.objects.create(
        sequence=last.sequence + 1 if last else 1,
        at=at,
        previous=last.hash if last else GENESIS,
        hash=GENESIS,
    )
    for model in chained_models():
        _copy_moved_heads(anchor, model)
    heads = AuditAnchorHead.objects.filter(anchor=anchor).order_by("model", "parent_id")
    count = heads.count()
    if count == 0:
        anchor.delete()
        return 0
    anchor.hash = _anchor_hash(anchor)
    anchor.save(update_fields=["hash"])
    return count


def _copy_moved_heads(anchor: AuditAnchor, model: type[ChainedEvent]) -> None:
    parent = _parent_model(model)._meta.db_table  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO core_auditanchorhead (anchor_id, model, parent_id, sequence, hash)
            SELECT %s, %s, p.id, p.head_sequence, p.head_hash
              FROM {parent} p
             WHERE p.head_sequence > COALESCE((
                   SELECT h.sequence FROM core_auditanchorhead h
                    WHERE h.model = %s AND h.parent_id = p.id ORDER BY h.anchor_id DESC LIMIT 1), 0)
            """,
            [anchor.pk, model._meta.label_lower, model._meta.label_lower],
        )


def _anchor_hash(anchor: AuditAnchor) -> bytes:
    digest = hashlib.sha256(bytes(anchor.previous))
    digest.update(f"{anchor.sequence}\n{anchor.at.astimezone(UTC).isoformat(timespec='microseconds')}\n".encode())
    heads = anchor.heads.order_by("model", "parent_id").values_list("model", "parent_id", "sequence", "hash")
    for model, parent_id, sequence, link in heads.iterator(chunk_size=5000):
        digest.update(f"{model}\n{parent_id}\n{sequence}\n".encode() + bytes(link))
    return digest.digest()


def verify() -> Iterator[BrokenLink]:
    """Check every chain, then every anchor; yields the first broken link of each stream."""
    for model in chained_models():
        yield from _verify_model(model)
    yield from _verify_anchors()


def _verify_model(model: type[ChainedEvent]) -> Iterator[BrokenLink]:
    parents = {
        pk: (sequence, bytes(link))
        for pk, sequence, link in _parent_model(model)  # type: ignore[attr-defined]
        ._base_manager.filter(head_sequence__gt=0)
        .values_list("pk", "head_sequence", "head_hash")
        .iterator(chunk_size=5000)
    }
    column = f"{model.chain_parent}_id"
    current: int | None = None
    walker = _Walker(model)
    events = model._base_manager.order_by(column, "sequence")
    for event in events.iterator(chunk_size=5000):
        parent_id = getattr(event, column)
        if parent_id != current:
            if current is not None:
                yield from walker.finish(current, parents.pop(current, (0, GENESIS)))
            current = parent_id
            walker = _Walker(model)
        yield from walker.step(parent_id, event)
    if current is not None:
        yield from walker.finish(current, parents.pop(current, (0, GENESIS)))
    for parent_id, (sequence, _) in sorted(parents.items()):
        yield BrokenLink(model.stream_name(parent_id), 1, f"the whole chain of {sequence} events is gone")


class _Walker:
    """Walks one chain and reports its first fault only."""

    def __init__(self, model: type[ChainedEvent]) -> None:
        self.model = model
        self.sequence = 0
        self.previous = GENESIS
        self.broken = False

    def step(self, parent_id: int, event: ChainedEvent) -> Iterator[BrokenLink]:
        if self.broken:
            return
        reason = self._fault(parent_id, event)
        if reason:
            self.broken = True
            yield BrokenLink(self.model.stream_name(parent_id), self.sequence + 1, reason)
            return
        self.sequence = event.sequence
        self.previous = bytes(event.hash)

    def _fault(self, parent_id: int, event: ChainedEvent) -> str:
        if event.sequence != self.sequence + 1:
            return f"event {self.sequence + 1} is missing; {event.sequence} follows"
        if event.payload is not None and payload_digest(bytes(event.salt), event.payload) != bytes(event.digest):
            return "the content was altered"
        expected = link_hash(
            stream=self.model.stream_name(parent_id),
            sequence=event.sequence,
            at=event.at,
            actor_id=event.actor_id,
            action=event.action,
            digest=bytes(event.digest),
            previous=bytes(event.previous),
        )
        if expected != bytes(event.hash):
            return "the event was altered"
        if bytes(event.previous) != self.previous:
            return "the order was changed"
        return ""

    def finish(self, parent_id: int, head: tuple[int, bytes]) -> Iterator[BrokenLink]:
        if self.broken:
            return
        sequence, link = head
        stream = self.model.stream_name(parent_id)
        if sequence > self.sequence:
            yield BrokenLink(stream, self.sequence + 1, f"the last {sequence - self.sequence} event(s) are gone")
        elif sequence < self.sequence or link != self.previous:
            yield BrokenLink(stream, self.sequence, "the head does not match the last event")


def _verify_anchors() -> Iterator[BrokenLink]:
    previous, sequence = GENESIS, 0
    for anchor in AuditAnchor.objects.order_by("sequence"):
        broken = (
            anchor.sequence != sequence + 1
            or bytes(anchor.previous) != previous
            or bytes(anchor.hash) != _anchor_hash(anchor)
        )
        if broken:
            yield BrokenLink("core.auditanchor", sequence + 1, "the anchor was altered or removed")
            return
        previous, sequence = bytes(anchor.hash), anchor.sequence
    yield from _verify_anchored_heads()


def _verify_anchored_heads() -> Iterator[BrokenLink]:
    """Every head that was ever sealed must still stand in its chain: finds chains removed with their parent."""
    for label in AuditAnchorHead.objects.order_by().values_list("model", flat=True).distinct():
        model = apps.get_model(label)
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT DISTINCT ON (h.parent_id) h.parent_id, h.sequence
                  FROM core_auditanchorhead h
                  LEFT JOIN {model._meta.db_table} e
                    ON e.{model.chain_parent}_id = h.parent_id AND e.sequence = h.sequence AND e.hash = h.hash
                 WHERE h.model = %s AND e.id IS NULL
                 ORDER BY h.parent_id, h.sequence
                """,  # type: ignore[attr-defined]
                [label],
            )
            for parent_id, sequence in cursor.fetchall():
                yield BrokenLink(
                    model.stream_name(parent_id),  # type: ignore[attr-defined]
                    sequence,
                    "an event that an anchor sealed is gone or was altered",
                )
