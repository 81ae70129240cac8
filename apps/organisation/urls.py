"""Addresses of the people and changes tabs of the unit administration."""

from django.urls import path

from apps.grid import converters
from apps.organisation import views, views_liaisons

__all__ = ["converters", "urlpatterns"]

app_name = "organisation"

urlpatterns = [
    path("manage/<unit:code>/people/", views.people, name="people"),
    path("manage/<unit:code>/people/grant/", views.grant, name="grant"),
    path("manage/<unit:code>/people/<int:grant_id>/end/", views.end, name="end-grant"),
    path("manage/<unit:code>/liaisons/", views_liaisons.liaisons, name="liaisons"),
    path("manage/<unit:code>/liaisons/<int:liaison_id>/end/", views_liaisons.end, name="end-liaison"),
    path("manage/<unit:code>/changes/", views.changes, name="changes"),
]
