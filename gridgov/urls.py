"""Every door of the product."""

from django.urls import include, path
from django.views.i18n import JavaScriptCatalog

from apps.core import health

ROOMS = (
    "core",
    "accounts",
    "grid",
    "organisation",
    "notices",
    "deadlines",
    "residents",
    "cases",
    "inspections",
    "assessment",
)

urlpatterns = [
    path("healthz/", health.healthz, name="healthz"),
    path("metrics", health.metrics, name="metrics"),
    path("jsi18n/", JavaScriptCatalog.as_view(), name="javascript-catalog"),
    path("api/", include("gridgov.api")),
]
urlpatterns += [path("", include(f"apps.{room}.urls")) for room in ROOMS]

handler400 = "apps.core.problems.bad_request"
handler404 = "apps.core.problems.page_not_found"
handler500 = "apps.core.problems.server_error"
