"""Indicators, monthly scores and the leaders' pages; and the demo data, which needs every room below."""

from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    """Registers what the rooms below call back."""

    name = "apps.assessment"
