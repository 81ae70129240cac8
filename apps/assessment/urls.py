"""Addresses of the leaders' pages."""

from django.urls import path

from apps.assessment import views

app_name = "assessment"

urlpatterns = [
    path("leaders/", views.leaders, name="leaders"),
    path("leaders/run/", views.run, name="run"),
    path("leaders/periods/<int:period_id>/<str:action>/", views.advance, name="advance"),
    path("leaders/scores/<int:score_id>/", views.score, name="score"),
    path("leaders/scores/<int:score_id>/<slug:indicator>/", views.number, name="number"),
]
