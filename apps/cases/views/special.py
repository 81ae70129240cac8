"""The special list of a district: its entries by next control, the proposals, those taken off, and the list as a
workbook."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.cases.hard_looks import special_export_columns, special_export_row, special_rows_of
from apps.cases.inputs import special_wanted
from apps.cases.selectors.choices import filter_choices
from apps.cases.selectors.special import ENDED, LISTED, PROPOSED, SpecialWanted, special_page, special_rows
from apps.cases.views.common import person, size_of
from apps.core import clock
from apps.core.workbooks import workbook_response


@login_required
@require_GET
def special(request: HttpRequest) -> HttpResponse:
    """The special list; ``?show=listed|proposed|ended&unit=&overdue=1&size=&cursor=``."""
    user = person(request)
    at = clock.now()
    wanted = special_wanted(request.GET, day=clock.local(at).date())
    size = size_of(request)
    page = special_page(user, wanted, cursor=request.GET.get("cursor"), size=size)
    context = {
        "nav_active": "cases",
        "page": page,
        "rows": special_rows_of(page.rows, day=clock.local(at).date()),
        "size": size,
        "wanted": wanted,
        "chips": _chips(wanted),
        "tabs": _tabs(wanted),
        "choices": filter_choices(user, on=clock.local(at).date()),
    }
    return render(request, "cases/special.html", context)


def _tabs(wanted: SpecialWanted) -> list[dict[str, Any]]:
    words = {LISTED: _("在册"), PROPOSED: _("待列入"), ENDED: _("已移出")}
    return [
        {"label": label, "url": f"?show={show}", "active": show == wanted.show, "count": None}
        for show, label in words.items()
    ]


def _chips(wanted: SpecialWanted) -> list[tuple[str, str, str]]:
    chips: list[tuple[str, str, str]] = []
    if wanted.unit is not None:
        chips.append(("unit", wanted.unit.code, wanted.unit.name))
    if wanted.overdue:
        chips.append(("overdue", "1", _("管控逾期")))
    return chips


@login_required
@require_GET
def export(request: HttpRequest) -> FileResponse:
    """The list under its filters as a workbook."""
    day = clock.local(clock.now()).date()
    wanted = special_wanted(request.GET, day=day)
    rows: Iterator[list[Any]] = (
        special_export_row(row) for row in special_rows_of(special_rows(person(request), wanted), day=day)
    )
    return workbook_response(name=_("专案清单"), columns=special_export_columns(), rows=rows)
