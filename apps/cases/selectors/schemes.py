"""Which scheme of components and events a district goes by."""

from datetime import date

from django.db.models import Count

from apps.cases.choices import DEFAULT_SCHEME, CodeScheme
from apps.cases.models import Category, SchemeChoice
from apps.grid.models import Unit


def scheme_at(unit: Unit, *, on: date) -> CodeScheme:
    """The scheme of the district that a unit lies in. One query."""
    chosen = SchemeChoice.objects.in_force(on).filter(unit__tree_id=unit.tree_id)
    return CodeScheme(chosen.values_list("scheme", flat=True).first() or DEFAULT_SCHEME)


def is_used(category: Category, district_id: int, *, on: date) -> bool:
    """Whether a district goes by the category's scheme. One query, none for a scheme that holds everywhere."""
    if category.scheme not in CodeScheme.values:
        return True
    chosen = SchemeChoice.objects.in_force(on).filter(unit=district_id)
    return category.scheme == (chosen.values_list("scheme", flat=True).first() or DEFAULT_SCHEME)


def scheme_history(unit: Unit) -> list[SchemeChoice]:
    """The choices of a district, the newest first."""
    return list(SchemeChoice.objects.filter(unit=unit).select_related("chosen_by"))


def schemes_loaded() -> dict[str, int]:
    """How many leaves of each scheme are in use."""
    counted = Category.objects.leaves().filter(scheme__in=CodeScheme.values).order_by()
    return dict(counted.values_list("scheme").annotate(number=Count("pk")))
