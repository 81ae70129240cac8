"""Doors of the clock: pages of administration."""

from django.urls import path

from apps.deadlines import views

app_name = "deadlines"
urlpatterns = [
    path("manage/sweeps/", views.sweeps, name="sweeps"),
    path("manage/calendar/", views.calendar, name="calendar"),
    path("manage/limits/", views.limits, name="limits"),
]
