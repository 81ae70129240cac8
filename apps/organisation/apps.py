"""Agencies, posts, staffing and role grants."""

from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    """Who works where, and who may do what."""

    name = "apps.organisation"

    def ready(self) -> None:
        """Announce the catalogue of posts."""
        from apps.core.catalogues import register_loader  # reason: models are not ready at import time
        from apps.organisation.catalogue import load_posts  # reason: likewise

        register_loader("posts", load_posts)
