"""The routing rules as they hold: for a case at a desk, and whom they mean."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.cases.models import Category, RoutingRule
from apps.cases.routing import By, Matter, matching, split
from apps.core.errors import NotVisible
from apps.grid.models import Unit
from apps.grid.placed import PATH_COLUMNS
from apps.organisation.models import Agency, AgencyKind
from apps.organisation.selectors import centre_of, dispatch_targets

if TYPE_CHECKING:
    from django.db.models import QuerySet


def in_force(on: date) -> "QuerySet[RoutingRule]":
    """The rules that hold on a day."""
    rules = RoutingRule.objects.filter(withdrawn=False, effective_from__lte=on)
    return rules.filter(Q(effective_to__isnull=True) | Q(effective_to__gte=on))


def rules_for(category: Category, desk: Unit, place: Mapping[str, int | None], *, on: date) -> list[RoutingRule]:
    """The rules that speak of a case of the category at ``place`` on the desk of a unit, the most specific first. One
    query."""
    units = units_of(place)
    found = rules_about(category, on=on).filter(Q(unit=None) | Q(unit__in=units), level__in=["", desk.kind])
    rules = list(found.select_related("category", "unit"))
    return matching(rules, Matter(path_in(rules, category), category.kind, desk.kind, units))


def rules_about(category: Category, *, on: date) -> "QuerySet[RoutingRule]":
    """The rules that hold on a day for a category or one above it, or for all."""
    condition = Q(category=category.pk) | Q(category=None, kind__in=["", category.kind])
    if category.parent_id is not None:  # type: ignore[attr-defined]
        above = Category.objects.filter(children=category.parent_id).values("pk")  # type: ignore[attr-defined]
        condition |= Q(category=category.parent_id) | Q(category__in=above)  # type: ignore[attr-defined]
    return in_force(on).filter(condition)


def path_in(rules: Iterable[RoutingRule], category: Category) -> tuple[int, ...]:
    """The category and those above it as far as rules about it name them, so that the tree need not be read."""
    own: tuple[int | None, ...] = (category.pk, category.parent_id)  # type: ignore[attr-defined]
    named: set[int | None] = {rule.category_id for rule in rules}  # type: ignore[attr-defined]
    return tuple(pk for pk in (*own, *(named - {*own, None})) if pk is not None)


def duties_of(categories: Sequence[Category], *, on: date) -> dict[int, str]:
    """The line of duty that answers for each category wherever no agency is named; one query beside the tree's."""
    rules = list(in_force(on).filter(unit=None, lead__startswith=f"{By.DUTY}:"))
    parents = dict(Category.objects.values_list("pk", "parent"))
    duties = {}
    for category in categories:
        matter = Matter(path_above(category.pk, parents), category.kind, "", ())
        chosen = next(iter(matching(rules, matter)), None)
        if chosen is not None:
            duties[category.pk] = split(chosen.lead)[1]
    return duties


def path_above(category: int, parents: Mapping[int, int | None]) -> tuple[int, ...]:
    """A category and those above it, by the parent of each."""
    path: list[int] = []
    here: int | None = category
    while here is not None:
        path.append(here)
        here = parents[here]
    return tuple(path)


def units_of(place: Mapping[str, int | None]) -> tuple[int, ...]:
    """The units of a path, the lowest first."""
    return tuple(unit for column in reversed(PATH_COLUMNS) if (unit := place[column]))


def agencies_meant(targets: Collection[str], place: Mapping[str, int | None] | None = None) -> Q:
    """The condition on agencies that any of the references may mean; ``place`` bounds the centres where it is known."""
    names: dict[By, list[str]] = {by: [] for by in By}
    for target in targets:
        by, name = split(target)
        names[by].append(name)
    condition = Q(pk__in=[])
    if names[By.AGENCY]:
        condition |= Q(code__in=names[By.AGENCY])
    if names[By.DUTY]:
        condition |= Q(duties__overlap=names[By.DUTY])
    for level in names[By.CENTRE]:
        unit_id = place.get(f"{level}_id") if place is not None else None
        centres = Q(kind=AgencyKind.CENTRE, unit__kind=level)
        condition |= centres & Q(unit_id=unit_id) if unit_id else centres
    return condition


def rule_of(rule_id: int) -> RoutingRule:
    """One rule with what it is for. Raises ``NotVisible``."""
    rule = RoutingRule.objects.select_related("category", "unit__parent__parent").filter(pk=rule_id).first()
    if rule is None:
        raise NotVisible
    return rule


def targets_at(unit: Unit) -> list[Agency]:
    """The agencies that the desk of a unit may give cases to, as a rule can name them."""
    return list(dispatch_targets(centre_of(unit)).order_by("kind", "id"))
