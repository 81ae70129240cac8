"""The pages of the working calendar: the year, its form, the preview, the change made and taking it back."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.models import User
from apps.core import clock
from apps.core.errors import InvalidInput, NotAllowed, StaleVersion
from apps.deadlines import calendar_presentation, calendar_selectors, changing, presentation, selectors
from apps.deadlines.calendar_forms import CalendarForm, ConfirmForm
from apps.deadlines.calendar_selectors import UnitCalendar
from apps.deadlines.edits import Edit
from apps.deadlines.preview import Preview
from apps.grid.scopes import holds

PAGE_SIZE = 20
SHOWN_MOVES = 20


def for_keepers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let in whoever keeps the calendar of some unit; 403 for every other signed-in person."""

    @wraps(view)
    @login_required
    def guarded(request: HttpRequest, **given: Any) -> HttpResponse:
        if not holds(request.user, *changing.RIGHTS):
            raise NotAllowed
        return view(request, **given)

    return guarded


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _year(given: str) -> int:
    today = clock.today()
    known = {row.year for row in selectors.calendar_years(first=today.year - 2)}
    return int(given) if given.isdigit() and int(given) in known else today.year


def _form(data: Any, calendar: UnitCalendar, year: int) -> CalendarForm:
    row = calendar_selectors.year_row(year)
    stands = calendar_presentation.year_rule(row)
    return CalendarForm(data, year=year, year_stands=stands, for_all=calendar.unit is None)


def _page(
    request: HttpRequest, calendar: UnitCalendar, year: int, form: CalendarForm, *, status: int = 200
) -> HttpResponse:
    user, today = _user(request), clock.today()
    years = list(selectors.calendar_years(first=today.year - 2))
    unit = calendar.unit
    context = {
        "nav_active": "manage",
        "tabs": presentation.tabs("calendar", user),
        "calendar": calendar,
        "units": calendar_selectors.unit_choices(user, unit),
        "year": year,
        "year_text": str(year),
        "weekdays": presentation.weekdays(),
        "years": presentation.year_tabs(years, current=year),
        "announced": any(row.year == year and row.announced for row in years),
        "months": calendar_presentation.months(calendar.book, calendar_selectors.named_days(unit, year), year, today),
        "working_days": selectors.working_days_in(year, calendar.book),
        "hours_now": calendar.book.periods_on(today),
        "hours": calendar_selectors.hours_of(unit),
        "unannounced": presentation.unannounced_warning(years, today),
        "form": form,
        "page": calendar_selectors.changes_page(user, cursor=request.GET.get("cursor"), size=PAGE_SIZE),
        "size": PAGE_SIZE,
    }
    return render(request, "deadlines/calendar.html", context, status=status)


@require_GET
@for_keepers
@never_cache
def calendar(request: HttpRequest) -> HttpResponse:
    """A year of a unit's working days month by month with the form that changes them, and the changes made so far."""
    year = _year(request.GET.get("year", ""))
    shown = calendar_selectors.calendar_of(_user(request), request.GET.get("unit", ""))
    return _page(request, shown, year, _form(None, shown, year))


@require_POST
@for_keepers
@never_cache
def preview(request: HttpRequest) -> HttpResponse:
    """What the form would change and which limits would move; nothing is saved."""
    user, year = _user(request), _year(request.POST.get("year", ""))
    shown = calendar_selectors.calendar_of(user, request.POST.get("unit", ""))
    form = _form(request.POST, shown, year)
    if not form.is_valid():
        return _page(request, shown, year, form, status=422)
    try:
        edit = changing.prepare_edit(actor=user, unit=shown.unit, wanted=form.wanted())
    except InvalidInput as error:
        form.add_error(None, str(error.message))
        return _page(request, shown, year, form, status=422)
    return _preview(request, edit, undoes=None)


@require_GET
@for_keepers
@never_cache
def undo(request: HttpRequest, change_id: int) -> HttpResponse:
    """The preview of the change that takes another back."""
    user = _user(request)
    change = calendar_selectors.change_seen_by(user, change_id)
    return _preview(request, changing.prepare_undo(actor=user, change=change), undoes=change.pk)


def _preview(request: HttpRequest, edit: Edit, *, undoes: int | None) -> HttpResponse:
    ready = changing.ask_preview(actor=_user(request), edit=edit, undoes=undoes, at=clock.now())
    if isinstance(ready, Preview):
        return _show_preview(request, edit, ready, undoes=undoes)
    return redirect("deadlines:calendar-preview", ready.pk)


@require_GET
@for_keepers
@never_cache
def preview_job(request: HttpRequest, job_id: int) -> HttpResponse:
    """A preview that is counted in the background: its progress, then its outcome."""
    user = _user(request)
    job = calendar_selectors.preview_job(user, job_id)
    edit = changing.edit_from(job.arguments["edit"])
    if job.result is None:
        context = {"nav_active": "manage", "tabs": presentation.tabs("calendar", user), "job": job}
        context["progress"] = calendar_selectors.progress_of(job)
        part = "deadlines/_preview_wait.html" if getattr(request, "htmx", False) else "deadlines/preview_wait.html"
        return render(request, part, context)
    if getattr(request, "htmx", False):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return _show_preview(request, edit, Preview.from_json(job.result), undoes=job.arguments["undoes"])


def _show_preview(
    request: HttpRequest,
    edit: Edit,
    ready: Preview,
    *,
    undoes: int | None,
    form: ConfirmForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user = _user(request)
    initial: dict[str, Any] = {"edit": changing.as_form_data(edit), "undoes": undoes}
    if undoes:
        initial["because"] = _("撤销此前的修改")
    context = {
        "nav_active": "manage",
        "tabs": presentation.tabs("calendar", user),
        "form": form or ConfirmForm(initial=initial),
        "undoes": undoes,
    } | calendar_presentation.preview_context(user, edit, ready)
    return render(request, "deadlines/preview.html", context, status=status)


@require_POST
@for_keepers
def save(request: HttpRequest) -> HttpResponse:
    """Save a previewed change with its reason and start the recomputation."""
    user = _user(request)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        edit = changing.edit_from(form.cleaned_data.get("edit") or {})
        changing.check_edit(user, edit)
        ready = changing.ask_preview(actor=user, edit=edit, undoes=form.cleaned_data.get("undoes"), at=clock.now())
        if isinstance(ready, Preview):
            undoes = form.cleaned_data.get("undoes")
            return _show_preview(request, edit, ready, undoes=undoes, form=form, status=422)
        return redirect("deadlines:calendar-preview", ready.pk)
    try:
        change = changing.save_change(
            actor=user,
            edit=changing.edit_from(form.cleaned_data["edit"]),
            because=form.cleaned_data["because"],
            undoes_id=form.cleaned_data["undoes"],
            at=clock.now(),
        )
    except StaleVersion as error:
        return render(request, "deadlines/calendar_stale.html", {"nav_active": "manage", "error": error}, status=409)
    return redirect("deadlines:calendar-change", change.pk)


@require_GET
@for_keepers
@never_cache
def change(request: HttpRequest, change_id: int) -> HttpResponse:
    """A change that was made: what, by whom, why, how far its recomputation is, and which limits it moved."""
    user = _user(request)
    made = calendar_selectors.change_seen_by(user, change_id)
    job = calendar_selectors.job_of(made)
    context = {
        "nav_active": "manage",
        "tabs": presentation.tabs("calendar", user),
        "change": made,
        "job": job,
        "progress": calendar_selectors.progress_of(job),
        "working": job is not None and job.finished_at is None,
        "lines": calendar_presentation.edit_lines(changing.edit_from(made.changes)),
        "moves": calendar_presentation.move_rows(user, calendar_selectors.moves_of(made, SHOWN_MOVES)),
        "may_undo": changing.may_change(user, made.unit) and not hasattr(made, "undone_by"),
    }
    part = "deadlines/_change.html" if getattr(request, "htmx", False) else "deadlines/change.html"
    return render(request, part, context)
