"""What a desk does with every category: to whom it goes by the rules, or to nobody, before there is such a case."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from apps.cases.models import Category, RoutingRule
from apps.cases.routing import Decision, Matter, decided, matching
from apps.cases.selectors.routing import in_force, path_above, units_of
from apps.cases.selectors.schemes import scheme_at
from apps.grid.models import Unit, UnitKind
from apps.grid.placed import place_at
from apps.organisation.models import Agency
from apps.organisation.selectors import centre_of, dispatch_targets

DESKS = (UnitKind.DISTRICT, UnitKind.STREET)
"""The levels whose desks have agencies to give cases to; a community's settles a case itself or passes it up."""


@dataclass(frozen=True)
class Route:
    """A leaf at a desk: the decision of the rules, ``None`` where they name nobody the desk can reach."""

    leaf: Category
    decision: Decision | None

    @property
    def agency(self) -> Agency | None:
        """Who gets it."""
        return self.decision.agencies[0] if self.decision else None

    @property
    def standing(self) -> str:
        """``clear``, ``fallback`` or ``nobody``."""
        if self.decision is None:
            return "nobody"
        return "fallback" if self.decision.fallback else "clear"


@dataclass(frozen=True)
class DeskRoutes:
    """Every leaf in use at one desk, by key."""

    desk: Unit
    routes: list[Route]

    def of(self, standing: str) -> list[Route]:
        """The leaves that stand so."""
        return [route for route in self.routes if route.standing == standing]


def desk_unit(unit: Unit) -> Unit:
    """The unit whose desk answers for a unit: its own, for a grid that of its community."""
    return unit.parent if unit.kind == UnitKind.GRID and unit.parent is not None else unit


def routes_at(unit: Unit, *, on: date, leaves: Iterable[Category] | None = None) -> DeskRoutes:
    """What the desk of a unit does with each leaf in use, or with those given. Six queries whatever their number.

    Rules for an area below the unit are left out: where the case lies is not known.
    """
    desk = desk_unit(unit)
    centre, place = centre_of(desk), place_at(desk)
    chosen = list(Category.objects.leaves().of_scheme(scheme_at(unit, on=on)) if leaves is None else leaves)
    parents = dict(Category.objects.values_list("pk", "parent"))
    by_category: dict[int | None, list[RoutingRule]] = defaultdict(list)
    for rule in in_force(on).filter(level__in=["", desk.kind]).select_related("category", "unit"):
        by_category[rule.category_id].append(rule)  # type: ignore[attr-defined]
    candidates = list(dispatch_targets(centre).order_by("id"))
    units = units_of(place)
    routes = []
    for leaf in chosen:
        path = path_above(leaf.pk, parents)
        about = [rule for category in (*path, None) for rule in by_category[category]]
        ordered = matching(about, Matter(path, leaf.kind, desk.kind, units))
        routes.append(Route(leaf, decided(ordered, candidates, place)))
    return DeskRoutes(desk, routes)
