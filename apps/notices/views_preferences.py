"""One's own channels, addresses and hours."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.models import User
from apps.core import clock
from apps.core.errors import InvalidInput
from apps.notices import channels
from apps.notices.forms import PreferencesForm
from apps.notices.selectors_preferences import preferences_of
from apps.notices.services_preferences import save_preferences


@login_required
@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """By which channels, and when, the user's notices leave the inbox."""
    user = cast(User, request.user)
    form = PreferencesForm(
        request.POST if request.method == "POST" else None,
        preferences=preferences_of(user),
        offered=channels.configured(),
    )
    if form.is_bound and form.is_valid():
        try:
            save_preferences(user=user, chosen=form.chosen(), at=clock.now())
        except InvalidInput as error:
            for name, texts in error.fields.items():
                for text in texts:
                    form.add_error(name if name in form.fields else None, text)
        else:
            messages.success(request, _("通知方式已保存。"))
            return redirect("notices:preferences")
    return render(request, "notices/preferences.html", {"form": form}, status=422 if form.is_bound else 200)
