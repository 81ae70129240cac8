"""Doors of the clock: pages of administration."""

from django.urls import path

from apps.deadlines import calendar_views, views_sweeps
from apps.deadlines.rule_views import ladders, policies, presets, trying

app_name = "deadlines"
urlpatterns = [
    path("manage/sweeps/", views_sweeps.sweeps, name="sweeps"),
    path("manage/sweeps/run/", views_sweeps.run, name="run-sweep"),
    path("manage/calendar/", calendar_views.calendar, name="calendar"),
    path("manage/calendar/preview/", calendar_views.preview, name="calendar-preview-new"),
    path("manage/calendar/previews/<int:job_id>/", calendar_views.preview_job, name="calendar-preview"),
    path("manage/calendar/save/", calendar_views.save, name="calendar-save"),
    path("manage/calendar/changes/<int:change_id>/", calendar_views.change, name="calendar-change"),
    path("manage/calendar/changes/<int:change_id>/undo/", calendar_views.undo, name="calendar-undo"),
    path("manage/limits/", policies.policies, name="limits"),
    path("manage/limits/add/", policies.add_policy, name="policy-add"),
    path("manage/limits/<int:policy_id>/change/", policies.change_policy, name="policy-change"),
    path("manage/limits/<int:policy_id>/end/", policies.end_policy, name="policy-end"),
    path("manage/limits/ladders/", ladders.ladders, name="ladders"),
    path("manage/limits/ladders/add/", ladders.add_ladder, name="ladder-add"),
    path("manage/limits/ladders/<int:ladder_id>/change/", ladders.change_ladder, name="ladder-change"),
    path("manage/limits/ladders/<int:ladder_id>/end/", ladders.end_ladder, name="ladder-end"),
    path("manage/limits/presets/", presets.presets, name="presets"),
    path("manage/limits/presets/<slug:code>/", presets.choose_preset, name="preset-choose"),
    path("manage/limits/choices/<int:choice_id>/end/", presets.end_choice, name="choice-end"),
    path("manage/limits/changes/", trying.rule_changes, name="rule-changes"),
    path("manage/limits/simulate/", trying.simulate, name="simulate"),
]
