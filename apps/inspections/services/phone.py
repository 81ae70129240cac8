"""What a grid worker does to cases from the phone: report with photos, turn an entry into a case, verify on site."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from apps.cases.choices import Source
from apps.cases.models import Case, CaseEvent, Category
from apps.cases.services import attach_case_photo, perform, report_case
from apps.core.errors import InvalidInput, NotAllowed, NotVisible
from apps.inspections.errors import LogSealed
from apps.inspections.models import DailyLog, LogEntry

if TYPE_CHECKING:
    from apps.accounts.models import User

TITLE_LENGTH = 30
SENTENCE_END = re.compile(r"[。！？；\n!?;]|\. ")


@dataclass(frozen=True, slots=True)
class PhonePhoto:
    """A photo as it arrives, with the identifier the phone gave it."""

    upload: BinaryIO
    client_id: uuid.UUID | None = None


def title_of(text: str) -> str:
    """The first sentence of what was written, cut to a line's length; empty for nothing."""
    first = SENTENCE_END.split(text.strip(), maxsplit=1)[0].strip()
    return first if len(first) <= TITLE_LENGTH else f"{first[: TITLE_LENGTH - 1]}…"


@transaction.atomic
def report_from_phone(
    *,
    actor: "User",
    client_id: uuid.UUID,
    category: Category,
    text: str,
    lon: float,
    lat: float,
    address: str,
    photos: Sequence[PhonePhoto],
    at: datetime,
    direct: bool = False,
    direct_reason: str = "",
    dual: bool = False,
) -> Case:
    """Report a case with its photos, all or nothing; a repeat of ``client_id`` gives the first case. ``direct``: to
    the district's centre; ``dual``: to the responsible department's liaison as well.

    Raises what ``report_case`` and ``attach_case_photo`` raise: ``InvalidInput`` naming ``lon``, ``category``,
    ``direct_reason``, ``dual`` or ``photo``, ``Conflict`` when the identifier was used for another report.
    """
    case = report_case(
        actor=actor,
        category=category,
        title=title_of(text),
        description=text,
        lon=lon,
        lat=lat,
        address=address,
        source=Source.PATROL,
        client_id=client_id,
        direct=direct,
        direct_reason=direct_reason,
        dual=dual,
        at=at,
    )
    _attach(case, actor, photos, "before", at)
    return case


@transaction.atomic
def entry_to_case(
    *,
    actor: "User",
    client_id: uuid.UUID,
    category: Category,
    lon: float,
    lat: float,
    address: str,
    at: datetime,
    photos: Sequence[PhonePhoto] = (),
) -> Case:
    """Make a case of one's own log entry (``client_id``) and link the two; a repeat gives the case already made.

    Raises ``NotVisible``, ``NotAllowed`` for another person's entry, ``LogSealed``, and what ``report_case`` raises.
    """
    entry = LogEntry.objects.select_for_update(of=("self",)).filter(client_id=client_id).first()
    if entry is None or not DailyLog.objects.visible_to(actor).filter(pk=entry.log_id).exists():
        raise NotVisible
    log = DailyLog.objects.select_for_update(of=("self",)).get(pk=entry.log_id)
    if log.worker_id != actor.pk:
        raise NotAllowed(_("只能由填写人转为案件。"))
    if entry.case_id is not None:
        return Case.objects.get(pk=entry.case_id)
    if log.is_sealed(at):
        raise LogSealed(extra={"state": log.state})
    case = report_case(
        actor=actor,
        category=category,
        title=title_of(entry.text),
        description=entry.text,
        lon=lon,
        lat=lat,
        address=address,
        source=Source.LOG,
        source_number=str(entry.client_id),
        at=at,
    )
    entry.case = case
    entry.save(update_fields=["case"])
    _attach(case, actor, photos, "before", at)
    return case


@transaction.atomic
def verify_from_phone(
    *,
    actor: "User",
    number: str,
    version: int,
    passed: bool | None,
    note: str,
    photos: Sequence[PhonePhoto],
    at: datetime,
) -> Case:
    """Say on site whether a case was handled, or whether one settled on the spot holds at its spot check, with photos;
    a repeat of the same verdict gives its result.

    A failed verdict needs a note. Raises what ``perform`` raises, and ``InvalidInput`` naming ``note``.
    """
    case = Case.objects.visible_to(actor).select_for_update(of=("self",)).filter(number=number).first()
    if case is not None and case.version == version + 1 and _was_verified_by(case, actor):
        return case
    if case is not None and passed is False and not note.strip():
        raise InvalidInput(fields={"note": [_("未通过时请写明现场情况。")]})
    if case is not None and case.spot_waiting:
        _attach(case, actor, photos, "evidence", at)
        return perform(
            number=number, action="spot_check", actor=actor, at=at, version=version, note=note, passed=passed
        )
    case = perform(number=number, action="verify", actor=actor, at=at, version=version, note=note, passed=passed)
    _attach(case, actor, photos, "verification", at)
    return case


@transaction.atomic
def settle_from_phone(
    *, actor: "User", number: str, version: int, note: str, photos: Sequence[PhonePhoto], at: datetime
) -> Case:
    """Record that the reporter settled a simple matter on the spot; the photos show the result.

    Raises what ``attach_case_photo`` and ``perform`` raise.
    """
    case = Case.objects.visible_to(actor).filter(number=number).first()
    if case is None:
        raise NotVisible
    _attach(case, actor, photos, "after", at)
    return perform(number=number, action="settle", actor=actor, at=at, version=version, note=note)


@transaction.atomic
def dissuade_from_phone(
    *, actor: "User", number: str, version: int, heeded: bool, note: str, photos: Sequence[PhonePhoto], at: datetime
) -> Case:
    """Record that whoever is at fault was talked to on the spot; the photos show the fault.

    Raises what ``attach_case_photo`` and ``perform`` raise.
    """
    case = Case.objects.visible_to(actor).filter(number=number).first()
    if case is None:
        raise NotVisible
    _attach(case, actor, photos, "before", at)
    return perform(number=number, action="dissuade", actor=actor, at=at, version=version, note=note, heeded=heeded)


def _was_verified_by(case: Case, actor: "User") -> bool:
    event = CaseEvent.objects.filter(case=case, sequence=case.head_sequence).first()
    return event is not None and event.action in {"verify", "spot_check"} and event.actor_id == actor.pk


def _attach(case: Case, actor: "User", photos: Sequence[PhonePhoto], purpose: str, at: datetime) -> None:
    for photo in photos:
        attach_case_photo(
            number=case.number, actor=actor, upload=photo.upload, at=at, purpose=purpose, client_id=photo.client_id
        )
