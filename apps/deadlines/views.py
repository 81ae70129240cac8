"""Who may see pages of administration."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from apps.core.errors import NotAllowed
from apps.grid.permissions import Permission
from apps.grid.scopes import holds

View = Callable[..., HttpResponse]


def for_administrators(view: View) -> View:
    """Let in whoever administers the system; 403 for every other signed-in person."""

    @wraps(view)
    @login_required
    def guarded(request: HttpRequest, **given: object) -> HttpResponse:
        if not holds(request.user, Permission.SYSTEM_MANAGE):
            raise NotAllowed
        return view(request, **given)

    return guarded
