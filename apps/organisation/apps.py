"""Agencies, posts, staffing and role grants."""

from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    """Who works where, and who may do what."""

    name = "apps.organisation"

    def ready(self) -> None:
        """Announce the catalogue of posts; hear of new and renamed units."""
        from apps.core.catalogues import register_loader  # reason: models are not ready at import time
        from apps.organisation.catalogue import load_posts  # reason: likewise

        from apps.grid.announcements import on_units_created, on_units_renamed  # reason: likewise
        from apps.organisation.services import create_centres, rename_centres  # reason: likewise

        register_loader("posts", load_posts)
        on_units_created.register(create_centres)
        on_units_renamed.register(rename_centres)
