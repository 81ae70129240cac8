"""Effects of mediating a dispute, and showing its parties in full to one pair of eyes at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.cases.choices import REVEAL, MediationState, PartyRole, WayOn
from apps.cases.matters import forget_matters, mediations_of
from apps.cases.models import Case, CaseEvent, Mediation, MediationParty, MediationSession
from apps.cases.selectors.disputes import may_see_parties, mediation_of
from apps.core import clock
from apps.core.audit import append_event
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from apps.core.phones import is_phone, phone_key
from apps.core.reveals import checked_purpose

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.cases.services.acting import Step

Details = dict[str, Any]

LONGEST_NAME = 60
MOST_PARTIES = 20


@dataclass(frozen=True, slots=True)
class RevealedParty:
    """A party's name and phone in full, for one pair of eyes; never logged, never cached."""

    role: str
    name: str
    phone: str


def mediate(step: "Step") -> Details:
    """A sitting is written down; the first one of a case names the mediator and both sides."""
    running = _running(step.case)
    held_at = _held_at(step)
    parties = _parties(step, known=list(running.parties.all()) if running else [])
    if running is None:
        running = _opened(step)
    begin = running.parties.count()
    MediationParty.objects.bulk_create(
        MediationParty(mediation=running, number=number, **party) for number, party in enumerate(parties, begin + 1)
    )
    session = MediationSession.objects.create(
        mediation=running,
        number=running.sessions.count() + 1,
        held_at=held_at,
        record=step.note,
        recorded_by=step.actor,
        recorded_at=step.at,
    )
    forget_matters(step.case)
    return {"session": session.number, "mediator": running.mediator, "held": held_at}


def _running(case: Case) -> Mediation | None:
    return next((one for one in mediations_of(case) if one.state == MediationState.RUNNING), None)


def _opened(step: "Step") -> Mediation:
    case = step.case
    mediator = str(step.given.get("mediator") or "").strip()
    case.mediations_made += 1
    case.mediating = True
    return Mediation.objects.create(
        case=case,
        number=case.mediations_made,
        agency=case.holder or case.desk,
        mediator=mediator,
        opened_by=step.actor,
        opened_at=step.at,
    )


def _held_at(step: "Step") -> datetime:
    held_at: datetime = step.given["held_at"]
    if held_at > step.at:
        raise InvalidInput(fields={"held_at": [_("调解时间不能晚于现在。")]})
    return held_at


def _parties(step: "Step", *, known: list[MediationParty]) -> list[Mapping[str, str]]:
    """The parties to add. The first sitting asks for a mediator, an applicant and a respondent."""
    parties = [
        {
            "role": str(one.get("role") or ""),
            "name": str(one.get("name") or "").strip(),
            "phone": str(one.get("phone") or "").strip(),
        }
        for one in step.given.get("parties") or []
    ]
    wrong: dict[str, list[str]] = {}
    roles = {one.role for one in known} | {party["role"] for party in parties}
    if any(party["role"] not in PartyRole.values for party in parties):
        wrong["parties"] = [_("请选择当事人的身份。")]
    elif any(not party["name"] or len(party["name"]) > LONGEST_NAME for party in parties):
        wrong["parties"] = [_("请填写当事人姓名，最多 %(most)d 个字。") % {"most": LONGEST_NAME}]
    elif any(party["phone"] and not is_phone(party["phone"]) for party in parties):
        wrong["parties"] = [_("当事人电话请填写手机号或带区号的固定电话。")]
    elif not known and roles != set(PartyRole.values):
        wrong["parties"] = [_("请写明申请人和被申请人。")]
    elif len(known) + len(parties) > MOST_PARTIES:
        wrong["parties"] = [_("当事人最多 %(most)d 人。") % {"most": MOST_PARTIES}]
    mediator = str(step.given.get("mediator") or "").strip()
    if not known and not mediator:
        wrong["mediator"] = [_("请填写调解员姓名。")]
    if wrong:
        raise InvalidInput(fields=wrong)
    return [party | {"phone": phone_key(party["phone"])} for party in parties]


def conclude_mediation(step: "Step") -> Details:
    """Ended with an agreement and the date by which it is performed, or without one and with the way on."""
    running = _running(step.case)
    if running is None:
        raise WrongState(extra={"state": step.case.state})
    agreed, day, way = bool(step.given["agreed"]), step.given.get("performance_on"), step.given.get("way_on") or ""
    wrong = _wrong_agreement(step, day, way) if agreed else _wrong_failure(day, way)
    if wrong:
        raise InvalidInput(fields=wrong)
    running.ended_by, running.ended_at = step.actor, step.at
    if agreed:
        running.state, running.agreement, running.performance_on = MediationState.AGREED, step.note, day
    else:
        running.state, running.why_failed, running.way_on = MediationState.FAILED, step.note, WayOn(way)
    running.save()
    step.case.mediating = False
    forget_matters(step.case)
    return {"agreed": agreed, "performance": day if agreed else None, "way_on": running.way_on}


def _wrong_agreement(step: "Step", day: date | None, way: str) -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    if day is None:
        wrong["performance_on"] = [_("达成协议须写明履行期限。")]
    elif day < clock.local(step.at).date():
        wrong["performance_on"] = [_("履行期限不能早于今天。")]
    if way:
        wrong["way_on"] = [_("达成协议时不填后续途径。")]
    return wrong


def _wrong_failure(day: date | None, way: str) -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    if way not in WayOn.values:
        wrong["way_on"] = [_("调解不成须指明后续途径。")]
    if day is not None:
        wrong["performance_on"] = [_("调解不成时不填履行期限。")]
    return wrong


@transaction.atomic
def reveal_parties(
    *, number: str, mediation_number: int, actor: "User", purpose: str, at: datetime
) -> tuple[Mediation, list[RevealedParty]]:
    """The parties of a mediation in full, to somebody who has to reach them or hands them their agreement, for a stated
    purpose.

    The reveal is an event in the case's chain, written before anything is given out. Raises ``NotVisible``,
    ``NotAllowed`` (see ``may_see_parties``), ``InvalidInput`` for a purpose of fewer than four characters.
    """
    case = Case.objects.select_for_update(of=("self",)).filter(number=number).first()
    if case is None or not Case.objects.visible_to(actor).filter(pk=case.pk).exists():
        raise NotVisible
    mediation = mediation_of(case, mediation_number)
    if not may_see_parties(case, actor):
        raise NotAllowed
    parties = list(mediation.parties.all())
    append_event(
        CaseEvent,
        case,
        actor=actor,
        action=REVEAL,
        payload={"purpose": checked_purpose(purpose), "parties": [party.pk for party in parties]},
        at=at,
        from_state=case.state,
        to_state=case.state,
    )
    return mediation, [RevealedParty(party.get_role_display(), str(party.name), str(party.phone)) for party in parties]
