"""Categories, cases, the closed loop and the dispatch centre."""

from django.apps import AppConfig
from django.db.models import Q


class CasesConfig(AppConfig):
    """Registers what the rooms below call back."""

    name = "apps.cases"

    def ready(self) -> None:
        """Make cases known as placed rows."""
        from apps.cases.models import Case
        from apps.grid.placed import register_placed

        register_placed(Case, open_rows=Q(open=True))
