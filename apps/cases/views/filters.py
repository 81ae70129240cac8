"""The filter form of the dispatch centre, and the filters that a person keeps."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.cases.choices import Card, Source, Urgency
from apps.cases.inputs import list_wanted
from apps.cases.saved import query_to_save
from apps.cases.selectors.saved import dispatch_choices, saved_filters
from apps.cases.services import desk
from apps.cases.views.common import announce, dispatcher, wants_pane
from apps.core import clock
from apps.core.errors import InvalidInput


@login_required
@require_GET
def filters(request: HttpRequest) -> HttpResponse:
    """The filters as a form, filled in as the address says."""
    return _panel(request, {})


def _panel(request: HttpRequest, more: dict[str, Any], status: int = 200) -> HttpResponse:
    user = dispatcher(request)
    context = {
        "nav_active": "dispatch",
        "given": request.GET,
        "wanted": list_wanted(request.GET),
        "choices": dispatch_choices(user, on=clock.today()),
        "sources": Source.choices,
        "urgencies": Urgency.choices,
        "cards": [choice for choice in Card.choices if choice[0]],
        "query": query_to_save(request.GET),
        **more,
    }
    return render(request, "cases/filters.html", context, status=status)


@login_required
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the queue and filters of the address under a name, and go there."""
    user = dispatcher(request)
    query = query_to_save(request.GET)
    try:
        desk.save_filter(actor=user, name=request.POST.get("name", ""), query=query)
    except InvalidInput as error:
        return _panel(request, {"wrong": error.fields, "name": request.POST.get("name", "")}, status=422)
    back = f"{reverse('cases:dispatch')}?{query}"
    return HttpResponse(headers={"HX-Redirect": back}) if wants_pane(request) else redirect(back)


@login_required
@require_http_methods(["GET", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """The person's own filters; posted, ``filter`` gets another ``name`` or is removed."""
    user = dispatcher(request)
    wrong: dict[str, Any] = {}
    chosen = request.POST.get("filter", "")
    chosen_id = int(chosen) if chosen.isdecimal() and len(chosen) < LONGEST_KEY else 0
    if request.method == "POST":
        try:
            if "remove" in request.POST:
                desk.remove_filter(actor=user, filter_id=chosen_id)
            else:
                desk.rename_filter(actor=user, filter_id=chosen_id, name=request.POST.get("name", ""))
        except InvalidInput as error:
            wrong = error.fields
    context = {"nav_active": "dispatch", "saved": saved_filters(user), "wrong": wrong, "chosen": chosen_id}
    response = render(request, "cases/my_filters.html", context, status=422 if wrong else 200)
    return announce(response, **{"case:changed": ""}) if request.method == "POST" and not wrong else response


LONGEST_KEY = 18
