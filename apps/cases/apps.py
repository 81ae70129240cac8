"""Categories, cases, the closed loop and the dispatch centre."""

from django.apps import AppConfig
from django.db.models import Q


class CasesConfig(AppConfig):
    """Registers what the rooms below call back."""

    name = "apps.cases"

    def ready(self) -> None:
        """Announce the category catalogue and make cases known as placed rows."""
        from apps.cases.catalogue import load_categories
        from apps.cases.models import Case
        from apps.core.catalogues import register_loader
        from apps.grid.placed import register_placed

        register_loader("categories", load_categories)
        register_placed(Case, open_rows=Q(open=True))
