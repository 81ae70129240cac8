"""The room of notices: one inbox per person."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Other rooms write notices through ``services.notify``."""

    name = "apps.notices"
