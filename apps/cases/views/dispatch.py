"""The dispatch centre: queues, the list, and the case beside it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_GET
from django.views.decorators.vary import vary_on_headers

from apps.cases.inputs import list_wanted
from apps.cases.presentation import rows_of
from apps.cases.selectors import QUEUES, case_detail
from apps.cases.selectors.queues import Board, board_of
from apps.cases.views.common import case_context, chips_of, person, size_of, wants_pane
from apps.core import clock
from apps.core.errors import NotAllowed
from apps.grid.permissions import Permission
from apps.grid.scopes import holds

PARTS = {"queues": "cases/_queues.html", "list": "cases/_rows.html"}


def _query(request: HttpRequest, **changes: str) -> str:
    kept = request.GET.copy()
    for name in ("part", "cursor"):
        kept.pop(name, None)
    for name, value in changes.items():
        kept[name] = value
    return f"?{kept.urlencode()}" if kept else ""


def _context(request: HttpRequest, board: Board, number: str) -> dict[str, Any]:
    query = _query(request, queue=board.queue.key)
    return {
        "nav_active": "dispatch",
        "board": board,
        "queues": [
            {"queue": queue, "count": board.counts.get(queue.key, 0), "active": queue is board.queue}
            for queue in QUEUES
        ],
        "rows": rows_of(
            board.page.rows,
            board.calendar,
            board.at,
            link=lambda case: reverse("cases:dispatch-case", args=[case.number]) + query,
            current=number,
        ),
        "chips": chips_of(board.wanted),
        "query": query,
        "number": number,
        "base": reverse("cases:dispatch"),
        "part": request.GET.get("part", ""),
    }


def _board(request: HttpRequest) -> Board:
    if not holds(request.user, Permission.CASE_DISPATCH):
        raise NotAllowed
    return board_of(
        person(request),
        queue=request.GET.get("queue", ""),
        wanted=list_wanted(request.GET),
        cursor=request.GET.get("cursor"),
        size=size_of(request),
        at=clock.now(),
    )


@login_required
@require_GET
@vary_on_headers("HX-Request")
@cache_control(private=True, no_cache=True)
@conditional_page
def dispatch(request: HttpRequest) -> HttpResponse:
    """The queues and the list; ``?queue=&unit=&category=&q=&cursor=``, and ``part=queues`` or ``list`` for polling."""
    board = _board(request)
    template = PARTS.get(request.GET.get("part", ""), "cases/dispatch.html")
    return render(request, template, _context(request, board, ""))


@login_required
@require_GET
@vary_on_headers("HX-Request")
@cache_control(private=True, no_cache=True)
def dispatch_case(request: HttpRequest, number: str) -> HttpResponse:
    """A case in the right pane: alone for htmx, else with queues and list."""
    if not holds(request.user, Permission.CASE_DISPATCH):
        raise NotAllowed
    at = clock.now()
    back = reverse("cases:dispatch-case", args=[number]) + _query(request)
    context = case_context(case_detail(person(request), number, at=at), at=at, back=back)
    if wants_pane(request):
        return render(request, "cases/_case.html", context)
    return render(request, "cases/dispatch.html", context | _context(request, _board(request), number))
