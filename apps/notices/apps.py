"""The room of notices: one inbox per person."""

from django.apps import AppConfig
from django.utils.translation import gettext_noop


class NoticesConfig(AppConfig):
    """Other rooms write notices through ``services.notify``."""

    name = "apps.notices"

    def ready(self) -> None:
        """Announce this room's own kind of notice and the figures of its deliveries."""
        from apps.core import health
        from apps.notices import figures, kinds
        from apps.notices.choices import Group

        kinds.register("system.test", icon="send", tone="info", label=gettext_noop("试发消息"), group=Group.SYSTEM)
        for name, text, read in figures.FIGURES:
            health.register_figure(name, text, read)
