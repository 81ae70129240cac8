"""Append-only events in hash chains: one chain per stream, kept under the lock of the row it belongs to.

A chain's link covers the stream's name, its sequence, moment, actor, action and a salted digest of the payload, so a
payload may later be erased (set to null) without breaking the chain, while any other change shows. The head of the
chain is kept on the parent row, and ``take_anchor`` seals all heads that moved since the last anchor.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from apps.accounts.models import User

GENESIS = bytes(32)


class ChainHead(models.Model):
    """Mixed into the row a chain belongs to: how long the chain is and the hash of its last link."""

    head_sequence = models.PositiveIntegerField(default=0, editable=False)
    head_hash = models.BinaryField(max_length=32, default=GENESIS, editable=False)

    class Meta:
        abstract = True


class ChainedEvent(models.Model):
    """One link. A concrete model adds the foreign key named by ``chain_parent`` and a unique (parent, sequence)."""

    chain_parent: str

    sequence = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("办理人")
    )
    action = models.CharField(max_length=40)
    payload = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    salt = models.BinaryField(max_length=16)
    digest = models.BinaryField(max_length=32)
    previous = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        abstract = True

    @classmethod
    def stream_name(cls, parent_id: int) -> str:
        """The name under which a parent's chain is hashed and anchored."""
        return f"{cls._meta.label_lower}:{parent_id}"


Event = TypeVar("Event", bound=ChainedEvent)


def canonical(payload: Any) -> bytes:
    """One spelling for equal payloads."""
    return json.dumps(
        payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False, cls=DjangoJSONEncoder
    ).encode()


def payload_digest(salt: bytes, payload: Any) -> bytes:
    """SHA-256 over salt and canonical payload."""
    return hashlib.sha256(salt + canonical(payload)).digest()


def link_hash(
    *, stream: str, sequence: int, at: datetime, actor_id: int | None, action: str, digest: bytes, previous: bytes
) -> bytes:
    """The hash of one link over everything that must not change."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    head = f"{stream}\n{sequence}\n{moment}\n{actor_id or 0}\n{action}\n".encode()
    return hashlib.sha256(previous + digest + head).digest()


def make_event(
    model: type[Event],
    parent: Any,
    *,
    actor: "User | None",
    action: str,
    payload: dict[str, Any],
    at: datetime,
    **columns: Any,
) -> Event:
    """An unsaved link on ``parent``, whose head is advanced in memory. The caller holds the parent's row lock."""
    payload = json.loads(canonical(payload))
    sequence = parent.head_sequence + 1
    previous = bytes(parent.head_hash)
    salt = secrets.token_bytes(16)
    digest = payload_digest(salt, payload)
    actor_id = actor.pk if actor is not None else None
    link = link_hash(
        stream=model.stream_name(parent.pk),
        sequence=sequence,
        at=at,
        actor_id=actor_id,
        action=action,
        digest=digest,
        previous=previous,
    )
    parent.head_sequence = sequence
    parent.head_hash = link
    return model(
        **{f"{model.chain_parent}_id": parent.pk},
        sequence=sequence,
        at=at,
        actor_id=actor_id,
        action=action,
        payload=payload,
        salt=salt,
        digest=digest,
        previous=previous,
        hash=link,
        **columns,
    )


def append_event(
    model: type[Event],
    parent: Any,
    *,
    actor: "User | None",
    action: str,
    payload: dict[str, Any],
    at: datetime,
    save_head: bool = True,
    **columns: Any,
) -> Event:
    """Append one event to ``parent``'s chain. The caller holds the row lock of ``parent`` in this transaction.

    ``save_head=False`` leaves saving ``head_sequence`` and ``head_hash`` to a caller that saves the parent anyway.
    """
    event = make_event(model, parent, actor=actor, action=action, payload=payload, at=at, **columns)
    event.save(force_insert=True)
    if save_head:
        type(parent)._base_manager.filter(pk=parent.pk).update(
            head_sequence=parent.head_sequence, head_hash=parent.head_hash
        )
    return event


def append_only_sql(table: str) -> tuple[str, str]:
    """Forward and reverse SQL of a trigger that refuses every UPDATE, DELETE and TRUNCATE of ``table``.

    The one change let through is erasing a payload (to null) with nothing else touched.
    """
    forward = f"""
        CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND NEW.payload IS NULL
               AND to_jsonb(NEW) - 'payload' = to_jsonb(OLD) - 'payload' THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'restrict_violation';
        END $$;
        CREATE TRIGGER {table}_append_only_row BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_append_only();
        CREATE TRIGGER {table}_append_only_all BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only();
    """
    reverse = f"""
        DROP TRIGGER {table}_append_only_row ON {table};
        DROP TRIGGER {table}_append_only_all ON {table};
        DROP FUNCTION {table}_append_only();
    """
    return forward, reverse


def chained_models() -> Iterator[type[ChainedEvent]]:
    """Every concrete model whose rows form chains."""
    from django.apps import apps

    for model in apps.get_models():
        if issubclass(model, ChainedEvent):
            yield model
