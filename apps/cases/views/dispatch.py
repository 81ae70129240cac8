"""The dispatch centre: queues, the list or the map of one, the case beside it, and the list as a workbook."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_GET
from django.views.decorators.vary import vary_on_headers

from apps.cases.choices import BATCH_MOST
from apps.cases.inputs import list_wanted
from apps.cases.presentation import SORTS, bar_of, export_row, points_of, rows_of
from apps.cases.saved import count_saved, query_to_save
from apps.cases.selectors import QUEUES, case_detail, case_seen_by
from apps.cases.selectors.acting import entries_since
from apps.cases.selectors.queues import Board, board_of, queue_named, queue_rows
from apps.cases.services.batch import BATCH_ACTIONS
from apps.cases.views.common import SIZES, case_context, chips_of, dispatcher, size_of, wants_pane
from apps.core import clock
from apps.core.workbooks import Column, workbook_response

PARTS = {"queues": "cases/_queues.html", "list": "cases/_rows.html"}
MOST_POINTS = 2000
MOST_SHOWN = 500  # rows that polling brings back at once
LONGEST_NUMBER = 6
PASSING = ("part", "cursor", "act", "shown", "version")  # what an address says for a moment only


def _query(request: HttpRequest, **changes: str) -> str:
    kept = request.GET.copy()
    for name in PASSING:
        kept.pop(name, None)
    for name, value in changes.items():
        kept[name] = value
    return f"?{kept.urlencode()}" if kept else ""


def _context(request: HttpRequest, board: Board, number: str) -> dict[str, Any]:
    query = _query(request, queue=board.queue.key)
    part = request.GET.get("part", "")
    shown = query_to_save(request.GET)
    unit = board.wanted.unit or (board.desks[0].unit if board.desks else None)
    return {
        "nav_active": "dispatch",
        "board": board,
        "queues": [
            {"queue": queue, "count": board.counts.get(queue.key, 0), "active": queue is board.queue}
            for queue in QUEUES
        ],
        "saved": count_saved(dispatcher(request), board, shown) if part != "list" else [],
        "rows": rows_of(
            board.page.rows,
            board.book,
            board.at,
            link=lambda case: reverse("cases:dispatch-case", args=[case.number]) + query,
            current=number,
        ),
        "chips": chips_of(board.wanted),
        "sorts": SORTS,
        "sizes": SIZES,
        "size": size_of(request),
        "shown_most": MOST_SHOWN,
        "on_map": request.GET.get("view") == "map",
        "map_unit": unit.code if unit else "",
        "query": query,
        "number": number,
        "base": reverse("cases:dispatch"),
        "batch_buttons": bar_of(BATCH_ACTIONS),
        "batch_most": BATCH_MOST,
        "here": (reverse("cases:dispatch-case", args=[number]) if number else reverse("cases:dispatch")) + query,
        "part": part,
    }


def _whole(request: HttpRequest, name: str) -> int | None:
    """A whole number of the address; nothing where there is none."""
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= LONGEST_NUMBER else None


def _rows_shown(request: HttpRequest) -> int:
    """Rows to bring back: as many whole pages as polling says are ``shown``, from the beginning of the list."""
    size, shown = size_of(request), _whole(request, "shown")
    if shown is None or request.GET.get("part") != "list" or request.GET.get("cursor"):
        return size
    pages = max(-(-shown // size), 1)
    return min(pages * size, MOST_SHOWN)


def _board(request: HttpRequest, size: int | None = None) -> Board:
    return board_of(
        dispatcher(request),
        queue=request.GET.get("queue", ""),
        wanted=list_wanted(request.GET),
        cursor=request.GET.get("cursor"),
        size=size or _rows_shown(request),
        at=clock.now(),
        order=request.GET.get("sort", ""),
    )


@login_required
@require_GET
@vary_on_headers("HX-Request")
@cache_control(private=True, no_cache=True)
@conditional_page
def dispatch(request: HttpRequest) -> HttpResponse:
    """The queues and the list; ``?queue=``, the filters of ``list_wanted``, ``sort=limit|newest|oldest``,
    ``view=map``, ``size=``, ``cursor=``, and ``part=queues`` or ``list`` for polling, the list with ``shown=``, the
    number of rows that are there already."""
    board = _board(request)
    template = PARTS.get(request.GET.get("part", ""), "cases/dispatch.html")
    return render(request, template, _context(request, board, ""))


@login_required
@require_GET
@vary_on_headers("HX-Request")
@cache_control(private=True, no_cache=True)
def dispatch_case(request: HttpRequest, number: str) -> HttpResponse:
    """A case in the right pane: alone for htmx, else with queues and list; ``act=`` opens the panel of an action,
    ``part=since`` with ``version=`` tells what happened since the case was read."""
    at = clock.now()
    if request.GET.get("part") == "since":
        seen = case_seen_by(dispatcher(request), number).case
        since = entries_since(seen, _whole(request, "version"), at=at)
        return render(request, "cases/_since.html", {"since": since})
    back = reverse("cases:dispatch-case", args=[number]) + _query(request)
    context = case_context(case_detail(dispatcher(request), number, at=at), at=at, back=back)
    if wants_pane(request):
        return render(request, "cases/_case.html", context)
    return render(request, "cases/dispatch.html", context | _context(request, _board(request), number))


@login_required
@require_GET
@cache_control(private=True, no_cache=True)
@conditional_page
def points(request: HttpRequest) -> JsonResponse:
    """Where the cases of the queue lie, at most ``MOST_POINTS`` in the order of the list; ``more`` where there are."""
    board = _board(request, MOST_POINTS)
    query = _query(request, queue=board.queue.key)
    found = points_of(
        board.page.rows,
        board.book,
        board.at,
        link=lambda case: reverse("cases:dispatch-case", args=[case.number]) + query,
    )
    return JsonResponse({"points": found, "more": board.page.next is not None})


@login_required
@require_GET
def export(request: HttpRequest) -> FileResponse:
    """The queue under its filters as a workbook; nothing of who reported."""
    user = dispatcher(request)
    queue = queue_named(request.GET.get("queue", "") or "dispatch")
    cases = queue_rows(user, queue.key, list_wanted(request.GET), order=request.GET.get("sort", ""), at=clock.now())
    rows: Iterator[list[Any]] = (export_row(case) for case in cases)
    return workbook_response(name=f"{queue.label}", columns=export_columns(), rows=rows)


def export_columns() -> list[Column]:
    """The columns of ``export_row``."""
    return [
        Column(_("编号"), 16),
        Column(_("标题"), 30),
        Column(_("类别"), 18),
        Column(_("状态"), 10),
        Column(_("紧急程度"), 10),
        Column(_("街镇"), 16),
        Column(_("社区"), 16),
        Column(_("网格"), 14),
        Column(_("地点"), 30),
        Column(_("来源"), 14),
        Column(_("持有单位"), 22),
        Column(_("上报时间"), 18),
        Column(_("时限"), 18),
        Column(_("红黄牌"), 8),
        Column(_("督办件"), 8),
        Column(_("退回次数"), 10),
        Column(_("返工次数"), 10),
        Column(_("处罚决定书文号"), 24),
        Column(_("处罚种类"), 20),
        Column(_("罚没金额（元）"), 14),
    ]
