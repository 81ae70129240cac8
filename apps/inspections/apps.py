"""The grid worker's day: logs, reports and verifications on the phone, and the review of logs."""

from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    """Registers what the rooms below call back."""

    name = "apps.inspections"

    def ready(self) -> None:
        """Make logs known as placed rows; announce the pages and what waits for people."""
        from apps.inspections import announcements  # reason: models are not ready at import time

        announcements.register()
