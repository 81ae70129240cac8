"""The tab of the liaisons of departments with communities."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.models import User
from apps.core import clock
from apps.core.errors import InvalidInput
from apps.core.form_errors import take_errors
from apps.grid.manage_tabs import tabs_for
from apps.grid.permissions import Permission
from apps.grid.selectors import tree_around, visible_unit
from apps.organisation.forms import LiaisonForm
from apps.organisation.selectors import liaison_candidates, liaisons_below
from apps.organisation.services_liaisons import end_liaison, name_liaison


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def liaisons(request: HttpRequest, code: str) -> HttpResponse:
    """The liaisons with a unit's communities; at a community the form that names one."""
    user, on = cast(User, request.user), clock.today()
    unit = visible_unit(user, code, Permission.STAFF_MANAGE)
    form = None
    if unit.kind == "community" or request.method == "POST":
        data = request.POST if request.method == "POST" else None
        form = LiaisonForm(liaison_candidates(unit, on), data, initial={"valid_from": on})
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            named = name_liaison(actor=user, unit=unit, at=clock.now(), **form.arguments())
        except InvalidInput as error:
            take_errors(form, error)
        else:
            messages.success(request, _("已设 %(name)s 为联络员。") % {"name": named.user.name})
            return redirect("organisation:liaisons", unit.code)
    context = {
        "unit": unit,
        "tree": tree_around(user, unit),
        "tree_target": "organisation:liaisons",
        "tabs": tabs_for(user, unit, "liaisons"),
        "nav_active": "manage",
        "liaisons": liaisons_below(unit, on),
        "form": form,
        "today": on,
    }
    return render(request, "organisation/liaisons.html", context, status=422 if form and form.errors else 200)


@login_required
@require_POST
def end(request: HttpRequest, code: str, liaison_id: int) -> HttpResponse:
    """End a liaison."""
    user = cast(User, request.user)
    unit = visible_unit(user, code, Permission.STAFF_MANAGE)
    ended = end_liaison(actor=user, unit=unit, liaison_id=liaison_id, at=clock.now())
    messages.success(request, _("%(name)s 不再是联络员。") % {"name": ended.user.name})
    return redirect("organisation:liaisons", unit.code)
