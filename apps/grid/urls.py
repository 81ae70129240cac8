"""Addresses of the map and of the unit administration."""

from django.urls import path

from apps.grid import converters, views, views_storage

__all__ = ["converters", "urlpatterns"]

app_name = "grid"

urlpatterns = [
    path("map/", views.map_home, name="map"),
    path("map/<unit:code>/", views.map_page, name="unit"),
    path("map/<unit:code>/siblings/", views.siblings, name="siblings"),
    path("manage/", views.manage_home, name="manage"),
    path("manage/storage/", views_storage.storage, name="storage"),
    path("manage/<unit:code>/", views.overview, name="overview"),
    path("manage/<unit:code>/boundary/", views.boundary, name="boundary"),
]
