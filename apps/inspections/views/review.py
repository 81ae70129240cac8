"""The week of logs for those who read them."""

import uuid
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.core import clock
from apps.core.errors import Conflict, InvalidInput
from apps.inspections import selectors, services
from apps.inspections.choices import DayMark
from apps.inspections.forms import ReviewForm
from apps.inspections.views.answers import signed_in, take_refusal

SIZES = (20, 50, 100)


def week_words(monday: object) -> str:
    """``2026-W47``."""
    year, week, _day = monday.isocalendar()  # type: ignore[attr-defined]
    return f"{year}-W{week:02d}"


def _size(given: str) -> int:
    return int(given) if given in {str(one) for one in SIZES} else SIZES[1]


@login_required
@require_GET
def logs(request: HttpRequest) -> HttpResponse:
    """People × days of a week within a unit; ``?log=`` opens one beside it."""
    user, at = signed_in(request), clock.now()
    size = _size(request.GET.get("size", ""))
    monday = selectors.read_week(request.GET.get("week", ""), clock.today())
    page = selectors.week_page(
        user,
        unit_code=request.GET.get("unit", ""),
        monday=monday,
        cursor=request.GET.get("cursor"),
        size=size,
        at=at,
    )
    context = {
        "nav_active": "inspections",
        "page": page,
        "size": size,
        "week": week_words(monday),
        "week_before": week_words(monday - timedelta(days=7)),
        "week_after": week_words(monday + timedelta(days=7)) if monday + timedelta(days=7) <= clock.today() else "",
        "today": clock.today(),
        "cursor": request.GET.get("cursor"),
        "chips": [("unit", page.unit.code, page.unit.name)] if request.GET.get("unit") else [],
        "legend": [DayMark.FILED, DayMark.LATE, DayMark.EMPTY, DayMark.MISSING],
    }
    chosen = request.GET.get("log", "")
    if chosen:
        context |= _panel(request, _uuid(chosen))
    return render(request, "inspections/logs.html", context)


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise InvalidInput(fields={"log": ["log"]}) from error


def _panel(request: HttpRequest, client_id: uuid.UUID, form: ReviewForm | None = None) -> dict[str, object]:
    shown = selectors.log_panel(signed_in(request), client_id)
    return {"shown": shown, "log": shown.log, "form": form or ReviewForm(initial={"rating": None})}


@login_required
@require_GET
def log(request: HttpRequest, client_id: uuid.UUID) -> HttpResponse:
    """One log: a fragment beside the week, or a page of its own."""
    fragment = bool(request.htmx)  # type: ignore[attr-defined]
    template = "inspections/_log.html" if fragment else "inspections/log.html"
    return render(request, template, _panel(request, client_id) | {"nav_active": "inspections"})


@login_required
@require_POST
def review(request: HttpRequest, client_id: uuid.UUID) -> HttpResponse:
    """Rate and comment a log."""
    fragment = bool(request.htmx)  # type: ignore[attr-defined]
    form = ReviewForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            services.review_log(actor=signed_in(request), client_id=client_id, at=clock.now(), **form.cleaned_data)
        except (InvalidInput, Conflict) as error:
            take_refusal(form, error)
        else:
            if not fragment:
                messages.success(request, _("已审阅。"))
                return redirect(reverse("inspections:log", args=[client_id]))
            return render(request, "inspections/_log.html", _panel(request, client_id) | {"reviewed_now": True})
    template = "inspections/_log.html" if fragment else "inspections/log.html"
    return render(request, template, _panel(request, client_id, form), status=status)
