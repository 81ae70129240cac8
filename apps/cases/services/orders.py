"""Effects of orders from above, of requests for more time, and of appeals against cards."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from apps.cases.choices import LEG_SUBJECT, OrderOffice, OrderState, RequestState
from apps.cases.matters import forget_matters, open_orders_of, orders_of, request_of
from apps.cases.models import ExtensionRequest, Leg, Supervision
from apps.cases.services.alongside import above, carry_whole, end_order, plan_order
from apps.cases.services.legs import hold, open_lead
from apps.cases.standing import appeals_to_decide, cards_to_appeal, level_over, orders_to_withdraw
from apps.core import clock
from apps.core.errors import InvalidInput, WrongState
from apps.deadlines import appeals
from apps.deadlines import services as deadlines
from apps.deadlines.choices import Card, Stage
from apps.deadlines.models import Limit
from apps.grid.permissions import Permission
from apps.grid.scopes import KINDS, holds_at, scopes_of
from apps.organisation.models import Agency, AgencyKind
from apps.organisation.selectors import supervising_centre

if TYPE_CHECKING:
    from apps.cases.services.acting import Step

Details = dict[str, Any]
MOST_EXTENSIONS = 2


def moment_of(until: date | datetime) -> datetime:
    """A date means the end of that day."""
    if isinstance(until, datetime):
        return until
    return datetime.combine(until, time(23, 59, 59), tzinfo=clock.SHANGHAI)


def _chosen(step: "Step", name: str, rows: list[Any], key: str = "pk") -> Any:
    """The row whose ``key`` stands in the input ``name``, or the first where none is named."""
    given = step.given.get(name)
    if given in {None, ""}:
        chosen = rows[0] if rows else None
    else:
        chosen = next((row for row in rows if str(getattr(row, key)) == str(given)), None)
    if chosen is None:
        raise InvalidInput(fields={name: [_("请从名单中选择。")]})
    return chosen


# Supervision


def supervise(step: "Step") -> Details:
    """A written order that the case move, with a date for the reply; the highest level that gave one supervises."""
    case = step.case
    holder = case.holder
    if holder is None:
        raise WrongState(extra={"state": case.state})
    centre, office = _orderer(step)
    until = step.given.get("until")
    due = moment_of(until) if until is not None else None
    if due is not None and due <= step.at:
        raise InvalidInput(fields={"until": [_("答复期限须晚于现在。")]})
    present = case.supervisor
    if not case.supervised or (present and KINDS.index(centre.unit.kind) <= KINDS.index(present.unit.kind)):
        case.supervisor = centre
    limit = plan_order(case, centre, holder, due_at=due, at=step.at)
    order = Supervision.objects.create(
        case=case,
        number=len(orders_of(case)) + 1,
        office=office,
        centre=centre,
        ordered_by=step.actor,
        ordered_at=step.at,
        text=step.note,
        due_at=limit.due_at,
    )
    limit.subject_id = order.pk
    limit.save(force_insert=True)
    case.supervised = True
    case.orders_open += 1
    forget_matters(case)
    return {
        "agency": centre.name,
        "office": office,
        "holder": holder.name,
        "due": order.due_at,
        "order": order.number,
    }


def _orderer(step: "Step") -> tuple[Agency, str]:
    """The centre through which the order goes out, and in whose name."""
    case = step.case
    scopes = [
        scope for scope in scopes_of(step.actor, Permission.CASE_SUPERVISE) if case.place[scope.column] == scope.unit_id
    ]
    scope = min(scopes, key=lambda one: KINDS.index(one.kind))
    seat = case.place["community_id"] if scope.kind == "grid" else scope.unit_id
    centre = Agency.objects.select_related("unit").get(unit_id=seat or 0, kind=AgencyKind.CENTRE)
    at_desk = holds_at(step.actor, Permission.CASE_DISPATCH, scope.unit_id)
    given = step.given.get("office") or (OrderOffice.CENTRE if at_desk else OrderOffice.LEADER)
    allowed = {OrderOffice.CENTRE, OrderOffice.GOVERNMENT, OrderOffice.DISCIPLINE} if at_desk else {OrderOffice.LEADER}
    if given not in allowed:
        raise InvalidInput(fields={"office": [_("不能以该名义督办。")]})
    return centre, str(given)


def reply(step: "Step") -> Details:
    """The holder's answer to an order, or its desk's."""
    case = step.case
    order: Supervision = _chosen(step, "order", open_orders_of(case), "number")
    agency = step.leg.agency if step.row.by != "desk" and step.leg is not None else case.desk
    order.reply, order.replied_by, order.replied_for = step.note, step.actor, agency
    end_order(case, order, state=OrderState.REPLIED, at=step.at)
    return {"agency": order.centre.name, "order": order.number, "in_time": step.at <= order.due_at}


def withdraw(step: "Step") -> Details:
    """The order no longer stands; its limit ends without a reply."""
    order: Supervision = _chosen(step, "order", orders_to_withdraw(step.case, step.actor), "number")
    order.withdrawn_by = step.actor
    end_order(step.case, order, state=OrderState.WITHDRAWN, at=step.at)
    return {"agency": order.centre.name, "order": order.number}


# More time


def _limit_of(lead: Leg) -> Limit:
    return deadlines.get_open_limit(subject_kind=LEG_SUBJECT, subject_id=lead.pk, stage=lead.stage)


def _extend(step: "Step", lead: Leg, until: datetime) -> Details:
    """Move the end of the lead leg's limit: once, with the district's word twice."""
    case, limit = step.case, _limit_of(lead)
    old = limit.due_at
    if until <= old or until <= step.at:
        raise InvalidInput(fields={"until": [_("新的期限必须晚于原期限。")]})
    district = level_over(case, step.actor, Permission.CASE_EXTEND) == 0
    if limit.extensions == 1 and not district:
        raise WrongState(_("已延期一次，再次延期须由区级批准。"), extra={"state": case.state})
    limit = deadlines.extend_limit(limit, due_at=until, at=step.at, allowed=MOST_EXTENSIONS if district else 1)
    lead.due_at = limit.due_at
    lead.save(update_fields=["due_at"])
    card = case.card
    hold(case, lead)
    case.card = card
    carry_whole(case, limit.due_at, at=step.at)
    return {"from": old, "due": limit.due_at}


def extend(step: "Step") -> Details:
    """The level above moves the end of the present limit on its own, before it is over."""
    lead = open_lead(step.legs)
    if step.at > lead.due_at:
        raise WrongState(_("时限已过，不能再延期。"), extra={"state": step.case.state})
    details = _extend(step, lead, moment_of(step.given["until"]))
    request = request_of(step.case)
    if request is not None:
        _decide(step, request, RequestState.APPROVED, granted=details["due"])
    return details


def ask_extension(step: "Step") -> Details:
    """Asked for before the end, with a reason and a date, of the level above; after one extension, of the district."""
    case, lead = step.case, open_lead(step.legs)
    if step.at > lead.due_at:
        raise WrongState(_("时限已过，不能申请延期。"), extra={"state": case.state})
    proposed = moment_of(step.given["until"])
    if proposed <= lead.due_at:
        raise InvalidInput(fields={"until": [_("新的期限必须晚于原期限。")]})
    extensions = _limit_of(lead).extensions
    if extensions >= MOST_EXTENSIONS:
        raise WrongState(_("延期次数已用完。"), extra={"state": case.state})
    decider = decider_of(step, lead, extensions)
    ExtensionRequest.objects.create(
        case=case,
        leg=lead,
        asked_by=step.actor,
        asked_at=step.at,
        reason=step.note,
        due_before=lead.due_at,
        proposed=proposed,
        decider=decider,
    )
    case.extension_asked = True
    forget_matters(case)
    return {"proposed": proposed, "agency": decider.name, "decider": decider.pk}


def decider_of(step: "Step", lead: Leg, extensions: int = 0) -> Agency:
    """The centre that decides what the holder of a leg asks for; after an extension the district's. Raises
    ``WrongState`` where there is none above."""
    case = step.case
    own = lead.agency_id == lead.desk_id  # type: ignore[attr-defined]
    if extensions:
        nearest: Agency | None = Agency.objects.select_related("unit").get(
            unit_id=case.place["district_id"] or 0, kind=AgencyKind.CENTRE
        )
    else:
        nearest = above(lead.desk) if own else lead.desk
    decider = supervising_centre(lead.agency, nearest) or nearest
    if decider is None:
        raise WrongState(extra={"state": case.state})
    return decider


def decide_extension(step: "Step") -> Details:
    """Approved with the date asked for or another, or refused with a reason. What was asked in time may be decided
    later; the end moves all the same."""
    request = request_of(step.case)
    if request is None:
        raise WrongState(extra={"state": step.case.state})
    asker = {"agency": request.leg.agency.name, "asked_by": request.asked_by_id}  # type: ignore[attr-defined]
    if not step.given["approved"]:
        if not step.note:
            raise InvalidInput(fields={"note": [_("不批准须写明理由。")]})
        _decide(step, request, RequestState.REFUSED)
        return {"approved": False, **asker}
    until = step.given.get("until")
    lead = open_lead(step.legs)
    details = _extend(step, lead, moment_of(until) if until is not None else request.proposed)
    _decide(step, request, RequestState.APPROVED, granted=details["due"])
    return {"approved": True, **asker, **details}


def _decide(step: "Step", request: ExtensionRequest, state: str, *, granted: datetime | None = None) -> None:
    request.state, request.granted, request.decision = state, granted, step.note
    request.decided_by, request.decided_at = step.actor, step.at
    request.save()
    step.case.extension_asked = False


# Cards


def appeal(step: "Step") -> Details:
    """Against a card, by whoever got it; its head decides."""
    case = step.case
    card = _chosen(step, "card", cards_to_appeal(case, step.legs, step.actor))
    made = appeals.appeal_card(card=card, actor=step.actor, reason=step.note, at=step.at)
    case.appeals_open += 1
    forget_matters(case)
    return {
        "appeal": made.pk,
        "card": card.kind,
        "stage": card.limit.stage,
        "for": card.holder.name,
        "agency": made.decider.name if made.decider else "",
        "decider": made.decider.pk if made.decider else None,
    }


def decide_appeal(step: "Step") -> Details:
    """Upheld, the card is withdrawn: the case shows the next card that stands, and what it held late counts no longer
    as overdue."""
    case, upheld = step.case, bool(step.given["upheld"])
    chosen = _chosen(step, "appeal", appeals_to_decide(case, step.legs, step.actor))
    limit = appeals.decide_appeal(appeal=chosen, actor=step.actor, upheld=upheld, reason=step.note, at=step.at)
    case.appeals_open -= 1
    card = chosen.step
    if upheld:
        _follow_withdrawal(step, limit, red=card.kind == Card.RED)
    forget_matters(case)
    return {
        "appeal": chosen.pk,
        "upheld": upheld,
        "card": card.kind,
        "stage": limit.stage,
        "agency": chosen.agency.name,
        "holder": chosen.agency_id,
        "head": limit.head_id,  # type: ignore[attr-defined]
    }


def _follow_withdrawal(step: "Step", limit: Limit, *, red: bool) -> None:
    """Bring leg and case in step with a limit that lost a card."""
    case = step.case
    if limit.subject_kind != LEG_SUBJECT:
        return
    leg = next(leg for leg in step.legs if leg.pk == limit.subject_id)
    if red:
        leg.excused_at = step.at
        leg.save(update_fields=["excused_at"])
        handling = leg.stage == Stage.HANDLING and leg.role == "lead"
        if handling and leg.due_at == case.handling_due_at:
            case.excused_at = step.at
    if case.open and leg.role == "lead" and leg.ended_at is None:
        case.card = "" if limit.card == Card.NONE else limit.card
