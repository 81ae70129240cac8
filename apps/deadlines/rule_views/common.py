"""What the pages about rules share."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.models import User
from apps.core import clock
from apps.core.errors import DomainError
from apps.core.form_errors import take_errors
from apps.deadlines import presentation as clock_presentation
from apps.deadlines import rule_presentation as words
from apps.deadlines import rules
from apps.deadlines.services import rules as changing

form_page = require_http_methods(["GET", "POST"])


def person(request: HttpRequest) -> User:
    """Who is signed in; the views are behind ``for_administrators``."""
    return cast(User, request.user)


def posted(request: HttpRequest) -> Any:
    """What was entered, even nothing at all; ``None`` where the form is only asked for."""
    return request.POST if request.method == "POST" else None


def frame(active: str) -> dict[str, Any]:
    """What every page about rules shows around its content."""
    return {
        "nav_active": "manage",
        "tabs": clock_presentation.tabs("limits"),
        "parts": words.rule_tabs(active),
        "today": clock.today(),
    }


def matters_from(user: User, given: dict[str, Any], **more: str) -> changing.Matters:
    """What a rule is for, taken out of a valid form."""
    code = given.pop("unit")
    return changing.Matters(
        stage=given.pop("stage"),
        urgency=given.pop("urgency"),
        complexity=given.pop("complexity"),
        unit=rules.unit_to_choose(user, code) if code else None,
        **more,
    )


def answer(
    request: HttpRequest,
    form: forms.Form,
    act: Callable[[dict[str, Any]], None],
    *,
    done: str,
    back: str,
    title: str,
    **more: Any,
) -> HttpResponse:
    """The form, or where it was good its act and the way back."""
    if request.method == "POST" and form.is_valid():
        try:
            act(dict(form.cleaned_data))
        except DomainError as error:
            if error.status in (403, 404):
                raise
            take_errors(form, error)
        else:
            messages.success(request, done)
            return redirect(back)
    context = {"form": form, "title": title, "back": back, "submit": _("保存"), **more}
    template = "deadlines/ladder_form.html" if hasattr(form, "step_lines") else "deadlines/rule_form.html"
    return render(request, template, frame("") | context, status=422 if form.errors else 200)
