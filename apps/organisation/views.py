"""The people and changes tabs of the unit administration."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.models import User
from apps.core import clock
from apps.core.errors import InvalidInput
from apps.core.form_errors import take_errors
from apps.grid.manage_tabs import tabs_for
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.selectors import tree_around, visible_unit
from apps.organisation import people as reading
from apps.organisation import services
from apps.organisation.forms import EndForm, GrantForm


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _frame(user: User, unit: Unit, tab: str) -> dict[str, Any]:
    return {
        "unit": unit,
        "tree": tree_around(user, unit),
        "tree_target": f"organisation:{tab}",
        "tabs": tabs_for(user, unit, tab),
        "nav_active": "manage",
    }


@login_required
@require_GET
@never_cache
def people(request: HttpRequest, code: str) -> HttpResponse:
    """Posts with their holders, posts that stand empty here and below, and the roles held on the unit."""
    user, on = _user(request), clock.today()
    unit = visible_unit(user, code, Permission.STAFF_MANAGE)
    empty, vacancies = reading.vacancies_below(unit, on)
    context = _frame(user, unit, "people") | {
        "posts": reading.posts_of(unit, on),
        "empty": empty,
        "vacancies": vacancies,
        "grants": reading.grants_of(unit, on),
        "today": on,
    }
    return render(request, "organisation/people.html", context)


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def grant(request: HttpRequest, code: str) -> HttpResponse:
    """The form that grants a role on the unit or on one of its agencies."""
    user, on = _user(request), clock.today()
    unit = visible_unit(user, code, Permission.STAFF_MANAGE)
    agencies = reading.agencies_to_staff(unit)
    form = GrantForm(unit, agencies, request.POST or None, initial={"valid_from": on})
    if request.method == "POST" and form.is_valid():
        try:
            granted = services.grant_on_unit(actor=user, unit=unit, at=clock.now(), **form.arguments())
        except InvalidInput as error:
            take_errors(form, error)
        else:
            messages.success(request, _("已授予 %(name)s。") % {"name": granted.user.name})
            return redirect("organisation:people", unit.code)
    context = {"unit": unit, "form": form, "people": reading.people_here(unit, on), "nav_active": "manage"}
    return render(request, "organisation/grant.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def end(request: HttpRequest, code: str, grant_id: int) -> HttpResponse:
    """The form that ends a role."""
    user = _user(request)
    unit = visible_unit(user, code, Permission.STAFF_MANAGE)
    held = services.grant_to_end(unit, grant_id)
    form = EndForm(request.POST or None, initial={"last_day": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            services.end_on_unit(actor=user, unit=unit, grant_id=grant_id, at=clock.now(), **form.cleaned_data)
        except InvalidInput as error:
            take_errors(form, error)
        else:
            messages.success(request, _("已结束 %(name)s 的角色。") % {"name": held.user.name})
            return redirect("organisation:people", unit.code)
    context = {"unit": unit, "form": form, "grant": held, "nav_active": "manage"}
    return render(request, "organisation/end_grant.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
@never_cache
def changes(request: HttpRequest, code: str) -> HttpResponse:
    """What happened to a unit: names, parents, boundaries, roles."""
    user = _user(request)
    unit = visible_unit(user, code)
    context = _frame(user, unit, "changes") | {"changes": reading.changes_of(user, unit)}
    return render(request, "organisation/changes.html", context)
