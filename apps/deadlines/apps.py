"""The room of time limits: working calendar, policies, running limits, ladder. It knows no case."""

from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    """Upper rooms start and end limits here and hear of ladder steps through ``announcements``."""

    name = "apps.deadlines"

    def ready(self) -> None:
        """Announce the catalogue, where limits lie in the tree, the outbox consumer and the notices of ladder steps."""
        from datetime import timedelta

        from django.conf import settings
        from django.db.models import Q

        import apps.deadlines.tasks  # noqa: F401 - reason: registers the job; models are not ready at import time
        from apps.core import standstills
        from apps.core.catalogues import register_loader
        from apps.core.health import number, register_figure
        from apps.deadlines import announcements, catalogue, messages, runs
        from apps.deadlines.models import Limit
        from apps.deadlines.overview import overview_lines
        from apps.grid.manage_tabs import register_lines
        from apps.grid.placed import register_placed

        register_loader("deadlines", catalogue.load)
        register_placed(Limit, open_rows=~Q(state="ended"))
        announcements.register(messages.send_notices)
        messages.register_looks()
        register_lines(overview_lines)
        standstills.watch(runs.TASK, after=timedelta(seconds=settings.SWEEP_ALARM_SECONDS), url_name="deadlines:sweeps")
        register_figure(
            "gridgov_sweep_lag_seconds",
            "Seconds that the oldest due ladder step has waited",
            number(
                "SELECT extract(epoch FROM now() - min(next_step_at)) FROM deadlines_limit WHERE next_step_at <= now()"
            ),
        )
