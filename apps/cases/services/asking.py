"""First asked stays answerable: naming everything missing at once, its supply, handing the case over with a reason."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.cases.choices import LEG_SUBJECT, WHOLE_SUBJECT, LegRole, MissingState
from apps.cases.matters import forget_matters, missing_asked_of
from apps.cases.models import Case, Leg, MissingList
from apps.cases.services.legs import hold, open_lead
from apps.core.errors import InvalidInput, WrongState
from apps.deadlines import services as deadlines
from apps.grid.permissions import Permission
from apps.grid.scopes import covers

if TYPE_CHECKING:
    from apps.cases.services.acting import Step

Details = dict[str, Any]
MOST_ITEMS = 20
LONGEST_ITEM = 100


def ask_missing(step: "Step") -> Details:
    """Everything that is missing, in one list; the limits stand still until it is supplied."""
    items = _items(step.given["missing"])
    case = step.case
    case.missing_lists_made += 1
    MissingList.objects.create(
        case=case,
        number=case.missing_lists_made,
        leg=open_lead(step.legs),
        items=items,
        asked_by=step.actor,
        asked_at=step.at,
    )
    for leg in step.legs:
        if leg.ended_at is None:
            deadlines.pause_limit(subject_kind=LEG_SUBJECT, subject_id=leg.pk, at=step.at)
    deadlines.pause_limit(subject_kind=WHOLE_SUBJECT, subject_id=case.pk, at=step.at)
    case.missing_asked = True
    forget_matters(case)
    return {"items": items}


def _items(given: Any) -> list[str]:
    items = [str(item).strip() for item in given if str(item).strip()]
    if not items or len(items) > MOST_ITEMS or len(set(items)) != len(items):
        text = _("请一次列全所缺的一至 %(most)d 项，不能重复。") % {"most": MOST_ITEMS}
        raise InvalidInput(fields={"missing": [text]})
    if any(len(item) > LONGEST_ITEM for item in items):
        raise InvalidInput(fields={"missing": [_("每项最多 %(most)d 个字。") % {"most": LONGEST_ITEM}]})
    return items


def supply(step: "Step") -> Details:
    """What was missing is there; the clock goes on, and the time it waited does not count."""
    case = step.case
    asked = missing_asked_of(case)
    if asked is None:
        raise WrongState(extra={"state": case.state})
    asked.state, asked.answer = MissingState.SUPPLIED, step.note
    asked.answered_by, asked.ended_at = step.actor, step.at
    asked.save()
    _go_on(case, step.legs, at=step.at)
    return {"list": asked.number, "due": case.due_at}


def _go_on(case: Case, legs: list[Leg], *, at: datetime) -> None:
    for leg in legs:
        if leg.ended_at is not None:
            continue
        for limit in deadlines.resume_limit(subject_kind=LEG_SUBJECT, subject_id=leg.pk, at=at):
            leg.due_at = limit.due_at
            leg.save(update_fields=["due_at"])
            if leg.role == LegRole.LEAD:
                card = case.card
                hold(case, leg)
                case.card = card
    deadlines.resume_limit(subject_kind=WHOLE_SUBJECT, subject_id=case.pk, at=at)
    case.missing_asked = False
    forget_matters(case)


def missing_follows(case: Case, legs: list[Leg], *, at: datetime) -> None:
    """What was asked lapses when the leg that waits for it is over: whoever goes on without it does not need it. The
    caller saves the case."""
    asked = missing_asked_of(case)
    if asked is None or any(leg.pk == asked.leg_id and leg.ended_at is None for leg in legs):  # type: ignore[attr-defined]
        return
    asked.state, asked.ended_at = MissingState.LAPSED, at
    asked.save()
    _go_on(case, legs, at=at)


def transfer(step: "Step") -> Details:
    """Somebody else who takes in cases here follows it to the end from now on."""
    case, username = step.case, str(step.given["to"]).strip()
    heir = User.objects.filter(username=username, is_active=True).first()
    if heir is None or heir.pk == case.first_asked_id or not covers(heir, Permission.CASE_REGISTER, case.place):  # type: ignore[attr-defined]
        raise InvalidInput(fields={"to": [_("请选择另一位在此受理案件的人。")]})
    before = case.first_asked
    case.first_asked = heir
    return {"from": before.name if before else "", "to": heir.name, "heir": heir.pk}
