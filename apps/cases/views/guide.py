"""What may happen to a case, explained to whoever works with cases: the diagram and the table."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.cases.diagram import DESK, PHONE, draw
from apps.cases.table import table_rows


@login_required
@require_GET
def cases_explained(request: HttpRequest) -> HttpResponse:
    """The states of a case and who leads it from one to another; no queries of its own."""
    context = {"drawings": [draw(DESK), draw(PHONE)], "rows": table_rows(), "nav_active": "cases"}
    return render(request, "cases/help.html", context)
