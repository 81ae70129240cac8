"""Whistles: what one's agency is called to, what is called in an area, how agencies answer."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.cases.inputs import summons_wanted
from apps.cases.selectors import whistles as reading
from apps.cases.selectors.choices import filter_choices
from apps.cases.views.common import person, size_of
from apps.cases.whistle_looks import summons_rows
from apps.core import clock
from apps.organisation.models import agency_ids_of

OPEN, DONE, AGENCIES, MINE, MINE_DONE = "open", "done", "agencies", "mine", "mine-done"
LOOKED_BACK = timedelta(days=90)


@login_required
@require_GET
def whistles(request: HttpRequest) -> HttpResponse:
    """The summonses; ``?show=mine|mine-done|open|done|agencies&unit=&agency=&late=&size=&cursor=``."""
    user, at = person(request), clock.now()
    reading.require_whistle_right(user)
    tabs = _tabs(user)
    names = [name for name, _label in tabs]
    show = request.GET.get("show", "")
    show = show if show in names else names[0]
    wanted = summons_wanted(request.GET, mine=show in {MINE, MINE_DONE})
    size, cursor = size_of(request), request.GET.get("cursor")
    context: dict[str, Any] = {
        "nav_active": "desk" if show in {MINE, MINE_DONE} else "cases",
        "show": show,
        "tabs": [
            {"label": label, "url": f"?show={name}", "active": name == show, "count": None} for name, label in tabs
        ],
        "mine": wanted.mine,
        "wanted": wanted,
        "chips": _chips(wanted),
        "size": size,
        "choices": None if wanted.mine else filter_choices(user, on=clock.today()),
    }
    if show == AGENCIES:
        context["records"] = reading.agency_records(user, wanted, since=at - LOOKED_BACK, at=at)
    else:
        open_ones = show in {OPEN, MINE}
        page = reading.summons_page(user, wanted, open_ones=open_ones, cursor=cursor, size=size, at=at)
        context |= {"page": page, "rows": summons_rows(page.rows, at)}
    return render(request, "cases/whistles.html", context)


def _tabs(user: Any) -> list[tuple[str, str]]:
    tabs = []
    if agency_ids_of(user):
        tabs += [(MINE, _("请本单位到场")), (MINE_DONE, _("本单位已办"))]
    if reading.sees_whistles_of_area(user):
        tabs += [(OPEN, _("辖区内未完成")), (DONE, _("辖区内已完成")), (AGENCIES, _("按单位"))]
    return tabs


def _chips(wanted: reading.SummonsWanted) -> list[tuple[str, str, str]]:
    chips: list[tuple[str, str, str]] = []
    if wanted.unit is not None:
        chips.append(("unit", wanted.unit.code, wanted.unit.name))
    if wanted.agency:
        chips.append(("agency", wanted.agency, wanted.agency))
    if wanted.late:
        chips.append(("late", "1", _("迟到")))
    return chips
