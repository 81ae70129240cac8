"""``perform``: the one function that moves a case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.cases import workflow
from apps.cases.actions import UNVERSIONED, Action
from apps.cases.capacities import By
from apps.cases.choices import CASE_TOPIC
from apps.cases.models import Case, CaseEvent, Leg
from apps.cases.services import effects
from apps.cases.services.alongside import keep_pace
from apps.cases.services.asking import missing_follows
from apps.cases.services.whistles import cancel_summonses
from apps.cases.standing import own_leg, standing_of
from apps.cases.workflow import LEG_ACTIONS, Transition
from apps.core.audit import append_event
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, StaleVersion, WrongState
from apps.core.outbox import enqueue

if TYPE_CHECKING:
    from apps.accounts.models import User

LONGEST_NOTE = 2000


@dataclass
class Step:
    """One act on one locked case, as the effects see it."""

    case: Case
    legs: list[Leg]
    leg: Leg | None
    row: Transition
    actor: "User"
    at: datetime
    note: str
    given: dict[str, Any]


@transaction.atomic
def perform(
    *,
    number: str,
    action: str,
    actor: "User",
    at: datetime,
    version: int | None,
    note: str = "",
    wrong: Mapping[str, list[str]] | None = None,
    **given: Any,
) -> Case:
    """Move a case one step and return it.

    ``version`` is the case's, or for accept, return and feedback that of the actor's own leg; pages that read the
    case a moment ago give it, and ``None`` skips the check. ``given`` carries the action's inputs (``agency``,
    ``assisting``, ``passed``, ``until``, ``promised``, ``into``, ``solved``, ``satisfied``, ``office``, ``order``,
    ``approved``, ``card``, ``appeal``, ``upheld``, ``present``, ``agencies``, ``lon``, ``lat``, ``stars``,
    ``summons``, ``qualified``, ``sample``, ``point_record`` …, ``consequence``); ``wrong`` what an edge found amiss
    with them by field, to be raised in its place in the order.

    Raises ``NotVisible``, ``NotAllowed``, ``StaleVersion``, ``WrongState``, ``InvalidInput``, checked in that order.
    Writes one event and the outbox row of its notices in the same transaction.
    """
    case = Case.objects.select_for_update(of=("self",)).filter(number=number).first()
    if case is None or not Case.objects.visible_to(actor).filter(pk=case.pk).exists():
        raise NotVisible
    step = _check(case, _action(action), actor, at, version, note, given)
    _check_inputs(step, wrong or {})
    before, desk_id, holder_id = case.state, case.desk.pk, case.holder.pk if case.holder else None
    behalf = _on_behalf(step)
    details = behalf | effects.EFFECTS[step.row.action](step)
    keep_pace(step, state=before, desk_id=desk_id, holder_id=holder_id)
    if case.missing_asked:
        missing_follows(case, step.legs, at=at)
    if not case.open and case.summonses_open:
        cancel_summonses(case, at=at)
    if step.row.action not in UNVERSIONED:
        case.version += 1
    payload = {"note": step.note} | details if step.note else details
    append_event(
        CaseEvent,
        case,
        actor=actor,
        action=step.row.action.value,
        payload=payload,
        at=at,
        save_head=False,
        leg=step.leg if step.row.action in LEG_ACTIONS else None,
        from_state=before,
        to_state=case.state,
    )
    case.save()
    message = {"case": case.pk, "action": step.row.action.value, "event": case.head_sequence, "actor": actor.pk}
    enqueue(CASE_TOPIC, message, at=at)
    return case


def _on_behalf(step: Step) -> dict[str, str]:
    """For whom the actor acted, as the timeline names it."""
    if step.row.by is By.DESK:
        return {"for": step.case.desk.name}
    if step.row.by in {By.HANDLER, By.HOLDER} and step.leg is not None:
        return {"for": step.leg.agency.name}
    return {}


def _action(action: str) -> Action:
    try:
        return Action(action)
    except ValueError as error:
        raise NotVisible from error


def _check(
    case: Case,
    action: Action,
    actor: "User",
    at: datetime,
    version: int | None,
    note: str,
    given: dict[str, Any],
) -> Step:
    legs = list(Leg.objects.filter(case=case).select_related("agency__unit", "desk__unit").order_by("sequence"))
    _load(case, legs)
    leg = own_leg(legs, actor)
    standing = standing_of(case, legs, actor)
    if not any((row.by, row.needs) in standing.capacities for row in workflow.rows_of(action)):
        raise NotAllowed
    current = leg.version if action in LEG_ACTIONS and leg is not None else case.version
    state = {"state": case.state, "version": case.version}
    if version is not None and version != current:
        raise StaleVersion(extra=state)
    try:
        row = workflow.check(action, standing)
    except WrongState as error:
        raise WrongState(extra=state) from error
    return Step(case, legs, leg, row, actor, at, note.strip(), given)


def _load(case: Case, legs: list[Leg]) -> None:
    """Give the case the agencies that its legs have loaded already, and read its category."""
    agencies = {leg.agency_id: leg.agency for leg in legs} | {leg.desk_id: leg.desk for leg in legs}
    for name in ("holder", "desk", "handler"):
        agency = agencies.get(getattr(case, f"{name}_id"))
        if agency is not None:
            setattr(case, name, agency)


def _check_inputs(step: Step, found: Mapping[str, list[str]]) -> None:
    wrong: dict[str, list[str]] = {}
    if step.row.note and not step.note:
        wrong["note"] = [_("请写明情况或理由。")]
    if len(step.note) > LONGEST_NOTE:
        wrong["note"] = [_("最多 %(most)d 个字。") % {"most": LONGEST_NOTE}]
    for name in step.row.inputs:
        if step.given.get(name) is None:
            wrong[name] = [_("此项必填。")]
    wrong |= found
    if wrong:
        raise InvalidInput(fields=wrong)
