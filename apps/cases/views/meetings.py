"""Joint meetings: the list of meetings, one with its agenda and decisions, its minutes on paper."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.cases.hard_forms import MinutesForm
from apps.cases.hard_looks import candidate_looks, item_looks
from apps.cases.inputs import unit_asked
from apps.cases.selectors.choices import filter_choices
from apps.cases.selectors.meetings import convened_units, meeting_detail, meeting_page, this_week
from apps.cases.services.meetings import open_meeting, record_minutes
from apps.cases.views.common import person, size_of
from apps.core import clock
from apps.core.errors import InvalidInput, NotVisible


@login_required
@require_GET
def meetings(request: HttpRequest) -> HttpResponse:
    """The meetings of the scope, the latest week first; ``?unit=&size=&cursor=``."""
    user, at = person(request), clock.now()
    unit, size = unit_asked(request.GET), size_of(request)
    page = meeting_page(user, unit=unit, cursor=request.GET.get("cursor"), size=size)
    context = {
        "nav_active": "cases",
        "page": page,
        "size": size,
        "unit": unit,
        "chips": [("unit", unit.code, unit.name)] if unit is not None else [],
        "choices": filter_choices(user, on=clock.local(at).date()),
        "convened": convened_units(user, at=at),
    }
    return render(request, "cases/meetings.html", context)


@login_required
@require_POST
def open_now(request: HttpRequest) -> HttpResponse:
    """Open the list of a unit (``unit``, its code) for the present week, or go to the one there is."""
    at = clock.now()
    unit = unit_asked(request.POST, required=True)
    made = open_meeting(unit=unit, week=this_week(at), at=at, actor=person(request))
    if made is None:
        raise NotVisible
    return redirect("cases:meeting", made.pk)


def _context(request: HttpRequest, meeting_id: int) -> dict[str, Any]:
    at = clock.now()
    detail = meeting_detail(person(request), meeting_id, at=at)
    return {
        "nav_active": "cases",
        "detail": detail,
        "meeting": detail.meeting,
        "items": item_looks(detail, day=clock.local(at).date()),
        "offered": candidate_looks(detail.offered),
        "back": reverse("cases:meeting", args=[meeting_id]),
        "printed_at": at,
    }


@login_required
@require_GET
def meeting(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """One meeting: the agenda with what earlier meetings decided, decisions, hard cases that are not on the list."""
    return render(request, "cases/meeting.html", _context(request, meeting_id))


@login_required
@require_GET
def minutes_sheet(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """The minutes to print."""
    return render(request, "cases/meeting_sheet.html", _context(request, meeting_id))


@login_required
@require_http_methods(["GET", "POST"])
def minutes(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """The form of the minutes, and writing them."""
    context = _context(request, meeting_id)
    form = MinutesForm(request.POST or None, meeting=context["meeting"], day=clock.local(clock.now()).date())
    if request.method == "POST" and form.is_valid():
        try:
            record_minutes(actor=person(request), meeting_id=meeting_id, at=clock.now(), **form.cleaned_data)
        except InvalidInput as error:
            for name, texts in error.fields.items():
                form.add_error(name, texts)
        else:
            messages.success(request, _("会议纪要已保存。"))
            return redirect("cases:meeting", meeting_id)
    context["detail"].require_convener()
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/meeting_minutes.html", context | {"form": form}, status=status)
