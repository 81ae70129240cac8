"""One action on many cases: the form with the marked cases, and how it went with each."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.cases import services
from apps.cases.actions import ACTION_LABELS, Action
from apps.cases.desk_forms import BatchForm
from apps.cases.inputs import seen_cases
from apps.cases.selectors.batch import batch_of
from apps.cases.services.batch import BATCH_ACTIONS, Outcome, check_batch
from apps.cases.views.common import announce, dispatcher, safe_next, wants_pane
from apps.core import clock
from apps.core.errors import InvalidInput, NotVisible
from apps.core.form_errors import take_errors


@login_required
@require_http_methods(["GET", "POST"])
def batch(request: HttpRequest, action: str) -> HttpResponse:
    """``?case=<number>:<version>&case=…``: what is to be done to all of them; posted, how it went with each."""
    user = dispatcher(request)
    if action not in BATCH_ACTIONS:
        raise NotVisible
    chosen = Action(action)
    given = request.POST if request.method == "POST" else request.GET
    seen = seen_cases(given)
    check_batch(chosen, seen)
    marked = batch_of(user, chosen, [one.number for one in seen])
    form = BatchForm(given if request.method == "POST" else None, batch=marked)
    context = {
        "nav_active": "dispatch",
        "action": action,
        "label": ACTION_LABELS[chosen],
        "batch": marked,
        "seen": seen,
        "form": form,
        "replies": marked.replies,
        "next": safe_next(request, reverse("cases:dispatch")),
    }
    if request.method == "GET" or not form.is_valid():
        return render(request, "cases/batch.html", context, status=422 if form.is_bound else 200)
    try:
        outcomes = services.act_on_cases(actor=user, action=action, seen=seen, at=clock.now(), **form.cleaned_data)
    except InvalidInput as error:
        take_errors(form, error)
        return render(request, "cases/batch.html", context, status=422)
    return _went(request, context, outcomes)


def _went(request: HttpRequest, context: dict[str, object], outcomes: list[Outcome]) -> HttpResponse:
    done = [one for one in outcomes if one.done]
    failed = [one for one in outcomes if not one.done]
    more = {"outcomes": [*failed, *done], "done": len(done), "failed": len(failed)}
    response = render(request, "cases/batch_result.html", context | more)
    return announce(response, **{"case:changed": ""}) if wants_pane(request) else response
