"""The archive: what waits for being put away, the register of what is there, a file as one document to print."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from apps.cases import services
from apps.cases.actions import ACTION_LABELS, Action
from apps.cases.capacities import FACT_LABELS
from apps.cases.file_looks import register_columns, register_row
from apps.cases.inputs import archive_wanted, seen_cases
from apps.cases.selectors import archive as selectors
from apps.cases.selectors.archive import KEPT, TAKEN_OUT, TO_ARCHIVE, ArchiveWanted
from apps.cases.selectors.choices import filter_choices
from apps.cases.views.common import case_context, person, safe_next, size_of
from apps.core import clock
from apps.core.errors import InvalidInput, NotAllowed
from apps.core.workbooks import workbook_response
from apps.grid.permissions import Permission
from apps.grid.scopes import holds


@login_required
@require_GET
def archive(request: HttpRequest) -> HttpResponse:
    """The files of the scope; ``?show=ripe|archived|out&unit=&category=&year=&q=&size=&cursor=``."""
    user = person(request)
    wanted = archive_wanted(request.GET)
    size = size_of(request)
    page = selectors.archive_page(user, wanted, cursor=request.GET.get("cursor"), size=size)
    rows = selectors.rows_with_pieces(user, page.rows) if wanted.show == TO_ARCHIVE else []
    context = {
        "nav_active": "cases",
        "page": page,
        "rows": [{"row": row, "waits": [FACT_LABELS[fact] for fact in row.waits]} for row in rows],
        "any_may": any(row.may for row in rows),
        "size": size,
        "wanted": wanted,
        "tabs": _tabs(wanted),
        "chips": _chips(wanted),
        "years": selectors.archive_years() if wanted.show == KEPT else [],
        "choices": filter_choices(user, on=clock.today()),
        "back": request.get_full_path(),
    }
    return render(request, "cases/archive.html", context)


def _tabs(wanted: ArchiveWanted) -> list[dict[str, Any]]:
    labels = {TO_ARCHIVE: pgettext("file", "待归档"), KEPT: _("案卷目录"), TAKEN_OUT: _("调卷中")}
    return [
        {"label": label, "url": f"?show={show}", "active": show == wanted.show, "count": None}
        for show, label in labels.items()
    ]


def _chips(wanted: ArchiveWanted) -> list[tuple[str, str, str]]:
    chips: list[tuple[str, str, str]] = []
    if wanted.words:
        chips.append(("q", wanted.words, wanted.words))
    if wanted.unit is not None:
        chips.append(("unit", wanted.unit.code, wanted.unit.name))
    if wanted.category is not None:
        chips.append(("category", wanted.category.key, wanted.category.label))
    if wanted.year is not None:
        chips.append(("year", str(wanted.year), _("%(year)s 年") % {"year": wanted.year}))
    return chips


@login_required
@require_GET
def export(request: HttpRequest) -> FileResponse:
    """The register under its filters as a workbook."""
    wanted = archive_wanted(request.GET)
    rows = (register_row(file) for file in selectors.archive_rows(person(request), wanted))
    return workbook_response(name=_("案卷目录"), columns=register_columns(), rows=rows)


@login_required
@require_POST
def batch(request: HttpRequest) -> HttpResponse:
    """Put the marked files away, each by itself, and tell of each how it went."""
    if not holds(request.user, Permission.CASE_CLOSE):
        raise NotAllowed
    back = safe_next(request, reverse("cases:archive"))
    try:
        outcomes = services.act_on_cases(
            actor=person(request), action=Action.ARCHIVE, seen=seen_cases(request.POST), at=clock.now()
        )
    except InvalidInput as error:
        messages.error(request, str(error.message))
        return redirect(back)
    done = [one for one in outcomes if one.done]
    failed = [one for one in outcomes if not one.done]
    context = {
        "nav_active": "cases",
        "label": ACTION_LABELS[Action.ARCHIVE],
        "outcomes": [*failed, *done],
        "done": len(done),
        "failed": len(failed),
        "next": back,
    }
    return render(request, "cases/batch_result.html", context)


@login_required
@require_GET
def case_file(request: HttpRequest, number: str) -> HttpResponse:
    """The file of a case on A4: cover, register of its pieces, timeline, photos; nothing of who reported it."""
    at = clock.now()
    found = selectors.file_detail(person(request), number, at=at)
    context = case_context(found.detail, at=at, back=reverse("cases:file", args=[number]))
    path = [found.detail.case.district, found.detail.case.street, found.detail.case.community, found.detail.case.grid]
    more = {
        "nav_active": "cases",
        "file": found.file,
        "lines": found.lines,
        "printed_at": at,
        "place_names": [unit.name for unit in path if unit is not None],
    }
    return render(request, "cases/file.html", context | more)
