"""How a form of the phone is answered: a page for browsers, JSON for the module that sends the photos."""

import uuid
from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from apps.accounts.models import User
from apps.core.errors import DomainError, NotAllowed
from apps.grid.permissions import Permission
from apps.grid.scopes import holds

View = Callable[..., HttpResponse]


def signed_in(request: HttpRequest) -> User:
    """The person behind a request that passed ``field_worker`` or ``login_required``."""
    return cast(User, request.user)


def field_worker(view: View) -> View:
    """Let those in who keep logs; raises ``NotAllowed`` for others."""

    @login_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not holds(request.user, Permission.LOG_FILE):
            raise NotAllowed
        return view(request, *args, **kwargs)

    guarded.__name__, guarded.__doc__ = view.__name__, view.__doc__
    return guarded


def wants_json(request: HttpRequest) -> bool:
    """Whether the phone's module sent the form."""
    return request.headers.get("Accept", "").startswith("application/json")


def take_refusal(form: forms.Form, error: DomainError) -> None:
    """Put a refusal beside the fields it names, or above the form."""
    placed = False
    for name, texts in error.fields.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)
            placed = True
    if not placed:
        form.add_error(None, str(error.message))


def done(request: HttpRequest, url: str) -> HttpResponse:
    """Go on to ``url``."""
    return JsonResponse({"url": url}, status=201) if wants_json(request) else redirect(url)


def refused(
    request: HttpRequest, template: str, context: dict[str, Any], form: forms.Form, status: int
) -> HttpResponse:
    """The form again with its errors; nothing that was filled in is lost."""
    if wants_json(request):
        errors = {name: [str(text) for text in texts] for name, texts in form.errors.items() if name != "__all__"}
        general = [str(text) for text in form.non_field_errors()]
        return JsonResponse({"errors": errors, "general": general}, status=status)
    return render(request, template, context | {"form": form}, status=422 if status == 400 else status)


def fresh_id() -> str:
    """An identifier for a form that the phone has not given one yet."""
    return str(uuid.uuid4())
