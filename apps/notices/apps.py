"""The room of notices: one inbox per person, and announcements to many."""

from django.apps import AppConfig
from django.utils.translation import gettext_noop


class NoticesConfig(AppConfig):
    """Other rooms write notices through ``services.notify``."""

    name = "apps.notices"

    def ready(self) -> None:
        """Announce this room's own kinds of notices, the figures of its deliveries, and what announcements tell; hear
        of standstills and of background jobs that end.
        """
        import apps.notices.tasks  # noqa: F401 - reason: names its task of the timetable
        from apps.core import health, job_runs, standstills
        from apps.grid.manage_tabs import register_lines
        from apps.notices import figures, kinds, watching
        from apps.notices.announcements import shell  # reason: models are not ready at import time
        from apps.notices.choices import Group
        from apps.notices.overview import overview_lines

        kinds.register(kinds.TEST_KIND, icon="send", tone="info", label=gettext_noop("试发消息"), group=Group.SYSTEM)
        register_lines(overview_lines)
        for name, text, read in figures.FIGURES:
            health.register_figure(name, text, read)
        shell.register()
        watching.register_looks()
        standstills.register_listener(watching.tell_of_standstill)
        job_runs.register_listener(watching.tell_of_job)
