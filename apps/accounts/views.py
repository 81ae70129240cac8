"""Signing in and out, the language, one's own account."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts import services
from apps.accounts.demo import demo_accounts, demo_user
from apps.accounts.errors import TooManyAttempts
from apps.accounts.grants import grants_of
from apps.accounts.models import User
from apps.core.navigation import start_page_of

SIGN_IN_BACKEND = "django.contrib.auth.backends.ModelBackend"


class SignIn(LoginView):
    """One form; in demo mode the accounts as buttons that say what each person does."""

    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Sign in by form, or as a demonstration account where the demo is on."""
        user = demo_user(request.POST["demo"]) if "demo" in request.POST else None
        if user is not None:
            login(request, user, backend=SIGN_IN_BACKEND)
            return _with_language(redirect(self.get_success_url()), request, user)
        return super().post(request, *args, **kwargs)

    def get_default_redirect_url(self) -> str:
        """Home, or the page on which this person's work begins."""
        return start_page_of(self.request.user) or super().get_default_redirect_url()

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in and show the pages in the person's language."""
        response = super().form_valid(form)
        return _with_language(response, self.request, form.get_user())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The demonstration accounts beside the form."""
        accounts = demo_accounts()
        return super().get_context_data(
            demo_accounts=accounts, demo_password=settings.DEMO_PASSWORD if accounts else "", **kwargs
        )


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """The answer after too many wrong passwords: the form, or a problem document for programs (django-axes)."""
    if request.path.startswith("/api/"):
        error = TooManyAttempts()
        body = {"type": f"/api/problems/{error.code}", "title": error.code, "status": 429, "detail": str(error.message)}
        return JsonResponse(body, status=429, content_type="application/problem+json")
    view = SignIn()
    view.setup(request)
    form = view.get_form()
    form.full_clean()
    form.errors.clear()
    form.add_error(None, _("密码多次有误，请 15 分钟后再试。"))
    return render(request, SignIn.template_name, view.get_context_data(form=form), status=429)


def _with_language(response: HttpResponse, request: HttpRequest, user: User) -> HttpResponse:
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, samesite="Lax")
    return response


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language and go back to where the person was."""
    actor = request.user if isinstance(request.user, User) else None
    chosen = services.choose_language(actor=actor, language=request.POST.get("language", ""))
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = redirect(target)
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 24 * 3600, samesite="Lax")
    return response


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """One's own account: name, roles, language, password. Demonstration accounts keep their password."""
    user: Any = request.user
    form = None if user.is_demo else PasswordChangeForm(user, request.POST or None)
    if request.method == "POST" and form is not None and form.is_valid():
        update_session_auth_hash(request, form.save())
        messages.success(request, _("密码已修改。"))
        return redirect("accounts:account")
    return render(request, "accounts/account.html", {"form": form, "grants": grants_of(user)})
