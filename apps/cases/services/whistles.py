"""Effects of whistles: calling agencies to the spot, arriving, telling the result, rating who came."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from apps.cases.choices import ARRIVAL_SUBJECT, RESULT_SUBJECT, SummonsState, Urgency
from apps.cases.matters import forget_matters, summonses_of
from apps.cases.models import Case, Summons, Whistle
from apps.cases.selectors.neighbours import metres_between
from apps.cases.services.orders import moment_of
from apps.cases.standing import level_of, summons_to_rate, summonses_for
from apps.core.errors import InvalidInput, WrongState
from apps.deadlines import rulebook
from apps.deadlines import services as deadlines
from apps.deadlines.choices import Measure, Outcome, Stage
from apps.deadlines.models import Limit
from apps.deadlines.reckoning import add_time
from apps.organisation.models import Agency
from apps.organisation.selectors import summons_targets

if TYPE_CHECKING:
    from apps.cases.services.acting import Step

Details = dict[str, Any]
MOST_SUMMONED = 10
# To arrive and, from then on, to say what came of it, where the whistle names no other time to arrive.
TO_ARRIVE = {Urgency.URGENT: (Decimal(1), Measure.CALENDAR_HOURS), Urgency.NORMAL: (Decimal(4), Measure.WORKING_HOURS)}
TO_REPORT = {Urgency.URGENT: (Decimal(24), Measure.CALENDAR_HOURS), Urgency.NORMAL: (Decimal(2), Measure.WORKING_DAYS)}


def _after(case: Case, span: tuple[Decimal, str], at: datetime) -> datetime:
    return add_time(rulebook.held().calendar_for(case.place), at, *span)


def _limit(case: Case, desk: Agency, summons: Summons, *, kind: str, due_at: datetime, at: datetime) -> Limit:
    """A limit of a summons on the agency that was called; the desk that called it is its head."""
    return deadlines.start_limit(
        stage=Stage.TASK,
        subject_kind=kind,
        subject_id=summons.pk,
        subject_label=f"{case.number} {case.title}",
        subject_url=f"/cases/{case.number}/",
        place=case.place,
        holder=summons.agency,
        head=desk,
        level=level_of(summons.agency),
        category_key=case.category.key,
        urgency=case.urgency,
        complexity=case.complexity,
        at=at,
        due_at=due_at,
    )


def whistle(step: "Step") -> Details:
    """Call agencies of the street or district to the spot, with a reason, until a time."""
    case = step.case
    desk = _desk_of(case)
    agencies = _called(step, desk)
    until = step.given.get("until")
    arrive_by = moment_of(until) if until is not None else _after(case, TO_ARRIVE[Urgency(case.urgency)], step.at)
    if arrive_by <= step.at:
        raise InvalidInput(fields={"until": [_("到场时限须晚于现在。")]})
    case.whistled += 1
    blown = Whistle.objects.create(
        case=case,
        number=case.whistled,
        desk=desk,
        blown_by=step.actor,
        blown_at=step.at,
        reason=step.note,
        arrive_by=arrive_by,
    )
    for agency in agencies:
        summons = Summons.objects.create(
            whistle=blown, case=case, agency=agency, called_at=step.at, arrive_by=arrive_by, **case.place
        )
        _limit(case, desk, summons, kind=ARRIVAL_SUBJECT, due_at=arrive_by, at=step.at)
    case.summonses_open += len(agencies)
    forget_matters(case)
    return {
        "for": desk.name,
        "agencies": [agency.name for agency in agencies],
        "whistle": blown.number,
        "due": arrive_by,
    }


def _desk_of(case: Case) -> Agency:
    """The desk for which the whistle is blown: the community's, else the one that answers for the case."""
    unit_id = case.place["community_id"]
    if unit_id is None:
        return case.desk
    return Agency.objects.select_related("unit").get(unit_id=unit_id, kind="centre")


def _called(step: "Step", desk: Agency) -> list[Agency]:
    codes = [str(code) for code in step.given["agencies"] or []]
    if not codes or len(set(codes)) != len(codes) or len(codes) > MOST_SUMMONED:
        text = _("请选择一至 %(most)d 个单位，不能重复。") % {"most": MOST_SUMMONED}
        raise InvalidInput(fields={"agencies": [text]})
    found = {agency.code: agency for agency in summons_targets(desk.unit).filter(code__in=codes)}
    if len(found) != len(codes):
        raise InvalidInput(fields={"agencies": [_("请从名单中选择。")]})
    waiting = {one.agency_id for one in summonses_of(step.case) if one.ended_at is None}  # type: ignore[attr-defined]
    if any(agency.pk in waiting for agency in found.values()):
        raise InvalidInput(fields={"agencies": [_("其中有单位已被吹哨，尚未报告结果。")]})
    return [found[code] for code in codes]


def _own(step: "Step", state: str) -> Summons:
    """The summons of the actor's agency in that state, the soonest to arrive first."""
    mine = [one for one in summonses_for(step.case, step.actor) if one.state == state]
    if not mine:
        raise WrongState(extra={"state": step.case.state})
    return mine[0]


def arrive(step: "Step") -> Details:
    """Somebody of a called agency is on the spot; the time to tell the result begins."""
    case, summons = step.case, _own(step, SummonsState.CALLED)
    lon, lat = step.given.get("lon"), step.given.get("lat")
    if lon is not None and lat is not None:
        summons.metres = round(metres_between(lon, lat, case.lon, case.lat))
    summons.state, summons.arrived_at, summons.arrived_by = SummonsState.ARRIVED, step.at, step.actor
    summons.arrival_note = step.note
    summons.report_by = _after(case, TO_REPORT[Urgency(case.urgency)], step.at)
    summons.save()
    deadlines.end_limits(subject_kind=ARRIVAL_SUBJECT, subject_ids=[summons.pk], at=step.at)
    _limit(case, summons.whistle.desk, summons, kind=RESULT_SUBJECT, due_at=summons.report_by, at=step.at)
    forget_matters(case)
    details: Details = {"for": summons.agency.name, "in_time": not summons.arrived_late, "due": summons.report_by}
    return details | ({"metres": summons.metres} if summons.metres is not None else {})


def report_result(step: "Step") -> Details:
    """What came of being there."""
    summons = _own(step, SummonsState.ARRIVED)
    summons.state, summons.result = SummonsState.REPORTED, step.note
    summons.reported_at, summons.reported_by, summons.ended_at = step.at, step.actor, step.at
    summons.save()
    deadlines.end_limits(subject_kind=RESULT_SUBJECT, subject_ids=[summons.pk], at=step.at)
    step.case.summonses_open -= 1
    forget_matters(step.case)
    return {"for": summons.agency.name, "in_time": not summons.reported_late}


def rate_summoned(step: "Step") -> Details:
    """The desk or person that called says how an agency answered: one to five stars, one or two with a reason."""
    waiting = summons_to_rate(step.case, step.actor)
    given = step.given.get("summons")
    chosen = next((one for one in waiting if given in {None, ""} or str(one.pk) == str(given)), None)
    if chosen is None:
        raise InvalidInput(fields={"summons": [_("请从名单中选择。")]})
    stars = int(step.given["stars"])
    if not 1 <= stars <= 5:
        raise InvalidInput(fields={"stars": ["1–5"]})
    if stars <= 2 and not step.note:
        raise InvalidInput(fields={"note": [_("两星及以下须写明理由。")]})
    chosen.stars, chosen.rated_by, chosen.rated_at, chosen.rating_note = stars, step.actor, step.at, step.note
    chosen.save()
    forget_matters(step.case)
    return {"agency": chosen.agency.name, "stars": stars}


def cancel_summonses(case: Case, *, at: datetime) -> None:
    """With the case ends what was called to it and has not told its result. The caller saves the case."""
    waiting = list(Summons.objects.filter(case=case, ended_at__isnull=True).values_list("pk", flat=True))
    for kind in (ARRIVAL_SUBJECT, RESULT_SUBJECT):
        deadlines.end_limits(subject_kind=kind, subject_ids=waiting, at=at, outcome=Outcome.CANCELLED)
    Summons.objects.filter(pk__in=waiting).update(state=SummonsState.CANCELLED, ended_at=at)
    case.summonses_open = 0
