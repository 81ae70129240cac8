"""Samples of handled cases: those drawn, drawing one, what its reviews found, and what was found of one's own cases."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from apps.cases.inputs import findings_wanted, sample_rule
from apps.cases.sample_forms import SampleForm
from apps.cases.sample_looks import case_columns, case_rows, result_columns, result_rows, review_rows, rule_words
from apps.cases.sampling import ReviewState
from apps.cases.selectors import samples as selectors
from apps.cases.selectors.choices import filter_choices
from apps.cases.services.samples import draw_sample
from apps.cases.views.common import person, size_of
from apps.core import clock
from apps.core.errors import InvalidInput
from apps.core.form_errors import take_errors
from apps.core.workbooks import workbook_response

DRAWN, FOUND, WAITING = "drawn", "found", "waiting"


@login_required
@require_GET
def samples(request: HttpRequest) -> HttpResponse:
    """The samples of one's units, or what was found of the cases of one's scope; ``?show=drawn|found|waiting&unit=
    &state=&size=&cursor=``."""
    user = person(request)
    draws = selectors.may_draw(user)
    show = request.GET.get("show", "")
    if show not in {FOUND, WAITING} and not draws:
        show = FOUND
    wanted = findings_wanted(request.GET)
    size, cursor = size_of(request), request.GET.get("cursor")
    context: dict[str, Any] = {
        "nav_active": "cases",
        "show": show if show in {FOUND, WAITING} else DRAWN,
        "wanted": wanted,
        "size": size,
        "draws": draws,
        "choices": filter_choices(user, on=clock.today()),
        "chips": [("unit", wanted.unit.code, wanted.unit.name)] if wanted.unit else [],
        "today": clock.today(),
    }
    context["tabs"] = _tabs(context["show"], draws=draws)
    if context["show"] == DRAWN:
        page = selectors.sample_page(user, unit=wanted.unit, cursor=cursor, size=size)
        return render(request, "cases/samples.html", context | {"page": page})
    if context["show"] == WAITING:
        wanted = selectors.FindingsWanted(wanted.unit, ReviewState.WAITING)
    found = selectors.finding_page(user, wanted, cursor=cursor, size=size)
    return render(request, "cases/samples.html", context | {"page": found, "rows": review_rows(found.rows)})


def _tabs(show: str, *, draws: bool) -> list[dict[str, Any]]:
    words = {DRAWN: _("样本")} if draws else {}
    words |= {FOUND: _("评查结果"), WAITING: _("待评查")}
    return [
        {"label": label, "url": f"?show={name}", "active": name == show, "count": None} for name, label in words.items()
    ]


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Draw a sample."""
    user = person(request)
    choices = selectors.sample_choices(user, on=clock.today())
    offered: dict[str, Any] = {
        "units": choices.units,
        "branches": choices.branches,
        "agencies": choices.agencies,
    }
    if request.method == "GET":
        return render(request, "cases/sample_new.html", {"form": SampleForm(**offered), "nav_active": "cases"})
    form = SampleForm(request.POST, **offered)
    if form.is_valid():
        try:
            sample = draw_sample(actor=user, rule=sample_rule(form.cleaned_data), at=clock.now())
        except InvalidInput as error:
            take_errors(form, error)
        else:
            values = {"population": sample.population, "drawn": sample.drawn}
            messages.success(request, _("从 %(population)d 件中抽取了 %(drawn)d 件。") % values)
            return redirect("cases:sample", sample.pk)
    return render(request, "cases/sample_new.html", {"form": form, "nav_active": "cases"}, status=422)


@login_required
@require_GET
def sample(request: HttpRequest, sample_id: int) -> HttpResponse:
    """One sample: its cases, what was found, and whether drawing again gives the same."""
    detail = selectors.sample_detail(person(request), sample_id)
    context = {
        "nav_active": "cases",
        "detail": detail,
        "rows": review_rows(detail.reviews, person(request).pk),
        "rule": rule_words(detail.sample),
        "of": f"/ {detail.whole.drawn}",
        "rate": "–" if detail.whole.rate is None else f"{detail.whole.rate}%",
        "overdue": detail.whole.waiting > 0 and detail.sample.due_on < clock.today(),
    }
    return render(request, "cases/sample.html", context)


@login_required
@require_GET
def export(request: HttpRequest, sample_id: int) -> FileResponse:
    """The result by unit, agency and fault as a workbook; ``?what=cases``: every sampled case with what was found."""
    detail = selectors.sample_detail(person(request), sample_id)
    if request.GET.get("what") == "cases":
        return workbook_response(name=_("样本案件"), columns=case_columns(), rows=case_rows(detail))
    return workbook_response(name=_("样本评查结果"), columns=result_columns(), rows=result_rows(detail))
