"""Addresses of the map and of the unit administration."""

from django.urls import path, register_converter

from apps.grid import views


class UnitCode:
    """A unit's code in an address: digits only, so that words stay free for other pages."""

    regex = r"\d{6,15}"

    def to_python(self, value: str) -> str:
        """The code itself."""
        return value

    def to_url(self, value: str) -> str:
        """The code itself."""
        return value


register_converter(UnitCode, "unit")
app_name = "grid"

urlpatterns = [
    path("map/", views.map_home, name="map"),
    path("map/<unit:code>/", views.map_page, name="unit"),
    path("map/<unit:code>/siblings/", views.siblings, name="siblings"),
    path("manage/", views.manage_home, name="manage"),
    path("manage/<unit:code>/", views.overview, name="overview"),
    path("manage/<unit:code>/boundary/", views.boundary, name="boundary"),
]
