"""The home page: what waits for me now, and nothing above it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.core import waiting


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show everything that waits for the signed-in user, in the order of its limits."""
    return render(request, "core/home.html", {"items": waiting.waiting_for(request.user)})
