"""What makes the phone pages installable: service worker, manifest and the page shown without a network."""

import hashlib
import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

SHELL = (
    "vendor/tabler.min.css",
    "css/gridgov.css",
    "css/overlays.css",
    "css/components.css",
    "css/parts.css",
    "css/field.css",
    "css/field-app.css",
    "css/field-forms.css",
    "vendor/htmx.min.js",
    "js/theme.js",
    "js/shell.js",
    "js/dialogs.js",
    "js/keys.js",
    "js/field.js",
    "js/field-drafts.js",
    "js/field-form.js",
    "js/field-photos.js",
    "js/field-place.js",
    "js/outline.js",
    "vendor/leaflet.js",
    "vendor/leaflet.css",
    "img/favicon.svg",
)


@require_GET
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker's script; its list of files and their version are filled in here."""
    files = [*(static(name) for name in SHELL), reverse("javascript-catalog")]
    offline = reverse("field:offline")
    page = render(request, "inspections/field/offline.html").content
    version = hashlib.sha256(json.dumps(files).encode() + page).hexdigest()[:12]
    context = {"files": json.dumps([*files, offline]), "version": version, "offline": offline}
    response = render(request, "inspections/field/sw.js", context, content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = reverse("field:today")
    return response


@require_GET
def manifest(request: HttpRequest) -> JsonResponse:
    """How the pages look once installed."""
    start = reverse("field:today")
    icon = {"src": static("img/favicon.svg"), "sizes": "any", "type": "image/svg+xml"}
    body = {
        "id": start,
        "name": _("网格治理 · 现场"),
        "short_name": _("网格现场"),
        "start_url": start,
        "scope": start,
        "display": "standalone",
        "background_color": "#f5f7fa",
        "theme_color": "#1f5aa6",
        "icons": [icon | {"purpose": "any"}, icon | {"purpose": "maskable"}],
    }
    return JsonResponse(body, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """What to do without a network; holds nothing about anybody, so that the phone may keep it."""
    return render(request, "inspections/field/offline.html")
