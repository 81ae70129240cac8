"""The map, and the overview and boundary tabs of the unit administration."""

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET

from apps.accounts.models import User
from apps.core.errors import NotAllowed
from apps.grid import selectors
from apps.grid.geometry import TOLERANCE
from apps.grid.manage_tabs import lines_for, tab_addresses, tabs_for
from apps.grid.models import BoundaryState
from apps.grid.overlays import overlays
from apps.grid.permissions import Permission
from apps.grid.scopes import holds


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@login_required
@require_GET
def map_home(request: HttpRequest) -> HttpResponse:
    """The map of the first unit of the user's scope."""
    unit = selectors.first_unit(_user(request))
    if unit is None:
        raise NotAllowed
    return redirect("grid:unit", unit.code)


@login_required
@require_GET
@never_cache
def map_page(request: HttpRequest, code: str) -> HttpResponse:
    """A unit's children as outlines with a list in step; one click is one level down."""
    user = _user(request)
    unit = selectors.visible_unit(user, code)
    view = selectors.map_view(user, unit)
    context = {"unit": unit, "view": view, "overlays": overlays(), "nav_active": "map"}
    return render(request, "grid/map.html", context)


@login_required
@require_GET
def siblings(request: HttpRequest, code: str) -> HttpResponse:
    """The menu of a breadcrumb: the units beside one, each leading to ``?to=`` or to the map."""
    user = _user(request)
    target = request.GET.get("to", "")
    units = selectors.siblings_of(user, selectors.visible_unit(user, code))
    context = {
        "units": units,
        "current": code,
        "href": request.GET.get("href", ""),
        "target": target if target in tab_addresses() else "grid:unit",
    }
    return render(request, "grid/_siblings.html", context)


@login_required
@require_GET
def manage_home(request: HttpRequest) -> HttpResponse:
    """The first unit that the user administers, else the first that he may see."""
    user = _user(request)
    if not holds(user, Permission.UNIT_VIEW):
        raise NotAllowed
    unit = selectors.first_unit(user, Permission.BOUNDARY_EDIT) or selectors.first_unit(user)
    return redirect("grid:overview", cast(Any, unit).code)


@login_required
@require_GET
@never_cache
def overview(request: HttpRequest, code: str) -> HttpResponse:
    """A unit at a glance: codes, area, households, load against its siblings, vacancies, its children."""
    user = _user(request)
    unit = selectors.visible_unit(user, code)
    context = {
        "unit": unit,
        "overview": selectors.unit_overview(unit),
        "lines": lines_for(user, unit),
        "children": selectors.child_lines(selectors.visible_children(user, unit)),
        "tree": selectors.tree_around(user, unit),
        "tree_target": "grid:overview",
        "tabs": tabs_for(user, unit, "overview"),
        "nav_active": "manage",
    }
    return render(request, "grid/overview.html", context)


@login_required
@require_GET
@never_cache
@ensure_csrf_cookie
def boundary(request: HttpRequest, code: str) -> HttpResponse:
    """The boundary editor; 403 for those who may see the unit but not draw it."""
    user = _user(request)
    unit = selectors.visible_unit(user, code, Permission.BOUNDARY_EDIT)
    history = selectors.boundary_history(unit)
    published = next((row for row in history if row.state == BoundaryState.PUBLISHED), None)
    context = {
        "unit": unit,
        "overview": selectors.unit_overview(unit),
        "history": history,
        "touched": selectors.rows_touched(unit),
        "editor": {
            "code": unit.code,
            "name": unit.name,
            "around": selectors.outlines_around(unit),
            "history": [selectors.boundary_feature(row) for row in history],
            "base": published.pk if published else 0,
            "tolerance": TOLERANCE,
            "parent": unit.parent.name if unit.parent else _("区"),
        },
        "tree": selectors.tree_around(user, unit),
        "tree_target": "grid:boundary",
        "tabs": tabs_for(user, unit, "boundary"),
        "nav_active": "manage",
    }
    return render(request, "grid/boundary.html", context)
