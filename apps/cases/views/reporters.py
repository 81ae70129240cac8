"""Showing a reporter's name and phone, once and for a purpose, and to the auditor who saw whose."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from apps.cases import services
from apps.cases.selectors.reporters import list_reveals, reporter_shown
from apps.cases.views.common import person, size_of
from apps.core import clock
from apps.core.errors import InvalidInput, NotAllowed
from apps.core.reveals import RevealForm
from apps.grid.permissions import Permission
from apps.grid.scopes import holds


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def reveal(request: HttpRequest, number: str, reporter_id: int) -> HttpResponse:
    """Ask for a purpose, then show one reporter's name and phone, once."""
    user = person(request)
    reporter = reporter_shown(user, number, reporter_id)
    form = RevealForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            shown = services.reveal_reporter(
                number=number,
                reporter_id=reporter_id,
                actor=user,
                purpose=form.cleaned_data["purpose"],
                at=clock.now(),
            )
        except InvalidInput as error:
            for text in error.fields.get("purpose", []):
                form.add_error("purpose", text)
        else:
            return render(request, "cases/reporter_revealed.html", {"shown": shown, "number": number})
    context = {"form": form, "reporter": reporter, "number": number}
    return render(request, "cases/reporter_reveal.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
@never_cache
def reveals(request: HttpRequest) -> HttpResponse:
    """Who saw whose name and phone and why, within the auditor's scope."""
    user = person(request)
    if not holds(user, Permission.AUDIT_VIEW):
        raise NotAllowed
    size = size_of(request)
    page = list_reveals(user, cursor=request.GET.get("cursor"), size=size)
    return render(request, "cases/reveals.html", {"page": page, "size": size})
