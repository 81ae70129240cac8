"""Rows that lie somewhere in the tree carry their path, so that a scope is an equality (decision 2 of the house)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import scope_q

if TYPE_CHECKING:
    from apps.grid.scopes import Person

PATH_COLUMNS = ("district_id", "street_id", "community_id", "grid_id")


def _path_field(**options: Any) -> Any:
    return models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False, **options)


class PlacedQuerySet(models.QuerySet[Any]):
    """Rows with a path."""

    def visible_to(self, user: "Person", permission: Permission) -> Self:
        """The rows within the units on which ``user`` holds ``permission``."""
        return self.filter(scope_q(user, permission))

    def inside(self, unit: Unit) -> Self:
        """The rows in the subtree of ``unit``."""
        return self.filter(**{f"{unit.kind}_id": unit.pk})


class Placed(models.Model):
    """Mixed into every model whose rows lie in the tree. A room registers it with ``register_placed``."""

    district = _path_field()
    street = _path_field(null=True, blank=True)
    community = _path_field(null=True, blank=True)
    grid = _path_field(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def place(self) -> dict[str, int | None]:
        """The four path columns."""
        return {column: getattr(self, column) for column in PATH_COLUMNS}

    @property
    def unit_id(self) -> int:
        """The lowest unit of the path."""
        path: dict[str, int | None] = self.place
        return next(unit for column in reversed(PATH_COLUMNS) if (unit := path[column]))

    @property
    def unit(self) -> Unit:
        """The lowest unit of the path; select the path columns' units first where many rows are shown."""
        return self.grid or self.community or self.street or self.district  # type: ignore[no-any-return]


def path_constraint(table: str) -> models.CheckConstraint:
    """A path has no hole: a grid needs its community, a community its street."""
    return models.CheckConstraint(
        condition=(Q(grid__isnull=True) | Q(community__isnull=False))
        & (Q(community__isnull=True) | Q(street__isnull=False)),
        name=f"{table}_path_without_hole",
    )


def place_at(unit: Unit) -> dict[str, int | None]:
    """The path columns of a row that lies at ``unit``; one query unless the ancestors are loaded."""
    place: dict[str, int | None] = dict.fromkeys(PATH_COLUMNS)
    here: Unit | None = unit
    while here is not None:
        place[f"{here.kind}_id"] = here.pk
        here = here.parent
    return place


PATH_RELATED = ("parent", "parent__parent", "parent__parent__parent")


@dataclass(frozen=True)
class PlacedModel:
    """One registered model: which of its rows are open, and so follow a reorganisation of the tree."""

    model: type[Placed]
    open_rows: Q


_registry: dict[str, PlacedModel] = {}


def register_placed(model: type[Placed], *, open_rows: Q) -> None:
    """Make a model known to ``check_tree`` and to reorganisations; ``open_rows`` selects what is not history."""
    _registry[model._meta.label_lower] = PlacedModel(model, open_rows)


def placed_models() -> list[PlacedModel]:
    """Every registered model, by name."""
    return [_registry[label] for label in sorted(_registry)]
