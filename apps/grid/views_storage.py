"""``/manage/storage/``: how much space the photos of each unit take up. For system administrators."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from apps.accounts.models import User
from apps.core.errors import NotAllowed
from apps.core.quotas import MEGABYTE, limits
from apps.grid.permissions import Permission
from apps.grid.scopes import holds
from apps.grid.storage import storage_lines


@login_required
@require_GET
@never_cache
def storage(request: HttpRequest) -> HttpResponse:
    """Photos and space by unit, beside the limits in force."""
    user = cast(User, request.user)
    if not holds(user, Permission.SYSTEM_MANAGE):
        raise NotAllowed
    lines = storage_lines(user)
    context = {
        "nav_active": "manage",
        "lines": lines,
        "limits": limits(),
        "most": limits().unit_mb * MEGABYTE,
        "photos": sum(line.photos for line in lines),
        "size": sum(line.size for line in lines),
    }
    return render(request, "grid/storage.html", context)
