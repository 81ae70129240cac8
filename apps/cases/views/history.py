"""What was before at a case's place and from its reporter, and the case as a sheet of paper."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.cases.selectors import case_detail
from apps.cases.selectors.history import place_history, reporter_history
from apps.cases.views.common import case_context, person
from apps.core import clock


@login_required
@require_GET
def place(request: HttpRequest, number: str) -> HttpResponse:
    """The cases of a year at this place: a fragment for htmx, else a page."""
    at = clock.now()
    context = {"number": number, "title": _("此处一年内"), "cases": place_history(person(request), number, at=at)}
    return render(request, "cases/history.html", context)


@login_required
@require_GET
def reporter(request: HttpRequest, number: str) -> HttpResponse:
    """The other cases from the same phone: a fragment for htmx, else a page."""
    context = {"number": number, "title": _("同一来电"), "cases": reporter_history(person(request), number)}
    return render(request, "cases/history.html", context)


@login_required
@require_GET
def sheet(request: HttpRequest, number: str) -> HttpResponse:
    """The case on A4: head, facts, photos, timeline; nothing of who reported it."""
    at = clock.now()
    detail = case_detail(person(request), number, at=at)
    context = case_context(detail, at=at, back=reverse("cases:sheet", args=[number]))
    path = [detail.case.district, detail.case.street, detail.case.community, detail.case.grid]
    names = [unit.name for unit in path if unit is not None]
    return render(
        request, "cases/sheet.html", context | {"nav_active": "cases", "printed_at": at, "place_names": names}
    )
