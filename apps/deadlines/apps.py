"""The room of time limits: working calendar, policies, running limits, ladder. It knows no case."""

from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    """Upper rooms start and end limits here and hear of ladder steps through ``announcements``."""

    name = "apps.deadlines"

    def ready(self) -> None:
        """Announce the catalogue, where limits lie in the tree, the outbox consumer and the notices of ladder steps."""
        from django.db.models import Q

        from apps.core.catalogues import register_loader
        from apps.deadlines import announcements, catalogue, messages
        from apps.deadlines.models import Limit
        from apps.deadlines.overview import overview_lines
        from apps.grid.manage_tabs import register_lines
        from apps.grid.placed import register_placed

        register_loader("deadlines", catalogue.load)
        register_placed(Limit, open_rows=~Q(state="ended"))
        announcements.register(messages.send_notices)
        messages.register_looks()
        register_lines(overview_lines)
