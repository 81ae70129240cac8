"""Agencies, posts, staffing and role grants."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganisationConfig(AppConfig):
    """Who works where, and who may do what."""

    name = "apps.organisation"

    def ready(self) -> None:
        """Announce the catalogue of posts; the tabs of this room; hear of new and renamed units."""
        import apps.organisation.tasks  # noqa: F401 - reason: names its task of the timetable
        from apps.accounts.grants import register_grants
        from apps.core.catalogues import register_loader  # reason: models are not ready at import time
        from apps.core.jobs import register_overseer
        from apps.core.navigation import register_identity
        from apps.grid.announcements import on_units_created, on_units_renamed  # reason: likewise
        from apps.grid.manage_tabs import register_lines, register_tab
        from apps.grid.permissions import Permission
        from apps.grid.scopes import holds
        from apps.organisation.catalogue import load_posts  # reason: likewise
        from apps.organisation.people import overview_lines
        from apps.organisation.services import create_centres, rename_centres  # reason: likewise
        from apps.organisation.today import roles_today, works_for

        register_grants(roles_today)
        register_identity(works_for)
        register_overseer(lambda user: holds(user, Permission.SYSTEM_MANAGE))
        register_loader("posts", load_posts)
        register_tab("people", _("人员"), "organisation:people", Permission.STAFF_MANAGE, 30)
        register_tab("liaisons", _("联络员"), "organisation:liaisons", Permission.STAFF_MANAGE, 35)
        register_tab("changes", _("变更"), "organisation:changes", Permission.UNIT_VIEW, 60)
        register_lines(overview_lines)
        on_units_created.register(create_centres)
        on_units_renamed.register(rename_centres)
