"""Spot checks: what waits to be seen on site, what was found, each worker's results, the draws and the shares."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.cases.forms import ShareForm
from apps.cases.inputs import spot_wanted
from apps.cases.models import SpotShare
from apps.cases.presentation import give_looks
from apps.cases.selectors import spot
from apps.cases.selectors.choices import filter_choices
from apps.cases.selectors.lots import sets_shares, shares_of
from apps.cases.spot_looks import export_row, spot_rows
from apps.cases.views.common import person, size_of
from apps.cases.views.shares import save_share, share_form
from apps.core import clock
from apps.core.workbooks import Column, workbook_response
from apps.deadlines import rulebook

SPANS = (4, 12, 26, 52)
WIDEST = 20_000
WAITING, DONE, WORKERS, DRAWS, SHARES = "waiting", "done", "workers", "draws", "shares"
LISTS = (WAITING, DONE, WORKERS, DRAWS)


@login_required
@require_GET
def checks(request: HttpRequest) -> HttpResponse:
    """The spot checks; ``?show=waiting|done|workers|draws|shares&unit=&worker=&weeks=&size=&cursor=``."""
    user = person(request)
    spot.require_spot_right(user)
    show = request.GET.get("show", "")
    if show not in LISTS and not (show == SHARES and sets_shares(user)):
        show = WAITING
    if show == SHARES:
        return _shares(request, share_form(request, SpotShare))
    wanted, weeks = _wanted(request)
    size, cursor = size_of(request), request.GET.get("cursor")
    context = _frame(request, show) | {
        "wanted": wanted,
        "weeks": weeks,
        "spans": SPANS,
        "size": size,
        "choices": filter_choices(user, on=clock.today()),
        "chips": _chips(wanted),
    }
    if show == WORKERS:
        context["results"] = spot.worker_results(user, wanted)
    elif show == DRAWS:
        context["page"] = spot.draw_page(user, wanted, cursor=cursor, size=size)
        give_looks(context["page"].rows, rulebook.current(), clock.now())
    else:
        page = spot.check_page(user, wanted, waiting=show == WAITING, cursor=cursor, size=size)
        context |= {"page": page, "rows": spot_rows(page.rows)}
    return render(request, "cases/spot.html", context)


def _wanted(request: HttpRequest) -> tuple[spot.SpotWanted, int]:
    asked = request.GET.get("weeks", "")
    weeks = int(asked) if asked in {str(span) for span in SPANS} else SPANS[1]
    return spot_wanted(request.GET, since=clock.today() - timedelta(weeks=weeks)), weeks


def _frame(request: HttpRequest, show: str) -> dict[str, Any]:
    user = person(request)
    labels = [(WAITING, _("待抽查")), (DONE, _("抽查结果")), (WORKERS, _("按网格员")), (DRAWS, _("抽取批次"))]
    if sets_shares(user):
        labels.append((SHARES, _("抽查比例")))
    tabs = [{"label": label, "url": f"?show={name}", "active": name == show, "count": None} for name, label in labels]
    return {"nav_active": "cases", "show": show, "tabs": tabs}


def _chips(wanted: spot.SpotWanted) -> list[tuple[str, str, str]]:
    chips: list[tuple[str, str, str]] = []
    if wanted.unit is not None:
        chips.append(("unit", wanted.unit.code, wanted.unit.name))
    if wanted.worker:
        chips.append(("worker", wanted.worker, _("处置人 %(name)s") % {"name": wanted.worker}))
    return chips


@login_required
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """The checks made, by the filters of the list, as a workbook."""
    wanted, _weeks = _wanted(request)
    rows = (export_row(check) for check in spot.done_rows(person(request), wanted, most=WIDEST))
    columns = [
        Column(_("编号"), 16),
        Column(_("案件"), 30),
        Column(_("社区"), 16),
        Column(_("网格"), 16),
        Column(_("处置人"), 12),
        Column(_("处置时间"), 18),
        Column(_("抽查结果"), 12),
        Column(_("抽查人"), 12),
        Column(_("抽查时间"), 18),
        Column(_("现场情况"), 40),
    ]
    return workbook_response(name=_("抽查结果"), columns=columns, rows=rows)


@login_required
@require_GET
def draw(request: HttpRequest, draw_id: int) -> HttpResponse:
    """One draw: its seed, all that could be drawn, what was, and whether drawing again gives the same."""
    detail = spot.draw_detail(person(request), draw_id)
    give_looks([detail.draw], rulebook.current(), clock.now())
    context = {"nav_active": "cases", "detail": detail, "rows": spot_rows(detail.checks)}
    return render(request, "cases/spot_draw.html", context)


@login_required
@require_POST
def share(request: HttpRequest) -> HttpResponse:
    """Set the share of a unit."""
    form = share_form(request, SpotShare)
    if save_share(request, form, SpotShare, said=_("抽查比例已保存，下一次抽取起生效。")):
        return redirect(f"{reverse('cases:spot')}?show={SHARES}")
    return _shares(request, form, status=422)


def _shares(request: HttpRequest, form: ShareForm, status: int = 200) -> HttpResponse:
    context = _frame(request, SHARES) | {
        "form": form,
        "shares": shares_of(SpotShare, person(request)),
        "save_url": reverse("cases:spot-share"),
    }
    return render(request, "cases/spot.html", context, status=status)
