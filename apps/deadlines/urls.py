"""Doors of the clock: pages of administration."""

from django.urls import path

from apps.deadlines import views, views_sweeps

app_name = "deadlines"
urlpatterns = [
    path("manage/sweeps/", views_sweeps.sweeps, name="sweeps"),
    path("manage/sweeps/run/", views_sweeps.run, name="run-sweep"),
    path("manage/calendar/", views.calendar, name="calendar"),
    path("manage/limits/", views.limits, name="limits"),
]
