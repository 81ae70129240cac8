"""Agencies, posts, staffing and role grants."""

from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    """Who works where, and who may do what."""

    name = "apps.organisation"

    def ready(self) -> None:
        """Announce the catalogue of posts; hear of new and renamed units."""
        from apps.accounts.grants import register_grants
        from apps.core.catalogues import register_loader  # reason: models are not ready at import time
        from apps.core.jobs import register_overseer
        from apps.core.navigation import register_identity
        from apps.grid.announcements import on_units_created, on_units_renamed  # reason: likewise
        from apps.grid.permissions import Permission
        from apps.grid.scopes import holds
        from apps.organisation.catalogue import load_posts  # reason: likewise
        from apps.organisation.selectors import roles_today, works_for
        from apps.organisation.services import create_centres, rename_centres  # reason: likewise

        register_grants(roles_today)
        register_identity(works_for)
        register_overseer(lambda user: holds(user, Permission.SYSTEM_MANAGE))
        register_loader("posts", load_posts)
        on_units_created.register(create_centres)
        on_units_renamed.register(rename_centres)
