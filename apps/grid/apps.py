"""The tree of units, their boundaries, the permissions held on them."""

from django.apps import AppConfig


class GridConfig(AppConfig):
    """District, street, community, grid."""

    name = "apps.grid"

    def ready(self) -> None:
        """Tell the sign-in page whose installation this is."""
        from apps.core import navigation
        from apps.grid.selectors import only_district_name  # models are ready only now

        navigation.register_place_name(only_district_name)
