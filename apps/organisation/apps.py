"""Agencies, posts, staffing and role grants."""

from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    """Who works where, and who may do what."""

    name = "apps.organisation"
