"""Turns a refusal into the page or fragment a person should see."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.core.errors import DomainError


class DomainErrorMiddleware:
    """A ``DomainError`` that leaves a page view becomes an error page, or an error fragment for htmx."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Render the refusal; leave every other exception to Django."""
        if not isinstance(error, DomainError):
            return None
        template = "core/_error.html" if getattr(request, "htmx", False) else "core/error.html"
        return render(request, template, {"error": error, "status": error.status}, status=error.status)
