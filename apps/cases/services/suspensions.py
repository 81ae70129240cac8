"""Effects of setting a case aside: on a desk's own word or asked of the level above, and of taking it up again."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from apps.cases.choices import LEG_SUBJECT, CaseState, LegRole, SuspensionState
from apps.cases.matters import forget_matters, pause_asked_of, suspensions_of
from apps.cases.models import Suspension
from apps.cases.services.legs import hold, open_lead
from apps.cases.services.orders import decider_of
from apps.core import clock
from apps.core.errors import InvalidInput, WrongState
from apps.deadlines import services as deadlines

if TYPE_CHECKING:
    from apps.cases.services.acting import Step

Details = dict[str, Any]


def _day(given: date | datetime) -> date:
    return clock.local(given).date() if isinstance(given, datetime) else given


def _dates(step: "Step", review: date | None = None, promise: date | None = None) -> tuple[date, date]:
    """The review date, after today, and the promised one, not before it; those given, else those asked for.

    Where a desk suspends on its own word and promises no date, it promises the review date.
    """
    until = step.given.get("until") or review
    promised = step.given.get("promised") or promise or until
    if until is None or promised is None:
        raise InvalidInput(fields={"until": [_("此项必填。")]})
    until, promised = _day(until), _day(promised)
    if until <= clock.local(step.at).date():
        raise InvalidInput(fields={"until": [_("复核日期须在今天之后。")]})
    if promised < until:
        raise InvalidInput(fields={"promised": [_("承诺办结日期不能早于复核日期。")]})
    return until, promised


def suspend(step: "Step") -> Details:
    """Set aside on the desk's own word, with a review date and a public promise; the clock stands still. A request
    that waits is granted by it."""
    until, promised = _dates(step)
    asked = pause_asked_of(step.case)
    if asked is None:
        asked = _new(step, until, promised)
    _begin(step, asked, until, promised)
    return {"until": until, "promised": promised}


def _new(step: "Step", until: date, promised: date) -> Suspension:
    lead = open_lead(step.legs)
    own = step.row.by == "desk" or step.leg is None
    step.case.suspensions_made += 1
    return Suspension(
        case=step.case,
        number=step.case.suspensions_made,
        leg=lead,
        agency=step.case.desk if own or step.leg is None else step.leg.agency,
        asked_by=step.actor,
        asked_at=step.at,
        reason=step.note,
        review_on=until,
        promised_on=promised,
    )


def _begin(step: "Step", suspension: Suspension, until: date, promised: date) -> None:
    case = step.case
    for leg in step.legs:
        if leg.ended_at is None:
            deadlines.pause_limit(subject_kind=LEG_SUBJECT, subject_id=leg.pk, at=step.at)
    suspension.state, suspension.review_on, suspension.promised_on = SuspensionState.RUNNING, until, promised
    suspension.decided_by, suspension.decided_at = step.actor, step.at
    if suspension.pk is not None:
        suspension.decision = step.note
    suspension.save()
    case.suspended_from, case.state = case.state, CaseState.SUSPENDED
    case.review_on, case.promised_on, case.suspension_asked = until, promised, False
    forget_matters(case)


def ask_suspension(step: "Step") -> Details:
    """Asked of the level above: why, until when it is looked at again, by when it is promised to be done."""
    until, promised = _dates(step)
    decider = decider_of(step, open_lead(step.legs))
    asked = _new(step, until, promised)
    asked.decider = decider
    asked.save()
    step.case.suspension_asked = True
    forget_matters(step.case)
    return {"until": until, "promised": promised, "agency": decider.name, "decider": decider.pk}


def decide_suspension(step: "Step") -> Details:
    """Approved, with the dates asked for or others, the case is set aside; refused, with a reason, it goes on."""
    asked = pause_asked_of(step.case)
    if asked is None:
        raise WrongState(extra={"state": step.case.state})
    asker = {"agency": asked.agency.name, "asked_by": asked.asked_by_id}  # type: ignore[attr-defined]
    if step.given["approved"]:
        until, promised = _dates(step, asked.review_on, asked.promised_on)
        _begin(step, asked, until, promised)
        return {"approved": True, "until": until, "promised": promised, **asker}
    if not step.note:
        raise InvalidInput(fields={"note": [_("不批准须写明理由。")]})
    asked.state, asked.decision = SuspensionState.REFUSED, step.note
    asked.decided_by, asked.decided_at = step.actor, step.at
    asked.save()
    step.case.suspension_asked = False
    forget_matters(step.case)
    return {"approved": False, **asker}


def resume(step: "Step") -> Details:
    """Taken up again where it was; the time set aside does not count."""
    case = step.case
    for leg in step.legs:
        if leg.ended_at is not None:
            continue
        for limit in deadlines.resume_limit(subject_kind=LEG_SUBJECT, subject_id=leg.pk, at=step.at):
            leg.due_at = limit.due_at
            leg.save(update_fields=["due_at"])
            if leg.role == LegRole.LEAD:
                card = case.card
                hold(case, leg)
                case.card = card
    running = next((one for one in suspensions_of(case) if one.state == SuspensionState.RUNNING), None)
    if running is not None:
        running.state, running.ended_at = SuspensionState.ENDED, step.at
        running.save()
    case.state, case.suspended_from = CaseState(case.suspended_from or ""), None
    case.review_on, case.promised_on = None, None
    return {"due": case.due_at}
