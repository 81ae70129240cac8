"""Opening the periods in which disputes are screened for, filing what was found, reminding of what is missing.

Communities screen weekly, streets fortnightly, and who found nothing says so (``spec/2-cases.md``, Disputes).
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.cases.choices import ScreeningLevel
from apps.cases.models import ScreeningPeriod, ScreeningReturn
from apps.cases.selectors.screenings import candidates, missing_units, unit_to_file
from apps.core import clock
from apps.core.errors import Conflict, InvalidInput
from apps.grid.placed import place_at
from apps.notices import texts
from apps.notices.services import Draft, send
from apps.organisation.models import Agency, AgencyKind
from apps.organisation.selectors import agency_people

if TYPE_CHECKING:
    from apps.accounts.models import User

WEEKS = {ScreeningLevel.COMMUNITY: 1, ScreeningLevel.STREET: 2}
FIRST_MONDAY = date(2026, 1, 5)  # fortnights are counted from here
GRACE_DAYS = 1  # a period is returned by the end of the day after its last
LONGEST_SIGNATURE = 60
LONGEST_NOTE = 500
MISSING = "case.screening_missing"
MISSING_TITLE = gettext_noop("纠纷排查未报：%(unit)s")
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
