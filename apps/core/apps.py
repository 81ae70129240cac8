"""The room without domain nouns: clock, errors, audit, outbox, jobs, attachments, the page shell."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from apps.core import navigation


class CoreConfig(AppConfig):
    """Core is the lowest room; every other may import it."""

    name = "apps.core"

    def ready(self) -> None:
        """Home is the first entry of the top bar, for everybody; the timetable knows this room's tasks by name."""
        import apps.core.tasks  # noqa: F401 - reason: models are not ready at import time

        navigation.register_item("home", _("待办"), "home", lambda user: True, 10)
