"""Computing a month: set-based, repeatable, and never changing what is published."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.assessment.choices import PUBLIC_STATES, PeriodState
from apps.assessment.copying import copy_rows, id_sequence, line, reserve
from apps.assessment.errors import NeedsReason
from apps.assessment.models import Indicator, Period, Score, ScoreEvent, ScoreItem, Workday
from apps.assessment.periods import Month
from apps.assessment.reckoning import Result, Ruleset, checksum, reckon
from apps.assessment.subjects import subjects_of
from apps.assessment.tally import take_tally
from apps.core.audit import append_event
from apps.core.errors import InvalidInput, NotAllowed, WrongState
from apps.core.jobs import start_job
from apps.core.locks import advisory_lock
from apps.core.models import Job
from apps.deadlines import rulebook
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import covers

JOB_KIND = "score-month"
STEPS = 4
Reach = Callable[[int], None]

SCORE_COLUMNS = [
    "id",
    "period_id",
    "subject_kind",
    "subject_id",
    "code",
    "name",
    "peer",
    "points",
    "rank",
    "ranked",
    "previous_rank",
    "sample",
    "district_id",
    "street_id",
    "community_id",
    "grid_id",
]
ITEM_COLUMNS = ["score_id", "indicator_id", "numerator", "denominator", "value", "points"]


def read_month(label: str, *, at: datetime) -> Month:
    """The month named ``2026-10``. Raises ``InvalidInput`` for what is no month or has not begun."""
    try:
        month = Month.of(label)
    except ValueError as error:
        raise InvalidInput(fields={"period": [_("月份请写成 2026-10 的样子。")]}) from error
    if month.begins > at:
        raise InvalidInput(fields={"period": [_("这个月还没有开始。")]})
    return month


def check_right(actor: User, permission: Permission, district: Unit) -> None:
    """Raises ``NotAllowed`` where ``actor`` does not hold ``permission`` on the whole district."""
    if not covers(actor, permission, {"district_id": district.pk}):
        raise NotAllowed


def ask_for_run(*, actor: "User | None", district: Unit, label: str, because: str = "", at: datetime) -> Job:
    """Have a month computed in the background. ``actor`` is ``None`` for the timetable.

    Raises ``NotAllowed``, ``InvalidInput``, and ``NeedsReason`` for a published month without ``because``.
    """
    month = read_month(label, at=at)
    if actor is not None:
        check_right(actor, Permission.SCORE_RUN, district)
        latest = _latest(district, month)
        if latest is not None and latest.is_public and not because.strip():
            raise NeedsReason
    arguments = {
        "district": district.code,
        "place": district.name,
        "label": label,
        "because": because.strip(),
        "actor": actor.pk if actor else None,
    }
    return start_job(kind=JOB_KIND, actor=actor, arguments=arguments, at=at)


@transaction.atomic
def run_period(
    *,
    district: Unit,
    label: str,
    actor: "User | None",
    at: datetime,
    because: str = "",
    reach: Reach = lambda _step: None,
) -> Period:
    """Compute a month and return its latest version; ``reach`` is told of the ``STEPS`` steps as they are done.

    The same facts give the same result: then nothing at all is written. A month not yet published is computed anew
    in place; a published one gets a new version, for which ``because`` must say why (``NeedsReason``), and stays as
    it is. Facts count up to the period's cut-off, which a rerun of a whole month keeps.
    """
    month = read_month(label, at=at)
    if actor is not None:
        check_right(actor, Permission.SCORE_RUN, district)
    advisory_lock(f"assessment.run:{district.pk}")
    latest = _latest(district, month, lock=True)
    if latest is not None and latest.state == PeriodState.SEALED:
        raise WrongState(_("该月已封存，不能再计算。"), extra={"state": latest.state})
    cutoff = latest.cutoff if latest is not None and latest.cutoff >= month.ends else month.cutoff(at)
    keep_workdays(month)
    rules = Ruleset.of(Indicator.objects.in_force(month.last))
    tally = take_tally(rules.measures, district=district, month=month, cutoff=cutoff)
    reach(1)
    results = reckon(subjects_of(district, month), rules, tally)
    reach(2)
    total = checksum(results)
    if latest is not None and latest.checksum == total:
        reach(STEPS)
        return latest
    period = _next_version(latest, district, month, because.strip(), at)
    period.cutoff, period.checksum, period.subjects, period.computed_at = cutoff, total, len(results), at
    period.save()
    reach(3)
    _write(period, results, _previous_ranks(district, month))
    payload = {"checksum": total, "cutoff": cutoff, "subjects": len(results), "because": period.because}
    append_event(ScoreEvent, period, actor=actor, action="compute", payload=payload, at=at)
    reach(STEPS)
    return period


def run_asked(arguments: dict[str, Any], *, at: datetime, reach: Reach) -> Period:
    """Do what ``ask_for_run`` recorded in the arguments of a job."""
    actor = User.objects.get(pk=arguments["actor"]) if arguments["actor"] else None
    return run_period(
        district=Unit.objects.get(code=arguments["district"]),
        label=arguments["label"],
        actor=actor,
        because=arguments["because"],
        at=at,
        reach=reach,
    )


def _latest(district: Unit, month: Month, *, lock: bool = False) -> Period | None:
    periods = Period.objects.filter(district=district, label=str(month)).order_by("-version")
    return (periods.select_for_update(of=("self",)) if lock else periods).first()


def keep_workdays(month: Month) -> None:
    """Bring the kept working days of the month into step with the calendar."""
    calendar = rulebook.current().calendar
    wanted: set[date] = {
        day
        for number in range(1, month.last.day + 1)
        if calendar.is_working_day(day := month.first.replace(day=number))
    }
    kept = Workday.objects.filter(date__gte=month.first, date__lte=month.last)
    have = set(kept.values_list("date", flat=True))
    if have - wanted:
        kept.filter(date__in=have - wanted).delete()
    if wanted - have:
        Workday.objects.bulk_create([Workday(date=day) for day in sorted(wanted - have)], ignore_conflicts=True)


def _next_version(latest: Period | None, district: Unit, month: Month, because: str, at: datetime) -> Period:
    if latest is None:
        return Period(district=district, label=str(month), computed_at=at)
    if not latest.is_public:
        ScoreItem.objects.filter(score__period=latest).delete()
        Score.objects.filter(period=latest).delete()
        latest.state = PeriodState.COMPUTED
        return latest
    if not because:
        raise NeedsReason
    return Period(
        district=district, label=str(month), version=latest.version + 1, because=because[:200], computed_at=at
    )


def _previous_ranks(district: Unit, month: Month) -> dict[tuple[str, int], int]:
    before = Period.objects.filter(district=district, label=str(month.back()))
    period = before.filter(state__in=[state.value for state in PUBLIC_STATES]).first() or before.first()
    if period is None:
        return {}
    rows = Score.objects.filter(period=period, rank__isnull=False).values_list("subject_kind", "subject_id", "rank")
    return {(kind, subject): rank for kind, subject, rank in rows}


def _write(period: Period, results: list[Result], previous: dict[tuple[str, int], int]) -> None:
    table = Score._meta.db_table
    ids = reserve(id_sequence(table), len(results))
    pairs = list(zip(ids, results, strict=True))
    copy_rows(
        table,
        SCORE_COLUMNS,
        (
            line(
                pk,
                period.pk,
                result.subject.kind,
                result.subject.id,
                result.subject.code,
                result.subject.name,
                result.subject.peer,
                result.points,
                result.rank,
                result.ranked,
                previous.get((result.subject.kind, result.subject.id)),
                result.sample,
                *result.subject.path,
            )
            for pk, result in pairs
        ),
    )
    copy_rows(
        ScoreItem._meta.db_table,
        ITEM_COLUMNS,
        _item_lines(pairs),
    )


def _item_lines(pairs: list[tuple[int, Result]]) -> Iterator[str]:
    """The rows of the items; equal counts of one indicator are one object and are spelled once."""
    spelled: dict[int, str] = {}
    for pk, result in pairs:
        for entry in result.items:
            cells = spelled.get(id(entry))
            if cells is None:
                indicator, item = entry
                cells = line(indicator, item.numerator, item.denominator, item.value, item.points)
                spelled[id(entry)] = cells
            yield f"{pk}\t{cells}"
