"""Screening of disputes: the overview of a period, its workbook, and the return of one unit."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from apps.cases.choices import ScreeningLevel
from apps.cases.screening_forms import ReturnForm
from apps.cases.selectors.screenings import Screening, candidates, return_of, screening, unit_to_file
from apps.cases.services.screenings import file_return
from apps.cases.views.common import person
from apps.core import clock
from apps.core.errors import InvalidInput
from apps.core.workbooks import Column, workbook_response


def _asked(request: HttpRequest) -> Screening:
    level = request.GET.get("level", "")
    period = request.GET.get("period", "")
    return screening(
        person(request),
        level=level if level in ScreeningLevel.values else ScreeningLevel.COMMUNITY,
        period_id=int(period) if period.isdecimal() and len(period) < 10 else None,
        at=clock.now(),
    )


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Who has returned a period and who has not; ``?level=&period=``."""
    found = _asked(request)
    tabs = [
        {
            "label": level.label,
            "url": f"{reverse('cases:screenings')}?{urlencode({'level': level.value})}",
            "active": level == found.level,
            "count": None,
        }
        for level in ScreeningLevel
    ]
    return render(request, "cases/screenings.html", {"nav_active": "screenings", "found": found, "tabs": tabs})


@login_required
@require_GET
def export(request: HttpRequest) -> FileResponse:
    """The overview of a period as a workbook."""
    found = _asked(request)
    columns = [
        Column(_("街镇"), 16),
        Column(_("单元"), 20),
        Column(_("状态"), 12),
        Column(_("发现纠纷"), 10),
        Column(_("零报告"), 8),
        Column(_("签名"), 14),
        Column(_("填报时间"), 18),
        Column(_("近期迟报、未报"), 14),
        Column(_("说明"), 40),
    ]
    name = _("纠纷排查")
    if found.period is not None:
        name = f"{name} {found.period.starts_on:%Y-%m-%d}"
    return workbook_response(name=name, columns=columns, rows=_cells(found))


def _cells(found: Screening) -> Iterator[list[Any]]:
    for line in found.lines:
        filed = line.filed
        parent = (
            line.unit.parent.name if found.level == ScreeningLevel.COMMUNITY and line.unit.parent else line.unit.name
        )
        if filed is None:
            state = _("未报") if line.missing else _("待报")
            yield [parent, line.unit.name, state, None, None, None, None, line.lapses, None]
        else:
            state = _("迟报") if filed.late else _("已报")
            yield [
                parent,
                line.unit.name,
                state,
                filed.found,
                filed.found == 0,
                filed.signature,
                filed.filed_at,
                line.lapses,
                filed.note,
            ]


@login_required
@require_http_methods(["GET", "POST"])
def unit_return(request: HttpRequest, period_id: int, code: str) -> HttpResponse:
    """What one unit found: the form, or what it has filed."""
    user = person(request)
    period, unit = unit_to_file(user, period_id, code)
    back = f"{reverse('cases:screenings')}?{urlencode({'level': period.level, 'period': str(period.pk)})}"
    context: dict[str, Any] = {"nav_active": "screenings", "period": period, "unit": unit, "back": back}
    cases = candidates(period, unit)
    form = ReturnForm(cases, request.POST if request.method == "POST" else None)
    filed = return_of(period, unit)
    if request.method == "GET" and filed is not None:
        return render(request, "cases/screening_return.html", context | {"filed": filed})
    if request.method == "POST" and form.is_valid():
        try:
            file_return(period_id=period.pk, code=code, actor=user, at=clock.now(), **form.inputs())
        except InvalidInput as error:
            form.take(error)
        else:
            messages.success(request, _("已报。"))
            return redirect(back)
    status = 422 if form.errors else 200
    return render(request, "cases/screening_return.html", context | {"form": form, "cases": cases}, status=status)
