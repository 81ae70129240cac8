"""The tree of units, their boundaries, the permissions held on them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GridConfig(AppConfig):
    """District, street, community, grid."""

    name = "apps.grid"
    verbose_name = _("层级单元")

    def ready(self) -> None:
        """Announce the map and the administration, the tabs of this room, and what the search box finds here."""
        from apps.core.navigation import register_item, register_place_name
        from apps.core.search import register_search
        from apps.grid.finding import find_units
        from apps.grid.manage_tabs import register_lines, register_tab
        from apps.grid.permissions import Permission
        from apps.grid.scopes import holds
        from apps.grid.selectors import only_district_name
        from apps.grid.storage import storage_overview

        register_item("map", _("地图"), "grid:map", lambda user: holds(user, Permission.UNIT_VIEW), 30)
        register_item(
            "manage",
            _("管理"),
            "grid:manage",
            lambda user: holds(user, Permission.BOUNDARY_EDIT, Permission.STAFF_MANAGE, Permission.SYSTEM_MANAGE),
            70,
        )
        register_tab("overview", _("概况"), "grid:overview", Permission.UNIT_VIEW, 10)
        register_tab("boundary", _("边界"), "grid:boundary", Permission.BOUNDARY_EDIT, 20)
        register_lines(storage_overview)
        register_search(find_units)
        register_place_name(only_district_name)
