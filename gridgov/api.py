"""REST API v1: each room contributes its own ``api.urlpatterns``."""

from importlib import import_module

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

ROOMS = (
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

v1 = [pattern for room in ROOMS for pattern in import_module(f"apps.{room}.api").urlpatterns]

urlpatterns = [
    path("v1/", include((v1, "api"))),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
]
