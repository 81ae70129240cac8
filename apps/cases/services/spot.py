"""Spot checks: the weekly drawing of lots, and what was found on site."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.cases.choices import CASE_TARGET, CASE_TOPIC, SPOT_DRAW, CaseState, SpotState
from apps.cases.drawing import week_before
from apps.cases.models import Case, CaseEvent, SpotCheck, SpotDraw, SpotShare
from apps.cases.services.lots import bounds_of, make_draw
from apps.cases.services.reopening import take_up_again
from apps.cases.services.spot_limits import checking_follows, start_checking
from apps.core import clock
from apps.core.audit import append_event
from apps.core.errors import InvalidInput, WrongState
from apps.core.models import Attachment
from apps.core.outbox import enqueue
from apps.grid.models import Unit
from apps.notices import texts
from apps.notices.services import notify
from apps.organisation.models import Agency
from apps.organisation.selectors import agency_people

if TYPE_CHECKING:
    from apps.cases.services.acting import Step

Details = dict[str, Any]
SETTLED_ON_THE_SPOT = "spot"
DRAWN_TITLE = gettext_noop("待抽查 %(count)s 件")
DRAWN = gettext_noop("%(since)s 至 %(until)s 当场处置 %(population)s 件，抽取 %(percent)s%%。")


# What is found on site


def spot_check(step: "Step") -> Details:
    """Seen on site after all: it holds, or the case is opened again at its desk and counted as rework.

    Needs words or a photo of what was seen; where it does not hold, words.
    """
    check = SpotCheck.objects.filter(case=step.case, state=SpotState.WAITING).first()
    if check is None:
        raise WrongState(extra={"state": step.case.state})
    passed = bool(step.given["passed"])
    if not step.note and not (passed and _has_photo(step, check)):
        text = _("请写明现场情况，或附照片。") if passed else _("抽查不通过须写明情况。")
        raise InvalidInput(fields={"note": [text]})
    check.state = SpotState.PASSED if passed else SpotState.FAILED
    check.checked_by, check.ended_at, check.note = step.actor, step.at, step.note
    check.save()
    checking_follows(check.draw_id, at=step.at)  # type: ignore[attr-defined]
    step.case.spot_waiting = False
    settler = {"settler": check.settled_by_id, "settled_by": check.settled_by.name}  # type: ignore[attr-defined]
    if passed:
        return {"passed": True, **settler}
    step.case.rework_count += 1
    take_up_again(step)
    return {"passed": False, "agency": step.case.desk.name, "due": step.case.due_at, **settler}


def _has_photo(step: "Step", check: SpotCheck) -> bool:
    photos = Attachment.objects.filter(target_kind=CASE_TARGET, target_id=step.case.pk, uploaded_by=step.actor)
    return photos.filter(uploaded_at__gte=check.draw.made_at).exists()


# Drawing lots


def draw_spot_checks(*, at: datetime, within: Unit | None = None) -> int:
    """Draw from what was settled on the spot in the last whole week, once for each desk, or each desk ``within`` a
    unit; answers how many cases.

    Safe to run twice, late, or killed half-way: a desk that has its draw for the week gets no second one.
    """
    since, until = week_before(clock.local(at).date())
    settled = _settled_in(since, until)
    done = SpotDraw.objects.filter(until=until).values("desk")
    if within is not None:
        settled = settled.inside(within)
    desks = settled.exclude(desk__in=done).order_by().values_list("desk", flat=True).distinct()
    return sum(_draw_at(desk, since, until, at) for desk in list(desks))


def _settled_in(since: date, until: date) -> Any:
    begin, end = bounds_of(since, until)
    # every district, so that its index of finished cases is used
    districts = Unit.objects.filter(kind="district").values_list("pk", flat=True)
    closed = Case.objects.filter(district__in=list(districts), open=False, closed_at__gte=begin, closed_at__lt=end)
    return closed.filter(state=CaseState.CLOSED, settled_kind=SETTLED_ON_THE_SPOT, handled_by__isnull=False)


@transaction.atomic
def _draw_at(desk_id: int, since: date, until: date, at: datetime) -> int:
    """The draw of one desk, whose row keeps two runs from drawing at once."""
    desk = Agency.objects.select_for_update(of=("self",)).select_related("unit").get(pk=desk_id)
    if SpotDraw.objects.filter(desk=desk, until=until).exists():
        return 0
    cases = list(_settled_in(since, until).filter(desk=desk).order_by("pk").select_for_update(of=("self",)))
    numbers = [case.number for case in cases]
    made = make_draw(SpotDraw, SpotShare, desk=desk, since=since, until=until, numbers=numbers, at=at)
    if made is None:
        return 0
    draw, chosen = made
    start_checking(draw, at=at)
    for case in cases:
        if case.number in chosen:
            _put_on_list(draw, case, at)
    _tell(draw, at)
    return len(chosen)


def _tell(draw: SpotDraw, at: datetime) -> None:
    """The people at the desk hear that there is something to be seen on site."""
    notify(
        agency_people(draw.desk).order_by().values_list("pk", flat=True),
        kind="case.spot_draw",
        title=DRAWN_TITLE,
        body=DRAWN,
        params={
            "count": draw.drawn,
            "since": texts.day(draw.since),
            "until": texts.day(draw.until),
            "population": len(draw.population),
            "percent": draw.percent,
        },
        url=f"/spot/draws/{draw.pk}/",
        dedupe_key=f"case-spot-draw:{draw.pk}",
        at=at,
    )


def _put_on_list(draw: SpotDraw, case: Case, at: datetime) -> None:
    SpotCheck.objects.create(
        draw=draw,
        case=case,
        settled_by_id=case.handled_by_id or 0,  # type: ignore[attr-defined]
        settled_at=case.closed_at or at,
        **case.place,
    )
    payload = {"draw": draw.pk, "since": draw.since, "until": draw.until, "seed": draw.seed}
    append_event(
        CaseEvent,
        case,
        actor=None,
        action=SPOT_DRAW,
        payload=payload,
        at=at,
        save_head=False,
        from_state=case.state,
        to_state=case.state,
    )
    case.spot_waiting = True
    case.save(update_fields=["spot_waiting", "head_sequence", "head_hash"])
    message = {"case": case.pk, "action": SPOT_DRAW, "event": case.head_sequence, "actor": None}
    enqueue(CASE_TOPIC, message, at=at)
