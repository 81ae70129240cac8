"""Writing and filing the daily log."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.core.audit import canonical
from apps.core.clock import local
from apps.core.errors import InvalidInput, NotVisible, WrongState
from apps.core.locks import advisory_lock
from apps.grid.models import Unit
from apps.grid.placed import place_at
from apps.inspections import facts, rules
from apps.inspections.choices import LogState
from apps.inspections.entries import EntryDraft, read_entries
from apps.inspections.errors import LogExists, LogMismatch, LogSealed
from apps.inspections.models import DailyLog, LogEntry
from apps.inspections.selectors import logging_unit
from apps.inspections.services.review import start_review

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def file_log(
    *,
    actor: "User",
    client_id: uuid.UUID,
    date: date,
    entries: Sequence[Mapping[str, Any]],
    at: datetime,
    phone_at: datetime | None = None,
    unit: Unit | None = None,
) -> DailyLog:
    """Hand in the log of a day, together with what was noted on it before; a late one is marked, never refused.

    ``client_id`` is made on the phone: a repeat with the same content answers the first result. Raises ``NotAllowed``
    for those who keep no log, ``LogMismatch`` when the identifier came with other content before, ``LogExists`` when
    another log of that day is filed, ``InvalidInput`` naming ``date`` or ``entries.N.text``.
    """
    place = logging_unit(actor, unit)
    _lock(actor)
    kept = DailyLog.objects.filter(client_id=client_id).first()
    mark = _mark(date, entries)
    if kept is not None and (kept.state != LogState.DRAFT or kept.worker_id != actor.pk or kept.date != date):
        if kept.worker_id == actor.pk and kept.content_mark is not None and bytes(kept.content_mark) == mark:
            return kept
        raise LogMismatch
    log = DailyLog.objects.select_for_update().filter(worker=actor, date=date).first()
    if log is not None and log.state != LogState.DRAFT:
        raise LogExists(extra={"client_id": str(log.client_id), "state": log.state})
    _check_day(date, at)
    drafts = read_entries(entries, date)
    if log is None:
        log = _open(actor, place, client_id, date, at)
    _store(log, drafts, at)
    done = facts.count_facts(actor, date)
    log.client_id = client_id
    log.state = LogState.FILED
    log.filed_at, log.phone_at, log.late = at, phone_at, rules.is_late(date, at)
    log.reported_cases, log.verified_cases = done.reported, done.verified
    log.content_mark = mark
    log.save()
    start_review(log, writer=actor.name, at=at)
    return log


@transaction.atomic
def add_entry(
    *,
    actor: "User",
    client_id: uuid.UUID,
    date: date,
    subject: str,
    text: str,
    at: datetime,
    happened_at: datetime | None = None,
) -> LogEntry:
    """Note one thing on the log of a day, which is begun if need be; a repeat with the same content changes nothing.

    A filed log takes further entries until it is sealed. Raises ``NotAllowed``, ``LogSealed``, ``LogMismatch``, or
    ``InvalidInput`` naming ``date``, ``subject`` or ``text``.
    """
    place = logging_unit(actor)
    _lock(actor)
    log = DailyLog.objects.select_for_update().filter(worker=actor, date=date).first()
    given = {"client_id": client_id, "subject": subject, "text": text, "happened_at": happened_at}
    kept = LogEntry.objects.filter(client_id=client_id, log=log).first() if log is not None else None
    if log is not None and kept is None and log.is_sealed(at):
        raise LogSealed(extra={"state": log.state})
    _check_day(date, at)
    try:
        (draft,) = read_entries([given], date)
    except InvalidInput as error:
        raise InvalidInput(fields={name.rsplit(".", 1)[-1]: texts for name, texts in error.fields.items()}) from error
    if log is None:
        log = _open(actor, place, uuid.uuid4(), date, at)
    return _store(log, [draft], at)[0]


@transaction.atomic
def remove_entry(*, actor: "User", client_id: uuid.UUID, at: datetime) -> None:
    """Take back an entry of one's own draft; one already gone is taken as done.

    Raises ``NotVisible`` for other people's, ``WrongState`` once the log is filed or the entry has become a case.
    """
    _lock(actor)
    entry = LogEntry.objects.select_related("log").filter(client_id=client_id).first()
    if entry is None:
        return
    if entry.log.worker_id != actor.pk:
        raise NotVisible
    if entry.log.state != LogState.DRAFT or entry.case_id is not None:
        raise WrongState(_("已提交或已转为案件的条目不能删除。"), extra={"state": entry.log.state})
    entry.delete()


def _lock(actor: "User") -> None:
    """One at a time per person, so that repeats wait for the first."""
    advisory_lock(f"daily-log:{actor.pk}")


def _check_day(day: date, at: datetime) -> None:
    if day > local(at).date():
        raise InvalidInput(fields={"date": [_("不能填写以后的日志。")]})


def _mark(day: date, entries: Sequence[Mapping[str, Any]]) -> bytes:
    names = ("client_id", "subject", "text", "happened_at")
    plain = [[entry.get(name) if isinstance(entry, Mapping) else entry for name in names] for entry in entries]
    return hashlib.sha256(canonical({"date": day, "entries": plain})).digest()


def _open(actor: "User", place: Unit, client_id: uuid.UUID, day: date, at: datetime) -> DailyLog:
    try:
        with transaction.atomic():
            return DailyLog.objects.create(
                **place_at(place), client_id=client_id, worker=actor, date=day, opened_at=at, state=LogState.DRAFT
            )
    except IntegrityError as error:
        raise LogMismatch from error


def _store(log: DailyLog, drafts: Sequence[EntryDraft], at: datetime) -> list[LogEntry]:
    """Keep new entries behind those the log has; the same again is the same, other content is refused."""
    kept = {entry.client_id: entry for entry in LogEntry.objects.filter(client_id__in=[d.client_id for d in drafts])}
    sequence = log.entries.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    stored: list[LogEntry] = []
    fresh: list[LogEntry] = []
    for draft in drafts:
        entry = kept.get(draft.client_id)
        if entry is None:
            sequence += 1
            entry = LogEntry(
                client_id=draft.client_id,
                log=log,
                sequence=sequence,
                subject=draft.subject,
                text=draft.text,
                happened_at=draft.happened_at or min(at, rules.end_of_day(log.date) - timedelta(seconds=1)),
                recorded_at=at,
            )
            fresh.append(entry)
        elif entry.log_id != log.pk or entry.subject != draft.subject or entry.text != draft.text:
            raise LogMismatch(_("同一标识对应了不同的条目内容。"))
        stored.append(entry)
    if sequence > rules.MOST_ENTRIES:
        raise InvalidInput(fields={"entries": [_("一天最多 %(most)d 条。") % {"most": rules.MOST_ENTRIES}]})
    try:
        with transaction.atomic():
            LogEntry.objects.bulk_create(fresh)
    except IntegrityError as error:
        raise LogMismatch(_("同一标识对应了不同的条目内容。")) from error
    return stored
