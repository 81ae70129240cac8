"""The page of the working calendar, and who may see pages of administration."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.core import clock
from apps.core.errors import NotAllowed
from apps.deadlines import presentation, selectors
from apps.grid.permissions import Permission
from apps.grid.scopes import holds

View = Callable[..., HttpResponse]


def for_administrators(view: View) -> View:
    """Let in whoever administers the system; 403 for every other signed-in person."""

    @wraps(view)
    @login_required
    def guarded(request: HttpRequest, **given: object) -> HttpResponse:
        if not holds(request.user, Permission.SYSTEM_MANAGE):
            raise NotAllowed
        return view(request, **given)

    return guarded


@require_GET
@for_administrators
def calendar(request: HttpRequest) -> HttpResponse:
    """A year's working days month by month, and a warning where the coming year is not announced."""
    today = clock.today()
    given = request.GET.get("year", "")
    years = list(selectors.calendar_years(first=today.year - 2))
    known = {row.year for row in years}
    year = int(given) if given.isdigit() and int(given) in known else today.year
    return render(
        request,
        "deadlines/calendar.html",
        {
            "nav_active": "manage",
            "tabs": presentation.tabs("calendar"),
            "year": year,
            "year_text": str(year),
            "weekdays": presentation.weekdays(),
            "years": presentation.year_tabs(years, current=year),
            "announced": any(row.year == year and row.announced for row in years),
            "months": presentation.months(selectors.calendar_book(), selectors.calendar_days(year=year), year, today),
            "working_days": selectors.working_days_in(year),
            "unannounced": presentation.unannounced_warning(years, today),
        },
    )
