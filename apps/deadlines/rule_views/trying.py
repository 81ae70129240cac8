"""The record of changes, and the simulator."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.core import clock
from apps.core.errors import InvalidInput
from apps.core.form_errors import take_errors
from apps.deadlines import rule_presentation as words
from apps.deadlines import rules, simulation
from apps.deadlines.categories import search_categories
from apps.deadlines.choices import Complexity, Level, RuleKind, Urgency
from apps.deadlines.rule_forms import (
    SimulateForm,
)
from apps.deadlines.rule_views.common import frame, person
from apps.deadlines.views import for_administrators

SIZES = (20, 50, 100)


@require_GET
@for_administrators
def rule_changes(request: HttpRequest) -> HttpResponse:
    """Who changed which rule, when and why; ``?kind=``."""
    given = request.GET
    kind = given.get("kind", "") if given.get("kind") in RuleKind.values else ""
    size = int(given["size"]) if given.get("size") in {str(one) for one in SIZES} else SIZES[0]
    page = rules.rule_changes(cursor=given.get("cursor"), size=size, kind=kind)
    return render(
        request,
        "deadlines/rule_changes.html",
        frame("rule-changes")
        | {
            "page": page,
            "lines": [words.rule_change_line(change) for change in page.rows],
            "size": size,
            "kinds": [("", _("全部")), *((one.value, one.label) for one in RuleKind if one != RuleKind.CALENDAR)],
            "kind": kind,
        },
    )


@require_GET
@for_administrators
def simulate(request: HttpRequest) -> HttpResponse:
    """Which limits a matter would get and why, now and under a draft. The state is in the URL."""
    user, now = person(request), clock.now()
    start: dict[str, Any] = {
        "level": Level.COMMUNITY,
        "urgency": Urgency.NORMAL,
        "complexity": Complexity.GENERAL,
        "at": clock.local(now).strftime("%Y-%m-%dT%H:%M"),
    }
    asked = {name: value for name, value in request.GET.items() if value}
    ladders = [ladder for ladder, _rungs in rules.ladder_list() if ladder.active]
    form = SimulateForm(start | asked, presets=list(rules.presets()), ladders=ladders)
    result = None
    if form.is_valid():
        try:
            result = simulation.simulate(user, **form.matter(), draft=form.wanted_draft())
        except InvalidInput as error:
            take_errors(form, error)
    shown = words.simulation_lines(result, now) if result else []
    return render(
        request,
        "deadlines/simulate.html",
        frame("simulate")
        | {
            "form": form,
            "result": result,
            "lines": shown,
            "categories": search_categories(),
            "units": rules.units_to_choose(user),
        },
        status=422 if form.errors else 200,
    )
