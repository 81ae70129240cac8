"""Effects of the special list: proposed by a street, listed and taken off by the district, controlled in between."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.cases.choices import CaseState, SpecialState
from apps.cases.matters import forget_matters, listing_of
from apps.cases.models import Case, CaseParty, SpecialControl, SpecialListing
from apps.cases.selectors.special import agencies_to_answer, centre_of_district, leaders_to_answer
from apps.core import clock
from apps.core.errors import InvalidInput, WrongState
from apps.organisation.models import Agency

if TYPE_CHECKING:
    from apps.cases.services.acting import Step

Details = dict[str, Any]


def _next_day(step: "Step") -> date:
    """The day of the next control, after today."""
    given: date | datetime = step.given["until"]
    day = clock.local(given).date() if isinstance(given, datetime) else given
    if day <= clock.local(step.at).date():
        raise InvalidInput(fields={"until": [_("下次管控日期须在今天之后。")]})
    return day


def _number(case: Case) -> int:
    """The number of the case's next entry; the case is locked."""
    return SpecialListing.objects.filter(case=case).count() + 1


def _entry(step: "Step") -> SpecialListing:
    entry = listing_of(step.case)
    if entry is None:
        raise WrongState(extra={"state": step.case.state})
    return entry


def _behalf(step: "Step") -> dict[str, str]:
    """For whom the actor acted: the district's centre, or the responsible agency where somebody of it did."""
    if step.row.by == "district":
        return {"for": centre_of_district(step.case).name}
    entry = listing_of(step.case)
    if step.row.by == "responsible" and entry is not None and entry.agency is not None:
        return {"for": entry.agency.name} if entry.leader_id != step.actor.pk else {}  # type: ignore[attr-defined]
    return {}


def propose_special(step: "Step") -> Details:
    """A street's centre proposes a suspended case for the district's list; the district decides."""
    case = step.case
    SpecialListing.objects.create(
        case=case,
        number=_number(case),
        reason=step.note,
        proposer=case.desk,
        proposed_by=step.actor,
        proposed_at=step.at,
    )
    case.special_asked = True
    forget_matters(case)
    return {"agency": case.desk.name}


def list_special(step: "Step") -> Details:
    """Onto the list, with whoever is responsible and the day of the first control; a proposal that waits is granted."""
    case, day = step.case, _next_day(step)
    agency, leader = _answerable(step)
    entry = listing_of(case) or SpecialListing(case=case, number=_number(case), reason=step.note)
    if entry.pk is not None:
        entry.decision = step.note
    entry.state, entry.agency, entry.leader, entry.control_on = SpecialState.LISTED, agency, leader, day
    entry.decided_by, entry.decided_at = step.actor, step.at
    entry.save()
    if agency is not None:
        CaseParty.objects.get_or_create(case=case, agency=agency, defaults={"since": step.at})
    case.special, case.special_asked = True, False
    forget_matters(case)
    return _behalf(step) | {
        "agency": agency.name if agency else "",
        "leader": leader.name if leader else "",
        "leader_id": leader.pk if leader else None,
        "proposed_by": entry.proposed_by_id,  # type: ignore[attr-defined]
        "until": day,
    }


def _answerable(step: "Step") -> tuple[Agency | None, User | None]:
    """The responsible agency and leader that were named, of whom there must be one at least."""
    code, username = step.given.get("agency"), step.given.get("leader")
    if not code and not username:
        raise InvalidInput(fields={"agency": [_("请选择责任单位或责任领导。")]})
    agency = agencies_to_answer(step.case).filter(code=str(code)).first() if code else None
    leader = leaders_to_answer(step.case, at=step.at).filter(username=str(username)).first() if username else None
    wrong = {}
    if code and agency is None:
        wrong["agency"] = [_("请从名单中选择。")]
    if username and leader is None:
        wrong["leader"] = [_("请从名单中选择。")]
    if wrong:
        raise InvalidInput(fields=wrong)
    return agency, leader


def decline_special(step: "Step") -> Details:
    """Not put on the list, with a reason; the case stays suspended."""
    entry = _entry(step)
    entry.state, entry.decision = SpecialState.DECLINED, step.note
    entry.decided_by, entry.decided_at = step.actor, step.at
    entry.save()
    step.case.special_asked = False
    forget_matters(step.case)
    proposer = {"agency": entry.proposer.name if entry.proposer else "", "proposed_by": entry.proposed_by_id}  # type: ignore[attr-defined]
    return _behalf(step) | proposer


def record_control(step: "Step") -> Details:
    """What was done to keep the matter under control, and when it is looked at next."""
    entry, day = _entry(step), _next_day(step)
    planned = entry.control_on or day
    entry.controls_made += 1
    SpecialControl.objects.create(
        listing=entry,
        number=entry.controls_made,
        at=step.at,
        by=step.actor,
        planned_on=planned,
        text=step.note,
        next_on=day,
    )
    entry.control_on = day
    entry.save(update_fields=["control_on", "controls_made"])
    forget_matters(step.case)
    return _behalf(step) | {"number": entry.controls_made, "until": day, "late": clock.local(step.at).date() > planned}


def unlist(step: "Step") -> Details:
    """Off the list with a reason; the case goes on as it is."""
    entry = _entry(step)
    _end(step, entry, SpecialState.REMOVED)
    entry.end_reason = step.note
    entry.save()
    said = {"agency": entry.agency.name if entry.agency else "", "controls": entry.controls_made}
    return _behalf(step) | said


def _end(step: "Step", entry: SpecialListing, state: str) -> None:
    entry.state, entry.ended_by, entry.ended_at = state, step.actor, step.at
    step.case.special = False
    forget_matters(step.case)


def special_follows(step: "Step") -> None:
    """After any act: a finished case leaves the list, and a proposal lapses with the suspension. The caller saves the
    case."""
    case = step.case
    if case.special_asked and case.state != CaseState.SUSPENDED:
        SpecialListing.objects.filter(case=case, state=SpecialState.PROPOSED).update(
            state=SpecialState.LAPSED, decided_at=step.at
        )
        case.special_asked = False
        forget_matters(case)
    if case.special and not case.open:
        entry = _entry(step)
        _end(step, entry, SpecialState.CLOSED)
        entry.save()
