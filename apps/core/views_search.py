"""The page behind the search box."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.core import search

MOST_CHARACTERS = 100


@login_required
def find(request: HttpRequest) -> HttpResponse:
    """Show what the words in ``q`` find among the things the signed-in user may see."""
    words = request.GET.get("q", "")[:MOST_CHARACTERS]
    return render(request, "core/search.html", {"search_words": words, "hits": search.search_for(request.user, words)})
