"""Doors of the clock: pages of administration."""

from django.urls import path

from apps.deadlines import rule_views, views, views_sweeps

app_name = "deadlines"
urlpatterns = [
    path("manage/sweeps/", views_sweeps.sweeps, name="sweeps"),
    path("manage/sweeps/run/", views_sweeps.run, name="run-sweep"),
    path("manage/calendar/", views.calendar, name="calendar"),
    path("manage/limits/", rule_views.policies, name="limits"),
    path("manage/limits/add/", rule_views.add_policy, name="policy-add"),
    path("manage/limits/<int:policy_id>/change/", rule_views.change_policy, name="policy-change"),
    path("manage/limits/<int:policy_id>/end/", rule_views.end_policy, name="policy-end"),
    path("manage/limits/ladders/", rule_views.ladders, name="ladders"),
    path("manage/limits/ladders/add/", rule_views.add_ladder, name="ladder-add"),
    path("manage/limits/ladders/<int:ladder_id>/change/", rule_views.change_ladder, name="ladder-change"),
    path("manage/limits/ladders/<int:ladder_id>/end/", rule_views.end_ladder, name="ladder-end"),
    path("manage/limits/presets/", rule_views.presets, name="presets"),
    path("manage/limits/presets/<slug:code>/", rule_views.choose_preset, name="preset-choose"),
    path("manage/limits/choices/<int:choice_id>/end/", rule_views.end_choice, name="choice-end"),
    path("manage/limits/changes/", rule_views.rule_changes, name="rule-changes"),
    path("manage/limits/simulate/", rule_views.simulate, name="simulate"),
]
