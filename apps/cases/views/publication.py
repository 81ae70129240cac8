"""Publication: what a desk lets the public read, and the public's own page."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.cases.hard_looks import publication_looks
from apps.cases.inputs import results_wanted, shown_publications, unit_asked
from apps.cases.selectors.choices import filter_choices
from apps.cases.selectors.publication import public_branches, public_units, publication_page, results_page
from apps.cases.views.common import person, size_of
from apps.core import clock


@login_required
@require_GET
def publications(request: HttpRequest) -> HttpResponse:
    """What waits, is published, or is withheld; ``?show=look|published|withheld&unit=&size=&cursor=``."""
    user = person(request)
    show, unit = shown_publications(request.GET), unit_asked(request.GET)
    size = size_of(request)
    page = publication_page(user, show=show, unit=unit, cursor=request.GET.get("cursor"), size=size)
    words = {"look": _("待公示"), "published": _("已公示"), "withheld": _("不予公示")}
    context = {
        "nav_active": "cases",
        "page": page,
        "rows": publication_looks(page.rows),
        "size": size,
        "show": show,
        "unit": unit,
        "chips": [("unit", unit.code, unit.name)] if unit is not None else [],
        "choices": filter_choices(user, on=clock.local(clock.now()).date()),
        "tabs": [
            {"label": label, "url": f"?show={one}", "active": one == show, "count": None}
            for one, label in words.items()
        ],
        "back": request.get_full_path(),
    }
    return render(request, "cases/publications.html", context)


@require_GET
def results(request: HttpRequest) -> HttpResponse:
    """For everybody, without sign-in: the published results; ``?unit=&category=&month=2026-03&size=&cursor=``."""
    wanted, size = results_wanted(request.GET), size_of(request)
    page = results_page(wanted, cursor=request.GET.get("cursor"), size=size)
    chips: list[tuple[str, str, Any]] = []
    if wanted.unit is not None:
        chips.append(("unit", wanted.unit.code, wanted.unit.name))
    if wanted.branch is not None:
        chips.append(("category", wanted.branch.key, wanted.branch.label))
    if wanted.month is not None:
        chips.append(("month", f"{wanted.month:%Y-%m}", f"{wanted.month:%Y-%m}"))
    context = {
        "page": page,
        "rows": publication_looks(page.rows),
        "size": size,
        "wanted": wanted,
        "month": f"{wanted.month:%Y-%m}" if wanted.month else "",
        "chips": chips,
        "units": public_units(),
        "branches": public_branches(),
        "feed": reverse("api:results"),
    }
    return render(request, "cases/results.html", context)
