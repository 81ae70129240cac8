"""Effects of law enforcement: dissuasion on the spot, hand-over to a body that may punish, its decision."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from apps.cases.choices import CASE_TARGET, WITH_AMOUNT, CaseState, EnforcementState, LegState, Penalty
from apps.cases.matters import enforcements_of, forget_matters
from apps.cases.models import Enforcement
from apps.cases.services.alongside import carry_whole
from apps.cases.services.legs import end_open_legs, open_leg, plan_limit
from apps.core import clock
from apps.core.errors import InvalidInput, WrongState
from apps.core.models import Attachment
from apps.deadlines.choices import Stage
from apps.organisation.selectors import dispatch_targets

if TYPE_CHECKING:
    from apps.cases.services.acting import Step
    from apps.organisation.models import Agency

Details = dict[str, Any]

DECISION_DAYS = 90  # Administrative Penalty Law, article 60: from filing to decision


def dissuade(step: "Step") -> Details:
    """Somebody on the ground talked to whoever is at fault; whether it was heeded is written down."""
    return {"heeded": bool(step.given["heeded"])}


def hand_over(step: "Step") -> Details:
    """Given to one body of law enforcement with facts, legal basis and evidence. It gets a leg of its own, until the
    date the desk names or for the 90 days of the law; the limit of the whole case does not end before it."""
    case = step.case
    body = _body(step)
    if not Attachment.objects.filter(target_kind=CASE_TARGET, target_id=case.pk).exists():
        raise InvalidInput(fields={"photo": [_("移交执法须有证据照片，请先上传。")]})
    due = _due(step)
    end_open_legs(step.legs, at=step.at)
    limit = plan_limit(case, body, case.desk, stage=Stage.HANDLING, at=step.at, due_at=due)
    leg = open_leg(
        case,
        step.legs,
        agency=body,
        desk=case.desk,
        stage=Stage.HANDLING,
        state=LegState.OFFERED,
        at=step.at,
        limit=limit,
    )
    carry_whole(case, due, at=step.at)
    case.enforcements_made += 1
    case.enforcing = True
    case.state, case.dispatched_at = CaseState.DISPATCHED, step.at
    Enforcement.objects.create(
        case=case,
        number=case.enforcements_made,
        leg=leg,
        agency=body,
        handed_by=step.actor,
        handed_at=step.at,
        basis=str(step.given["basis"]).strip(),
        facts=step.note,
    )
    forget_matters(case)
    return {"agency": body.name, "agency_code": body.code, "basis": str(step.given["basis"]).strip(), "due": due}


def _body(step: "Step") -> "Agency":
    code = str(step.given["agency"])
    body = dispatch_targets(step.case.desk).filter(code=code, enforces=True).first()
    if body is None:
        raise InvalidInput(fields={"agency": [_("只能移交有执法权的单位，请从名单中选择。")]})
    return body


def _due(step: "Step") -> datetime:
    """The end of the named day, after today; else the last of the days the law gives."""
    until = step.given.get("until")
    if until is None:
        until = clock.local(step.at).date() + timedelta(days=DECISION_DAYS)
    day = clock.local(until).date() if isinstance(until, datetime) else until
    if day <= clock.local(step.at).date():
        raise InvalidInput(fields={"until": [_("期限须在今天之后。")]})
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=clock.SHANGHAI)


def decide_penalty(step: "Step") -> Details:
    """The body's decision: a penalty with number, kind, amount and date, or none with the reason."""
    open_one = next((one for one in enforcements_of(step.case) if one.state == EnforcementState.HANDED), None)
    if open_one is None:
        raise WrongState(extra={"state": step.case.state})
    decided_on: date = step.given["decided_on"]
    wrong: dict[str, list[str]] = {}
    if decided_on > clock.local(step.at).date():
        wrong["decided_on"] = [_("决定日期不能晚于今天。")]
    elif decided_on < clock.local(open_one.handed_at).date():
        wrong["decided_on"] = [_("决定日期不能早于移交之日。")]
    wrong |= _wrong_penalty(step) if step.given["penalised"] else _wrong_reason(step)
    if wrong:
        raise InvalidInput(fields=wrong)
    open_one.decided_on, open_one.decided_by, open_one.ended_at = decided_on, step.actor, step.at
    open_one.document = str(step.given.get("document") or "").strip()
    if step.given["penalised"]:
        open_one.state, open_one.penalty = EnforcementState.PENALISED, Penalty(step.given["penalty"])
        open_one.amount = step.given.get("amount")
    else:
        open_one.state, open_one.reason = EnforcementState.SPARED, step.note
    open_one.save()
    step.case.enforcing = False
    forget_matters(step.case)
    return {
        "penalised": bool(step.given["penalised"]),
        "penalty": open_one.penalty,
        "document": open_one.document,
        "amount": str(open_one.amount) if open_one.amount is not None else None,
        "decided_on": decided_on,
    }


def _wrong_penalty(step: "Step") -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    penalty, amount = step.given.get("penalty"), step.given.get("amount")
    if not str(step.given.get("document") or "").strip():
        wrong["document"] = [_("请填写处罚决定书文号。")]
    if penalty not in Penalty.values:
        wrong["penalty"] = [_("请选择处罚种类。")]
    elif penalty in WITH_AMOUNT and (amount is None or amount <= Decimal(0)):
        wrong["amount"] = [_("罚款、没收须填写金额（元）。")]
    elif penalty not in WITH_AMOUNT and amount is not None:
        wrong["amount"] = [_("该处罚种类没有金额，请清空。")]
    return wrong


def _wrong_reason(step: "Step") -> dict[str, list[str]]:
    wrong = {
        name: [_("不予处罚时不填此项。")] for name in ("penalty", "amount") if step.given.get(name) not in (None, "")
    }
    if not step.note:
        wrong["note"] = [_("不予处罚须写明理由。")]
    return wrong
