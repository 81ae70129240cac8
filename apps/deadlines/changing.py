"""Changing the calendar: who may, what stands now, and saving a change with its record and its recomputation."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput, NotAllowed, StaleVersion
from apps.core.jobs import Progress, start_job
from apps.core.models import Job
from apps.deadlines import edits
from apps.deadlines.edits import Day, Edit, Rules, Year
from apps.deadlines.library import BY_HAND, LIBRARY, library_days
from apps.deadlines.models import CalendarChange, CalendarDay, CalendarYear, WorkingHours
from apps.deadlines.preview import MOST_AT_ONCE, Preview, count_touched_by, preview_edit
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.placed import PATH_RELATED, place_at
from apps.grid.scopes import covers, holds_at

if TYPE_CHECKING:
    from apps.accounts.models import User

RECOMPUTE = "deadlines.recompute"
PREVIEW = "deadlines.preview"
RIGHTS = (Permission.SYSTEM_MANAGE, Permission.STAFF_MANAGE)


def may_change(user: "User", unit: Unit | None) -> bool:
    """Whether ``user`` may change the calendar of ``unit``.

    Who administers the system changes every unit's of the district, and that of all units where every district is
    theirs; who manages the people of a unit changes that unit's and those below it.
    """
    if unit is not None:
        return any(covers(user, right, place_at(unit)) for right in RIGHTS)
    roots = Unit.objects.filter(parent=None).values_list("pk", flat=True)
    return bool(roots) and all(holds_at(user, Permission.SYSTEM_MANAGE, root) for root in roots)


def standing_rules(unit_id: int | None, *, keys: Rules | None = None) -> Rules:
    """What the calendar of a unit (``None``: of all units) says itself; of ``keys`` alone where they are given."""
    days = CalendarDay.objects.filter(unit=unit_id)
    hours = WorkingHours.objects.filter(unit=unit_id)
    years = CalendarYear.objects.all() if unit_id is None else CalendarYear.objects.none()
    if keys is not None:
        days = days.filter(date__in=list(keys.days))
        hours = hours.filter(effective_from__in=list(keys.hours))
        years = years.filter(year__in=list(keys.years))
    return Rules(
        {row.date: Day(row.is_working, row.name) for row in days},
        {row.effective_from: row.as_periods() for row in hours},
        {row.year: Year(row.announced, row.origin) for row in years},
    )


def plan_edit(unit_id: int | None, wanted: Rules) -> Edit:
    """The edit that makes ``wanted`` hold for a unit, against what stands now.

    A date that the library of holidays names is not forgotten but worked or rested by its weekday, so that loading the
    library again does not bring its mark back.
    """
    if unit_id is None and any(day is None for day in wanted.days.values()):
        named = library_days()
        days = {
            key: Day(key.weekday() < 5, _("按平日")) if day is None and key in named else day
            for key, day in wanted.days.items()
        }
        wanted = Rules(days, wanted.hours, wanted.years)
    return edits.edit_of(unit_id, wanted, standing_rules(unit_id, keys=wanted))


@transaction.atomic
def save_change(
    *, actor: "User", edit: Edit, because: str, at: datetime, undoes_id: int | None = None
) -> CalendarChange:
    """Make ``edit`` hold, write down who did so and why, and start the recomputation of the open limits it touches.

    Raises ``NotAllowed`` for a unit that is not the actor's to change, ``InvalidInput`` for an empty edit or reason,
    ``StaleVersion`` when what it would replace has changed since it was prepared or it was undone already.
    """
    check_edit(actor, edit)
    if not because.strip():
        raise InvalidInput(fields={"because": [_("请写明理由。")]})
    undoes = CalendarChange.objects.filter(pk=undoes_id, unit=edit.unit).first() if undoes_id else None
    return write_change(edit, actor=actor, because=because.strip(), at=at, undoes=undoes)


@transaction.atomic
def write_change(
    edit: Edit,
    *,
    actor: "User | None",
    because: str,
    at: datetime,
    undoes: CalendarChange | None = None,
    origin: str = BY_HAND,
) -> CalendarChange:
    """``save_change`` without asking who may: also for loading the library. Raises ``StaleVersion``.

    Waits for whoever is reckoning a limit by the rules of before, and holds up new reckonings until it is committed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM deadlines_rulebookstamp FOR UPDATE")
    _refuse_stale(edit, undoes)
    _apply(edit, origin)
    span = edit.span()
    change = CalendarChange.objects.create(
        unit_id=edit.unit,
        changes=edits.as_json(edit),
        first_date=span[0] if span else None,
        last_date=span[1] if span else None,
        because=because[:200],
        undoes=undoes,
        actor=actor,
        at=at,
    )
    if span:
        start_job(kind=RECOMPUTE, actor=actor, arguments={"change": change.pk, "because": change.because}, at=at)
    return change


def _apply(edit: Edit, origin: str) -> None:
    after, unit = edit.after, edit.unit
    named = library_days() if unit is None else {}
    CalendarDay.objects.filter(unit=unit, date__in=list(after.days)).delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(
            unit_id=unit,
            date=key,
            is_working=day.is_working,
            name=day.name,
            origin=LIBRARY if named.get(key) == day else origin,
        )
        for key, day in after.days.items()
        if day is not None
    )
    WorkingHours.objects.filter(unit=unit, effective_from__in=list(after.hours)).delete()
    WorkingHours.objects.bulk_create(
        WorkingHours(
            unit_id=unit,
            effective_from=key,
            periods=[edge for period in periods for edge in (period.opens, period.closes)],
            origin=origin,
        )
        for key, periods in after.hours.items()
        if periods is not None
    )
    CalendarYear.objects.filter(year__in=list(after.years)).delete()
    CalendarYear.objects.bulk_create(
        CalendarYear(year=key, announced=year.announced, origin=year.origin)
        for key, year in after.years.items()
        if year is not None
    )


def edit_from(data: Mapping[str, Any]) -> Edit:
    """The edit that a form carries. Raises ``InvalidInput``."""
    try:
        return edits.from_json(data)
    except ValueError as error:
        raise InvalidInput(_("修改内容无法识别，请重新填写。")) from error


def as_form_data(edit: Edit) -> dict[str, Any]:
    """The edit as a form carries it."""
    return edits.as_json(edit)


def check_edit(actor: "User", edit: Edit) -> Unit | None:
    """The unit of an edit that ``actor`` may make. Raises ``NotAllowed``, ``InvalidInput``."""
    unit = Unit.objects.select_related(*PATH_RELATED).filter(pk=edit.unit).first() if edit.unit else None
    if (edit.unit is not None and unit is None) or not may_change(actor, unit):
        raise NotAllowed
    if not edit or (edit.after.years and unit is not None) or (unit is None and () in edit.after.hours.values()):
        raise InvalidInput(_("没有要改的内容。"))
    return unit


def prepare_edit(*, actor: "User", unit: Unit | None, wanted: Rules) -> Edit:
    """The edit for what a form asks. Raises ``NotAllowed``, and ``InvalidInput`` where nothing would change."""
    edit = plan_edit(unit.pk if unit else None, wanted)
    check_edit(actor, edit)
    return edit


def prepare_undo(*, actor: "User", change: CalendarChange) -> Edit:
    """The edit that takes ``change`` back.

    Raises ``NotAllowed``, and ``StaleVersion`` when it was taken back already or what it made was changed again since.
    """
    edit = edit_from(change.changes).reversed()
    check_edit(actor, edit)
    _refuse_stale(edit, change)
    return edit


def _refuse_stale(edit: Edit, undoes: CalendarChange | None) -> None:
    if undoes is not None and CalendarChange.objects.filter(undoes=undoes).exists():
        raise StaleVersion(_("这次修改已经撤销过了。"))
    if edits.edit_of(edit.unit, edit.before, standing_rules(edit.unit, keys=edit.after)):
        raise StaleVersion(
            _("其中的日子或时段后来又被改过，不能直接撤销，请另行修改。")
            if undoes
            else _("日历刚刚被别人改过，请重新预览。")
        )


def ask_preview(*, actor: "User", edit: Edit, undoes: int | None, at: datetime) -> Preview | Job:
    """The preview of ``edit``, at once where few limits are touched, else the job that counts them."""
    unit = check_edit(actor, edit)
    if count_touched_by(edit, unit) <= MOST_AT_ONCE:
        return preview_edit(edit, unit, at=at)
    return start_job(kind=PREVIEW, actor=actor, arguments={"edit": edits.as_json(edit), "undoes": undoes}, at=at)


def count_preview(arguments: Mapping[str, Any], *, at: datetime, progress: Progress) -> dict[str, Any]:
    """The work of the job that ``ask_preview`` starts."""
    edit = edit_from(arguments["edit"])
    unit = Unit.objects.filter(pk=edit.unit).first() if edit.unit else None
    progress.expect(count_touched_by(edit, unit))
    return preview_edit(edit, unit, at=at, done=progress.reach).as_json()
