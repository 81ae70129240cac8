"""What one was first asked about and follows to the end."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.cases.presentation import rows_of
from apps.cases.selectors.asking import followed_page, settled_at_once
from apps.cases.views.common import person, size_of
from apps.core import clock
from apps.deadlines import rulebook


@login_required
@require_GET
def followed(request: HttpRequest) -> HttpResponse:
    """The cases that the user follows to the end, open ones by limit; ``?size=&cursor=``."""
    user, at, size = person(request), clock.now(), size_of(request)
    page = followed_page(user, cursor=request.GET.get("cursor"), size=size)
    context = {
        "nav_active": "cases",
        "page": page,
        "rows": rows_of(page.rows, rulebook.current(), at),
        "at_once": settled_at_once(user, at=at),
        "size": size,
    }
    return render(request, "cases/followed.html", context)
