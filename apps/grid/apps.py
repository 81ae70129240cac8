"""The tree of units, their boundaries, the permissions held on them."""

from django.apps import AppConfig


class GridConfig(AppConfig):
    """District, street, community, grid."""

    name = "apps.grid"
