"""What each action does to a locked case and its legs. Each returns the details that go into the event."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from apps.cases.actions import Action
from apps.cases.capacities import By
from apps.cases.choices import AT_ONCE, FINISHED, CaseState, LegRole, LegState
from apps.cases.following import minutes_at_once
from apps.cases.models import Case, Leg
from apps.cases.selectors.admissions import unadmitted
from apps.cases.services import (
    archive,
    asking,
    disputes,
    dual,
    enforcement,
    follow_ups,
    hazards,
    meetings,
    orders,
    publication,
    samples,
    special,
    spot,
    suspensions,
    whistles,
)
from apps.cases.services.alongside import above
from apps.cases.services.evidence import check_evidence
from apps.cases.services.legs import end_leg, end_open_legs, open_lead, open_leg
from apps.cases.services.reopening import take_up_again
from apps.cases.services.rulings import open_ruling
from apps.core.clock import local
from apps.core.errors import Conflict, InvalidInput, WrongState
from apps.deadlines.choices import Complexity, Stage
from apps.grid.models import UnitKind
from apps.organisation.models import Agency, AgencyKind
from apps.organisation.selectors import dispatch_targets

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from apps.cases.services.acting import Step

Details = dict[str, Any]


def _finish(step: "Step", state: CaseState) -> None:
    end_open_legs(step.legs, at=step.at)
    case = step.case
    case.state, case.open, case.closed_at = state, False, step.at
    case.holder, case.due_at = None, None


def _to_desk(step: "Step", desk: Agency, stage: Stage) -> None:
    """Put the case on a centre's own desk; the centre above it is the head of its limit."""
    open_leg(
        step.case,
        step.legs,
        agency=desk,
        desk=desk,
        stage=stage,
        state=LegState.ACCEPTED,
        at=step.at,
        head=above(desk),
    )


def register(step: "Step") -> Details:
    """Screened and taken on: the desk's handling time begins."""
    case = step.case
    said = _weigh(step)
    end_open_legs(step.legs, at=step.at)
    _to_desk(step, case.desk, Stage.HANDLING)
    case.state, case.registered_at = CaseState.REGISTERED, step.at
    return {"due": case.due_at} | said


def _weigh(step: "Step") -> Details:
    """Take down how complex the desk finds the matter, before the limit of the next stage is reckoned."""
    complexity = step.given.get("complexity")
    if not complexity or complexity == step.case.complexity:
        return {}
    step.case.complexity = Complexity(complexity)
    return {"complexity": step.case.complexity}


def refuse(step: "Step") -> Details:
    """Not taken on, with a reason the reporter can read."""
    _finish(step, CaseState.REFUSED)
    return {}


def settle(step: "Step") -> Details:
    """Settled by the worker on the spot, or by the desk with its own means."""
    check_evidence(step.case)
    case = step.case
    if step.row.by is By.REPORTER:
        case.handled_at, case.handled_by, case.handled_in_time = step.at, step.actor, True
        case.settled_kind = "spot"
        _finish(step, CaseState.CLOSED)
        return {"on_the_spot": True}
    lead = open_lead(step.legs)
    lead.handled_by = step.actor
    end_open_legs(step.legs, at=step.at, roles=frozenset({LegRole.ASSIST}))
    end_leg(lead, state=LegState.FED_BACK, at=step.at, note=step.note)
    _handled(step, lead)
    return {"due": case.due_at}


def settle_at_once(step: "Step") -> Details:
    """A complete application, settled by whoever was asked: nobody else is sent, nothing is seen on site."""
    check_evidence(step.case)
    case, lead = step.case, open_lead(step.legs)
    lead.handled_by = step.actor
    end_leg(lead, state=LegState.FED_BACK, at=step.at, note=step.note)
    case.registered_at = case.registered_at or step.at
    case.handled_at, case.handled_by, case.handler = step.at, step.actor, lead.agency
    case.handled_in_time, case.settled_kind = lead.in_time, AT_ONCE
    _finish(step, CaseState.CLOSED)
    return {"minutes": minutes_at_once(case)}


def _handled(step: "Step", leg: Leg) -> None:
    """The case goes back to the desk to be verified and closed."""
    case = step.case
    case.state, case.handled_at, case.handled_by = CaseState.HANDLED, step.at, step.actor
    case.handler, case.handled_in_time = leg.agency, leg.in_time
    case.settled_kind = case.desk.unit.kind
    _to_desk(step, leg.desk, Stage.VERIFYING)


def dispatch(step: "Step") -> Details:
    """Given to one lead agency and any number of assisting ones."""
    case = step.case
    lead, assisting = _targets(step)
    said = _weigh(step)
    end_open_legs(step.legs, at=step.at)
    for agency, role in [(lead, LegRole.LEAD), *((agency, LegRole.ASSIST) for agency in assisting)]:
        open_leg(
            case,
            step.legs,
            agency=agency,
            desk=case.desk,
            stage=Stage.HANDLING,
            state=LegState.OFFERED,
            at=step.at,
            role=role,
        )
    case.state, case.dispatched_at = CaseState.DISPATCHED, step.at
    if step.given.get("unclear"):
        open_ruling(case, lead, actor=step.actor, at=step.at)
        said["unclear"] = True
    return {
        "agency": lead.name,
        "agency_code": lead.code,
        "assisting": [agency.name for agency in assisting],
        "due": case.due_at,
    } | said


def _targets(step: "Step") -> tuple[Agency, list[Agency]]:
    code = str(step.given["agency"])
    codes = [str(other) for other in step.given.get("assisting") or []]
    found = {agency.code: agency for agency in dispatch_targets(step.case.desk).filter(code__in=[code, *codes])}
    if code not in found:
        raise InvalidInput(fields={"agency": [_("不能派遣给该单位，请从名单中选择。")]})
    unknown = [other for other in codes if other not in found]
    if unknown or code in codes or len(set(codes)) != len(codes):
        raise InvalidInput(fields={"assisting": [_("协办单位须从名单中选择，且不能与主办单位重复。")]})
    lead = found[code]
    if lead.kind == AgencyKind.CENTRE and step.case.place[f"{lead.unit.kind}_id"] not in {None, lead.unit_id}:
        raise InvalidInput(fields={"agency": [_("案件不在该单位的辖区内。")]})
    _check_admitted(step, lead, [found[other] for other in codes])
    return lead, [found[other] for other in codes]


def _check_admitted(step: "Step", lead: Agency, assisting: list[Agency]) -> None:
    """What goes to a community's station is done by its grids: only what is on their admission list
    (``spec/2-cases.md``, 准入清单)."""
    stations = [
        agency
        for agency in (lead, *assisting)
        if agency.kind == AgencyKind.CENTRE and agency.unit.kind == UnitKind.COMMUNITY
    ]
    refused = unadmitted(step.case.category, [agency.unit for agency in stations], on=local(step.at).date())
    if refused:
        words = {"category": step.case.category.label, "unit": refused[0].name}
        said = _("“%(category)s”不在%(unit)s的准入清单内，不能下派网格。请派给其他单位，或先列入清单。") % words
        raise InvalidInput(fields={"agency" if lead.unit in refused else "assisting": [said]})


def _leg(step: "Step") -> Leg:
    if step.leg is None:
        raise WrongState
    return step.leg


def accept(step: "Step") -> Details:
    """The agency takes its leg on."""
    leg = _leg(step)
    leg.state, leg.accepted_at, leg.version = LegState.ACCEPTED, step.at, leg.version + 1
    leg.save()
    return {"agency": leg.agency.name, "role": leg.role}


def give_back(step: "Step") -> Details:
    """The agency hands its leg back with a reason; a lead's return puts the case on the desk again."""
    leg = _leg(step)
    end_leg(leg, state=LegState.RETURNED, at=step.at, note=step.note)
    if leg.role == LegRole.LEAD:
        case = step.case
        case.return_count += 1
        end_open_legs(step.legs, at=step.at)
        _to_desk(step, leg.desk, Stage.HANDLING)
        case.state = CaseState.REGISTERED
    return {"agency": leg.agency.name, "role": leg.role}


def feed_back(step: "Step") -> Details:
    """The agency has handled its share; the lead's feedback sends the case to verification."""
    leg = _leg(step)
    leg.handled_by = step.actor
    if leg.role == LegRole.LEAD:
        check_evidence(step.case)
        end_leg(leg, state=LegState.FED_BACK, at=step.at, note=step.note)
        end_open_legs(step.legs, at=step.at, roles=frozenset({LegRole.ASSIST}))
        _handled(step, leg)
    else:
        end_leg(leg, state=LegState.FED_BACK, at=step.at, note=step.note)
    return {"agency": leg.agency.name, "role": leg.role, "in_time": leg.in_time}


def verify(step: "Step") -> Details:
    """Seen on site by somebody else than the handler; what does not hold is handled again."""
    case = step.case
    if step.given["passed"]:
        case.state, case.verified_at = CaseState.VERIFIED, step.at
        return {"passed": True}
    if not step.note:
        raise InvalidInput(fields={"note": [_("核查不通过须写明情况。")]})
    return {"passed": False} | _again(step)


def rework(step: "Step") -> Details:
    """Sent back to whoever handled it."""
    return _again(step)


def _again(step: "Step") -> Details:
    case = step.case
    case.rework_count += 1
    desk = case.desk
    handler = case.handler or desk
    fed_back = (leg for leg in reversed(step.legs) if leg.role == LegRole.LEAD and leg.state == LegState.FED_BACK)
    last = next(fed_back, None)
    end_open_legs(step.legs, at=step.at)
    if last is not None:
        last.state, last.version = LegState.FAILED, last.version + 1
        last.save(update_fields=["state", "version"])
    own = handler.pk == desk.pk
    open_leg(
        case,
        step.legs,
        agency=handler,
        desk=desk,
        stage=Stage.HANDLING,
        state=LegState.ACCEPTED,
        at=step.at,
        head=above(desk) if own else None,
    )
    case.state = CaseState.REGISTERED if own else CaseState.DISPATCHED
    case.handled_at, case.handled_in_time, case.handled_by, case.verified_at = None, None, None, None
    return {"agency": handler.name, "due": case.due_at}


def close(step: "Step") -> Details:
    """Done; its file is put away later, when nothing waits any more."""
    _finish(step, CaseState.CLOSED)
    return {}


def escalate(step: "Step") -> Details:
    """Passed up with what was tried."""
    case = step.case
    upper = above(case.desk)
    if upper is None:
        raise WrongState(extra={"state": case.state})
    end_open_legs(step.legs, at=step.at)
    _to_desk(step, upper, Stage.HANDLING)
    return {"agency": upper.name, "due": case.due_at}


def comment(step: "Step") -> Details:
    """A remark; the case stays as it is."""
    return {}


def tell_presence(step: "Step") -> Details:
    """Whoever reported straight to the district says whether he is still on the scene."""
    return {"present": bool(step.given["present"])}


def merge(step: "Step") -> Details:
    """The same matter twice: this one follows the other."""
    visible = Case.objects.visible_to(step.actor).filter(number=str(step.given["into"]).strip())
    other = _locked_now(Case.objects.filter(pk__in=visible.values("pk")))
    if other is None or other.pk == step.case.pk or other.state in FINISHED:
        raise InvalidInput(fields={"into": [_("请填写另一件在办案件的编号。")]})
    step.case.merged_into = other
    _finish(step, CaseState.MERGED)
    return {"into": other.number}


def _locked_now(cases: "QuerySet[Case]") -> Case | None:
    """The case, locked without waiting: two cases merged into each other at once must not wait for one another."""
    try:
        with transaction.atomic():
            return cases.select_for_update(of=("self",), nowait=True).first()
    except OperationalError as error:
        raise Conflict(_("另一件案件正在办理，请稍后再试。")) from error


def reopen(step: "Step") -> Details:
    """Not solved after all: the desk that closed it takes it up again, at the place's path of today."""
    take_up_again(step)
    step.case.reopen_count += 1
    return {"due": step.case.due_at}


def rate(step: "Step") -> Details:
    """The reporter's word on the result."""
    case = step.case
    case.solved, case.satisfied = bool(step.given["solved"]), bool(step.given["satisfied"])
    return {"solved": case.solved, "satisfied": case.satisfied}


EFFECTS: dict[Action, Callable[["Step"], Details]] = {
    Action.REGISTER: register,
    Action.REFUSE: refuse,
    Action.SETTLE: settle,
    Action.SETTLE_AT_ONCE: settle_at_once,
    Action.DISPATCH: dispatch,
    Action.ACCEPT: accept,
    Action.RETURN: give_back,
    Action.FEEDBACK: feed_back,
    Action.VERIFY: verify,
    Action.REWORK: rework,
    Action.CLOSE: close,
    Action.ESCALATE: escalate,
    Action.SUSPEND: suspensions.suspend,
    Action.RESUME: suspensions.resume,
    Action.ASK_SUSPENSION: suspensions.ask_suspension,
    Action.DECIDE_SUSPENSION: suspensions.decide_suspension,
    Action.PROPOSE_SPECIAL: special.propose_special,
    Action.LIST_SPECIAL: special.list_special,
    Action.DECLINE_SPECIAL: special.decline_special,
    Action.RECORD_CONTROL: special.record_control,
    Action.UNLIST: special.unlist,
    Action.TABLE: meetings.table,
    Action.RECORD_DECISION: meetings.record_decision,
    Action.RESOLVE_ITEM: meetings.resolve_item,
    Action.LIST_HAZARD: hazards.list_hazard,
    Action.ACCEPT_HAZARD: hazards.accept_hazard,
    Action.PUBLISH: publication.publish,
    Action.EDIT_PUBLICATION: publication.edit_publication,
    Action.WITHHOLD: publication.withhold,
    Action.EXTEND: orders.extend,
    Action.ASK_EXTENSION: orders.ask_extension,
    Action.DECIDE_EXTENSION: orders.decide_extension,
    Action.SUPERVISE: orders.supervise,
    Action.REPLY: orders.reply,
    Action.WITHDRAW: orders.withdraw,
    Action.APPEAL: orders.appeal,
    Action.DECIDE_APPEAL: orders.decide_appeal,
    Action.DISSUADE: enforcement.dissuade,
    Action.HAND_OVER: enforcement.hand_over,
    Action.DECIDE_PENALTY: enforcement.decide_penalty,
    Action.MEDIATE: disputes.mediate,
    Action.CONCLUDE_MEDIATION: disputes.conclude_mediation,
    Action.ASK_MISSING: asking.ask_missing,
    Action.SUPPLY: asking.supply,
    Action.TRANSFER: asking.transfer,
    Action.WHISTLE: whistles.whistle,
    Action.ARRIVE: whistles.arrive,
    Action.REPORT_RESULT: whistles.report_result,
    Action.RATE_SUMMONED: whistles.rate_summoned,
    Action.ACKNOWLEDGE: dual.acknowledge,
    Action.PRESENCE: tell_presence,
    Action.COMMENT: comment,
    Action.SPOT_CHECK: spot.spot_check,
    Action.FOLLOW_UP: follow_ups.follow_up,
    Action.REVIEW_SAMPLE: samples.review_sample,
    Action.MERGE: merge,
    Action.REOPEN: reopen,
    Action.RATE: rate,
    Action.ARCHIVE: archive.archive,
    Action.UNARCHIVE: archive.unarchive,
}
