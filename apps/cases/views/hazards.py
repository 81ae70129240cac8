"""The list of major hazards, those standing and those accepted as removed, and it as a workbook."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.cases.choices import HazardLevel
from apps.cases.hard_looks import hazard_export_columns, hazard_export_row, hazard_rows_of
from apps.cases.inputs import hazards_wanted
from apps.cases.selectors.choices import filter_choices
from apps.cases.selectors.hazards import ACCEPTED_HAZARDS, STANDING_HAZARDS, hazard_page, hazard_rows
from apps.cases.views.common import person, size_of
from apps.core import clock
from apps.core.workbooks import workbook_response


@login_required
@require_GET
def hazards(request: HttpRequest) -> HttpResponse:
    """The listed hazards; ``?show=standing|accepted&level=&unit=&size=&cursor=``."""
    user = person(request)
    wanted, size = hazards_wanted(request.GET), size_of(request)
    day = clock.local(clock.now()).date()
    page = hazard_page(user, wanted, cursor=request.GET.get("cursor"), size=size)
    chips = [("unit", wanted.unit.code, wanted.unit.name)] if wanted.unit is not None else []
    if wanted.level:
        chips.append(("level", wanted.level, str(HazardLevel(wanted.level).label)))
    words = {STANDING_HAZARDS: _("挂牌中"), ACCEPTED_HAZARDS: _("已摘牌")}
    context = {
        "nav_active": "cases",
        "page": page,
        "rows": hazard_rows_of(page.rows, day=day),
        "size": size,
        "wanted": wanted,
        "levels": HazardLevel.choices,
        "chips": chips,
        "tabs": [
            {"label": label, "url": f"?show={show}", "active": show == wanted.show, "count": None}
            for show, label in words.items()
        ],
        "choices": filter_choices(user, on=day),
    }
    return render(request, "cases/hazards.html", context)


@login_required
@require_GET
def export(request: HttpRequest) -> FileResponse:
    """The list under its filters as a workbook."""
    found = hazard_rows(person(request), hazards_wanted(request.GET))
    day = clock.local(clock.now()).date()
    rows: Iterator[list[Any]] = (hazard_export_row(row) for row in hazard_rows_of(found, day=day))
    return workbook_response(name=_("挂牌督办"), columns=hazard_export_columns(), rows=rows)
