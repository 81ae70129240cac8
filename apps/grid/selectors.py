"""Reading units and their boundaries."""

from apps.grid.models import Unit


def unit_count() -> int:
    """How many units there are in all trees, closed ones too."""
    return Unit.objects.count()
