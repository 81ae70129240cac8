"""Pages where the district's centre rules on duties that are clear to nobody."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from apps.cases.catalogue_forms import RulingForm
from apps.cases.presentation import give_looks
from apps.cases.selectors.rulings import ruling_page, ruling_seen_by
from apps.cases.services.rulings import rule_on_duty
from apps.cases.views.common import dispatcher, size_of
from apps.core import clock
from apps.core.errors import InvalidInput
from apps.core.form_errors import take_errors
from apps.deadlines import rulebook


@login_required
@require_GET
@never_cache
def rulings(request: HttpRequest) -> HttpResponse:
    """The tasks, the newest first; ``?size=&cursor=``."""
    user = dispatcher(request)
    size = size_of(request)
    page = ruling_page(user, cursor=request.GET.get("cursor"), size=size)
    give_looks(page.rows, rulebook.current(), clock.now())
    return render(request, "cases/rulings.html", {"page": page, "size": size, "nav_active": "rulings"})


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def ruling(request: HttpRequest, ruling_id: int) -> HttpResponse:
    """One task, and ruling on it."""
    user = dispatcher(request)
    page = ruling_seen_by(user, ruling_id, on=clock.today())
    give_looks([page.ruling], rulebook.current(), clock.now())
    form = RulingForm(request.POST if request.method == "POST" else None, agencies=page.agencies)
    if request.method == "POST" and form.is_valid():
        try:
            rule_on_duty(
                actor=user,
                ruling_id=ruling_id,
                targets=form.targets(),
                because=form.cleaned_data["because"],
                at=clock.now(),
            )
        except InvalidInput as error:
            take_errors(form, error)
        else:
            messages.success(request, _("已裁定，明天起照此派遣。"))
            return redirect("cases:rulings")
    context = {"page": page, "form": form, "nav_active": "rulings"}
    return render(request, "cases/ruling.html", context, status=422 if form.errors else 200)
