"""Persons, households and dwellings of the grids: the residents' ledger."""

from django.apps import AppConfig
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ResidentsConfig(AppConfig):
    """Registers what the rooms below call back."""

    name = "apps.residents"

    def ready(self) -> None:
        """Make dwellings known as placed rows; announce the ledger in the top bar and in the search box."""
        from apps.core.navigation import register_item
        from apps.core.search import register_search
        from apps.grid.permissions import Permission
        from apps.grid.placed import register_placed
        from apps.grid.scopes import holds
        from apps.residents.announcements import find_residents
        from apps.residents.models import Dwelling, ResidentEvent

        register_placed(Dwelling, open_rows=Q())
        register_placed(ResidentEvent, open_rows=Q(pk__in=[]))
        register_search(find_residents)
        register_item("ledgers", _("台账"), "residents:list", lambda user: holds(user, Permission.RESIDENT_VIEW), 40)
