"""The residents from whom cases are heard: added to a case, and shown in full to one pair of eyes at a time."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.cases.actions import Action
from apps.cases.choices import REVEAL, Callback, Source
from apps.cases.filing import Filing
from apps.cases.models import Case, CaseEvent, CaseReporter
from apps.cases.selectors.reporters import may_reveal
from apps.cases.services.acting import perform
from apps.core.audit import append_event
from apps.core.crypto import keyed_hash
from apps.core.errors import Conflict, InvalidInput, NotAllowed, NotVisible, WrongState
from apps.core.locks import advisory_lock
from apps.core.phones import is_phone, phone_key
from apps.core.reveals import checked_purpose

if TYPE_CHECKING:
    from apps.accounts.models import User

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Caller:
    """A resident as the operator enters him; everything may be left out."""

    name: str = ""
    phone: str = ""
    anonymous: bool = False
    callback: str = Callback.NONE

    @property
    def known(self) -> bool:
        """Whether anything was said about him."""
        return bool(self.name.strip() or self.phone.strip() or self.anonymous)


@dataclass(frozen=True, slots=True)
class RevealedReporter:
    """A reporter's name and phone in full, for one pair of eyes; never logged, never cached."""

    reporter: CaseReporter
    name: str
    phone: str


def check_caller(caller: Caller) -> None:
    """Raise ``InvalidInput`` naming ``reporter_name``, ``reporter_phone`` or ``callback``."""
    wrong: dict[str, list[str]] = {}
    if len(caller.name.strip()) > LONGEST_NAME:
        wrong["reporter_name"] = [_("最多 %(most)d 个字。") % {"most": LONGEST_NAME}]
    if caller.phone.strip() and not is_phone(caller.phone):
        wrong["reporter_phone"] = [_("请填写手机号或带区号的固定电话。")]
    if caller.callback != Callback.NONE and not caller.phone.strip():
        wrong["callback"] = [_("要回复，请填写电话。")]
    if wrong:
        raise InvalidInput(fields=wrong)


def add_reporter(
    case: Case,
    caller: Caller,
    *,
    actor: "User",
    at: datetime,
    source: str,
    source_number: str | None = None,
    client_id: uuid.UUID | None = None,
) -> CaseReporter:
    """Write down from whom a case was heard. The caller has checked the right to it and ``check_caller``."""
    phone = phone_key(caller.phone)
    return CaseReporter.objects.create(
        case=case,
        client_id=client_id,
        name=caller.name.strip(),
        phone=phone,
        phone_hash=keyed_hash(phone) if phone else None,
        anonymous=caller.anonymous,
        callback=caller.callback,
        source=source,
        source_number=source_number,
        added_by=actor,
        added_at=at,
    )


def case_of_source(source: str, source_number: str) -> Case | None:
    """The case that a source's number became, by itself or as one more report of it. Repeats wait for each other
    until the end of the transaction."""
    advisory_lock(f"cases.source:{source}:{source_number}")
    added = CaseReporter.objects.filter(source=source, source_number=source_number).values("case_id")
    same = Q(source=source, source_number=source_number) | Q(pk__in=added)
    return Case.objects.filter(same).order_by("pk").first()


def standing_for(kept: Case | None, actor: "User") -> dict[str, str | int]:
    """The number, state and version of the case that was there before; nothing where the actor may not see it."""
    if kept is None or not Case.objects.visible_to(actor).filter(pk=kept.pk).exists():
        return {}
    return {"number": kept.number, "state": kept.state, "version": kept.version}


def source_repeated(kept: Case | None, actor: "User") -> Conflict:
    """The refusal of a source number that was received before; it says which case that became."""
    extra = standing_for(kept, actor)
    number = extra.get("number")
    said = _("该来源编号已经登记过：案件 %(number)s。") % {"number": number} if number else _("该来源编号已经登记过。")
    return Conflict(said, code="source-repeated", extra=extra)


@transaction.atomic
def supplement_case(
    *,
    number: str,
    actor: "User",
    note: str,
    at: datetime,
    caller: Caller | None = None,
    source: str = Source.HOTLINE_12345,
    source_number: str | None = None,
    client_id: uuid.UUID | None = None,
) -> Case:
    """Add what somebody else reported to a case that is there: a comment and the reporter, instead of a second case.

    A repeat with the same ``client_id`` adds nothing. Raises what ``perform`` raises, ``InvalidInput`` for a caller
    written wrongly, ``Conflict`` where the source's number was received before, ``WrongState`` for a case whose file is
    put away.
    """
    case = Case.objects.visible_to(actor).filter(number=number).first()
    if case is None:
        raise NotVisible
    if client_id is not None:
        advisory_lock(f"cases.report:{client_id}")
        kept = CaseReporter.objects.filter(client_id=client_id).select_related("case").first()
        if kept is not None:
            return _same(kept, case, actor)
    caller = caller or Caller()
    check_caller(caller)
    if source_number:
        before = case_of_source(source, source_number)
        if before is not None:
            raise source_repeated(before, actor)
    case = perform(number=number, action=Action.COMMENT, actor=actor, at=at, version=None, note=note)
    if case.filing == Filing.ARCHIVED:
        raise WrongState(_("案件已归档，请另行登记。"), extra={"state": case.state})
    try:
        with transaction.atomic():
            add_reporter(
                case,
                caller,
                actor=actor,
                at=at,
                source=source,
                source_number=source_number or None,
                client_id=client_id,
            )
    except IntegrityError as error:
        raise source_repeated(None, actor) from error
    return case


def _same(kept: CaseReporter, case: Case, actor: "User") -> Case:
    if (kept.case_id, kept.added_by_id) != (case.pk, actor.pk):
        raise Conflict(_("同一标识已用于另一件上报。"), code="client-id-mismatch", extra=standing_for(kept.case, actor))
    return kept.case


@transaction.atomic
def reveal_reporter(*, number: str, reporter_id: int, actor: "User", purpose: str, at: datetime) -> RevealedReporter:
    """A reporter's name and phone in full, to somebody who has to reach him, for a stated purpose.

    The reveal is an event in the case's chain, written before anything is given out. Raises ``NotVisible``,
    ``NotAllowed`` (see ``may_reveal``), ``InvalidInput`` for a purpose of fewer than four characters.
    """
    case = Case.objects.select_for_update(of=("self",)).filter(number=number).first()
    if case is None or not Case.objects.visible_to(actor).filter(pk=case.pk).exists():
        raise NotVisible
    reporter = CaseReporter.objects.filter(case=case, pk=reporter_id).first()
    if reporter is None:
        raise NotVisible
    if not may_reveal(case, reporter, actor):
        raise NotAllowed
    payload = {"purpose": checked_purpose(purpose), "reporter": reporter.pk}
    append_event(
        CaseEvent,
        case,
        actor=actor,
        action=REVEAL,
        payload=payload,
        at=at,
        from_state=case.state,
        to_state=case.state,
    )
    return RevealedReporter(reporter, str(reporter.name), str(reporter.phone))
