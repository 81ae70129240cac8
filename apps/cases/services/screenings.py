"""Opening the periods in which disputes are screened for, filing what was found, reminding of what is missing.

Communities screen weekly, streets fortnightly, and who found nothing says so (``spec/2-cases.md``, Disputes).
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.cases.choices import ScreeningLevel
from apps.cases.models import ScreeningPeriod, ScreeningReturn
from apps.cases.selectors.screenings import candidates, missing_units, unit_to_file
from apps.core import clock
from apps.core.errors import Conflict, InvalidInput
from apps.deadlines import rulebook
from apps.deadlines.choices import Measure
from apps.deadlines.reckoning import add_time
from apps.grid.placed import place_at
from apps.notices import texts
from apps.notices.services import Draft, send
from apps.organisation.models import Agency, AgencyKind
from apps.organisation.selectors import agency_people

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.grid.models import Unit

WEEKS = {ScreeningLevel.COMMUNITY: 1, ScreeningLevel.STREET: 2}
FIRST_MONDAY = date(2026, 1, 5)  # fortnights are counted from here
GRACE_DAYS = 1  # a period is returned by the end of the day after its last
LONGEST_SIGNATURE = 60
LONGEST_NOTE = 500
MISSING = "case.screening_missing"
MISSING_TITLE = gettext_noop("纠纷排查未报：%(unit)s")
LATE_AFTER = Decimal(3)  # working days after which the centre above hears
LOOKED_BACK = timedelta(days=30)
MOST_NAMED = 5
ABOVE_TITLE = gettext_noop("辖区 %(count)s 个单元纠纷排查逾期未报")
ABOVE_BODY = gettext_noop("%(first)s 至 %(last)s 的排查逾期三个工作日未报：%(units)s，请督促。")
MISSING_BODY = gettext_noop("%(first)s 至 %(last)s 的排查情况未报，没有发现也须零报告。")


def period_of(level: str, day: date) -> tuple[date, date]:
    """The first and the last day of the period that holds ``day``."""
    weeks = WEEKS[ScreeningLevel(level)]
    passed = (day - FIRST_MONDAY).days // (7 * weeks)
    first = FIRST_MONDAY + timedelta(days=7 * weeks * passed)
    return first, first + timedelta(days=7 * weeks - 1)


def open_periods(*, at: datetime) -> int:
    """Open the periods that have begun since the last one, of each level the present one at least; answers how many.
    May run twice."""
    today = clock.local(at).date()
    opened = 0
    for level in ScreeningLevel:
        last = ScreeningPeriod.objects.filter(level=level).order_by("-starts_on").first()
        day = last.ends_on + timedelta(days=1) if last else today
        while day <= today:
            first, end = period_of(level, day)
            due = datetime.combine(end + timedelta(days=GRACE_DAYS), time(23, 59, 59), tzinfo=clock.SHANGHAI)
            _period, made = ScreeningPeriod.objects.get_or_create(
                level=level, starts_on=first, defaults={"ends_on": end, "due_at": due}
            )
            opened += made
            day = end + timedelta(days=1)
    return opened


@transaction.atomic
def file_return(
    *, period_id: int, code: str, actor: "User", numbers: Sequence[str], signature: str, note: str = "", at: datetime
) -> ScreeningReturn:
    """Write down what a unit found: the cases with these numbers, or nothing.

    Raises ``NotVisible``, ``NotAllowed`` for those who do not sit at the unit's desk, ``Conflict`` where it was filed
    before, ``InvalidInput`` naming ``cases`` (no dispute of this unit and period), ``signature`` or ``note``.
    """
    period, unit = unit_to_file(actor, period_id, code)
    known = {case.number: case for case in candidates(period, unit)}
    wrong: dict[str, list[str]] = {}
    if [number for number in numbers if number not in known]:
        wrong["cases"] = [_("只能选择本单元本期内的纠纷案件。")]
    if not signature.strip() or len(signature.strip()) > LONGEST_SIGNATURE:
        wrong["signature"] = [_("请签名，最多 %(most)d 个字。") % {"most": LONGEST_SIGNATURE}]
    if len(note.strip()) > LONGEST_NOTE:
        wrong["note"] = [_("最多 %(most)d 个字。") % {"most": LONGEST_NOTE}]
    if wrong:
        raise InvalidInput(fields=wrong)
    chosen = [known[number] for number in dict.fromkeys(numbers)]
    try:
        with transaction.atomic():
            filed = ScreeningReturn.objects.create(
                **place_at(unit),
                period=period,
                found=len(chosen),
                signature=signature.strip(),
                note=note.strip(),
                filed_by=actor,
                filed_at=at,
                late=at > period.due_at,
            )
    except IntegrityError as error:
        raise Conflict(_("本期已经报过。"), code="screening-filed") from error
    filed.cases.set(chosen)
    return filed


def remind_missing(*, at: datetime) -> int:
    """Tell the desks that have not returned a period which is over, once for each; answers how many are missing in the
    latest of each level."""
    missing = 0
    for level in ScreeningLevel:
        period = ScreeningPeriod.objects.filter(level=level, due_at__lt=at).order_by("-starts_on").first()
        if period is None:
            continue
        units = missing_units(period)
        missing += len(units)
        desks = Agency.objects.filter(kind=AgencyKind.CENTRE, unit__in=units).select_related("unit")
        drafts = [
            Draft(
                recipients=frozenset(agency_people(desk).order_by().values_list("pk", flat=True)),
                kind=MISSING,
                title=MISSING_TITLE,
                body=MISSING_BODY,
                params={
                    "unit": desk.unit.name,
                    "first": texts.day(period.starts_on),
                    "last": texts.day(period.ends_on),
                },
                url=f"/screenings/{period.pk}/{desk.unit.code}/",
                dedupe_key=f"screening:{period.pk}:{desk.unit_id}",
            )
            for desk in desks.order_by("pk")
        ]
        send([draft for draft in drafts if draft.recipients], at=at)
    return missing


def remind_above(*, at: datetime) -> int:
    """Tell the centre above of the desks that have returned nothing for three working days after a period was due, once
    for each period and centre; answers how many centres were told or had been. Working days are those of the centre's
    unit."""
    book = rulebook.current()
    told = 0
    drafts = []
    for period in ScreeningPeriod.objects.filter(due_at__lt=at, due_at__gte=at - LOOKED_BACK).order_by("pk"):
        below: dict[int, list[Unit]] = {}
        for unit in missing_units(period):
            below.setdefault(unit.parent_id or 0, []).append(unit)
        centres = Agency.objects.filter(kind=AgencyKind.CENTRE, unit__in=below).select_related("unit__parent")
        for centre in centres.order_by("pk"):
            calendar = book.calendar_for(place_at(centre.unit))
            if add_time(calendar, period.due_at, LATE_AFTER, Measure.WORKING_DAYS) >= at:
                continue
            told += 1
            drafts.append(_to_above(period, centre, below[centre.unit_id]))  # type: ignore[attr-defined]
    send([draft for draft in drafts if draft.recipients], at=at)
    return told


def _to_above(period: ScreeningPeriod, centre: Agency, units: Sequence["Unit"]) -> Draft:
    return Draft(
        recipients=frozenset(agency_people(centre).order_by().values_list("pk", flat=True)),
        kind=MISSING,
        title=ABOVE_TITLE,
        body=ABOVE_BODY,
        params={
            "count": len(units),
            "units": "、".join(unit.name for unit in units[:MOST_NAMED]),
            "first": texts.day(period.starts_on),
            "last": texts.day(period.ends_on),
        },
        url="/screenings/",
        dedupe_key=f"screening-above:{period.pk}:{centre.pk}",
    )
