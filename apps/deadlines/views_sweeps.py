"""The page of the sweeps: whether they run, how late they are, which failed, and one by hand."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.models import User
from apps.core import clock
from apps.deadlines import presentation, runs, selectors, sweep_overview
from apps.deadlines.views import for_administrators

SIZES = (20, 50, 100)


@require_GET
@for_administrators
def sweeps(request: HttpRequest) -> HttpResponse:
    """The runs, newest first; ``?show=busy`` or ``failed`` narrows them. 304 to a poll where nothing changed."""
    at = clock.now()
    given = request.GET.get("show", "")
    show = given if given in sweep_overview.FILTERS else ""
    size = int(request.GET["size"]) if request.GET.get("size") in {str(one) for one in SIZES} else SIZES[0]
    last = selectors.last_sweep()
    page = sweep_overview.sweep_page(cursor=request.GET.get("cursor"), size=size, show=show)
    waiting = sweep_overview.waiting_now(at=at)
    polled = bool(getattr(request, "htmx", False))
    told = [(row.run.pk, row.state, row.run.steps) for row in page.rows]
    tag = f'"{sweep_overview.page_mark([told, waiting, page.next, page.previous], at)}"'
    if polled and request.headers.get("If-None-Match") == tag:
        answer: HttpResponse = HttpResponseNotModified()
    else:
        lags = sweep_overview.lag_of_day(at=at)
        context = {
            "nav_active": "manage",
            "tabs": presentation.tabs("sweeps", request.user),
            "page": page,
            "size": size,
            "show": show,
            "choices": [("", _("全部")), ("busy", _("有动作的")), ("failed", _("失败的"))],
            "filter_label": _("筛选"),
            "last": last,
            "waiting": waiting,
            "oldest": at - waiting.oldest if waiting.oldest else None,
            "lags": lags,
            "worst": max((lag for lag in lags if lag is not None), default=None),
            "failures": sweep_overview.failures_of_day(at=at),
        }
        answer = render(request, "deadlines/_sweeps.html" if polled else "deadlines/sweeps.html", context)
    if polled:
        answer["ETag"] = tag
        answer["Cache-Control"] = "private, no-cache"
    return answer


@require_POST
@for_administrators
def run(request: HttpRequest) -> HttpResponse:
    """Have a sweep run in the background now."""
    runs.ask_for_sweep(actor=cast(User, request.user), at=clock.now())
    messages.success(request, _("已开始巡检，进展见后台任务。"))
    return redirect("deadlines:sweeps")
