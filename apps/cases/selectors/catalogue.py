"""Reading categories, and whom a desk may give a case of one."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from django.db.models import F, Q

from apps.cases.models import Category
from apps.cases.routing import Matter, decided, matching, targets_of
from apps.cases.selectors.routing import agencies_meant, path_in, rules_about, units_of
from apps.core.errors import InvalidInput, NotVisible
from apps.core.keyset import KeysetPage, keyset_page
from apps.deadlines.categories import CategoryOption
from apps.grid.models import Unit
from apps.grid.placed import PATH_RELATED as UNIT_PATH
from apps.grid.placed import place_at
from apps.organisation.models import Agency, AgencyKind
from apps.organisation.selectors import centre_of, dispatch_targets

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from apps.cases.models import CategoryQuerySet
    from apps.grid.scopes import Person

Row = TypeVar("Row")
PATH_RELATED = ("parent", "parent__parent")


def category_by_key(key: str) -> Category:
    """The active category of that key, leaf or branch. Raises ``InvalidInput`` naming ``category``."""
    try:
        return Category.objects.get(key=key, active=True)
    except Category.DoesNotExist as error:
        raise InvalidInput(fields={"category": [key]}) from error


def unit_by_code(code: str, *, user: "Person | None" = None) -> Unit:
    """The unit of that code. Raises ``InvalidInput`` naming ``unit``. With ``user`` the units above are loaded with it
    and it raises ``NotVisible`` out of scope."""
    units = Unit.objects.visible_to(user).select_related(*UNIT_PATH) if user is not None else Unit.objects.all()
    try:
        return units.get(code=code)
    except Unit.DoesNotExist as error:
        raise (InvalidInput(fields={"unit": [code]}) if user is None else NotVisible) from error


def agency_by_code(code: str, *, field: str = "holder") -> Agency:
    """The agency of that code. Raises ``InvalidInput`` naming ``field``."""
    try:
        return Agency.objects.get(code=code)
    except Agency.DoesNotExist as error:
        raise InvalidInput(fields={field: [code]}) from error


class Known:
    """Units, categories and agencies by the names that addresses use, read one by one."""

    def unit(self, code: str) -> Unit:
        """Raises ``InvalidInput`` naming ``unit``."""
        return unit_by_code(code)

    def category(self, key: str) -> Category:
        """Raises ``InvalidInput`` naming ``category``."""
        return category_by_key(key)

    def agency(self, code: str) -> Agency:
        """Raises ``InvalidInput`` naming ``holder``."""
        return agency_by_code(code)


class KnownTogether(Known):
    """The same for many addresses at once: one query for each kind that is asked for at all."""

    def __init__(self, units: set[str], categories: set[str], agencies: set[str]) -> None:
        self.units = {one.code: one for one in Unit.objects.filter(code__in=units)} if units else {}
        found = Category.objects.filter(key__in=categories, active=True) if categories else ()
        self.categories = {one.key: one for one in found}
        self.agencies = {one.code: one for one in Agency.objects.filter(code__in=agencies)} if agencies else {}

    def unit(self, code: str) -> Unit:
        """Raises ``InvalidInput`` naming ``unit``."""
        return _found(self.units, "unit", code)

    def category(self, key: str) -> Category:
        """Raises ``InvalidInput`` naming ``category``."""
        return _found(self.categories, "category", key)

    def agency(self, code: str) -> Agency:
        """Raises ``InvalidInput`` naming ``holder``."""
        return _found(self.agencies, "holder", code)


def _found(rows: dict[str, Row], name: str, key: str) -> Row:
    try:
        return rows[key]
    except KeyError as error:
        raise InvalidInput(fields={name: [key]}) from error


def category_page(
    *, offered: "CategoryQuerySet", kind: str = "", words: str = "", cursor: str | None = None, size: int
) -> KeysetPage[Category]:
    """The leaves among those ``offered``, by key, with the names of their branches loaded."""
    leaves = offered.leaves().select_related(*PATH_RELATED)
    if kind:
        leaves = leaves.filter(kind=kind)
    for word in words.split():
        leaves = leaves.filter(
            Q(name__icontains=word)
            | Q(name_en__icontains=word)
            | Q(code__startswith=word)
            | Q(parent__name__icontains=word)
            | Q(parent__parent__name__icontains=word)
        )
    return keyset_page(leaves, ["key"], cursor, size)


def categories_offered(user: "Person", *, on: date) -> "CategoryQuerySet":
    """The categories of the schemes that the districts of the user's scope go by."""
    return Category.objects.offered_to(user, on)


def search_options(words: str, most: int) -> list[CategoryOption]:
    """Leaves as the rooms below choose them: by key, all of them for no words."""
    page = category_page(offered=Category.objects.all(), words=words, cursor=None, size=most)
    return [CategoryOption(leaf.key, leaf.label, leaf.urgency) for leaf in page.rows]


def find_options(keys: Iterable[str]) -> dict[str, CategoryOption]:
    """Those of the keys that are categories, leaves and branches."""
    found = Category.objects.filter(key__in=list(keys))
    return {one.key: CategoryOption(one.key, one.label, one.urgency) for one in found}


def path_of(category: Category) -> list[Category]:
    """The branches above a category and itself, the root first."""
    path = [category]
    while path[0].parent is not None:
        path.insert(0, path[0].parent)
    return path


def agencies_for(user: "Person", *, on: date, unit: str = "", category: Category | None = None) -> "QuerySet[Agency]":
    """The agencies ``user`` can see; with ``unit`` (a code) those its centre may give a case to; with ``category``
    those to whom the routing rules of the day ``on`` give it at their desk, a fallback where there is nobody else."""
    agencies = Agency.objects.visible_to(user).filter(is_active=True).select_related("unit__parent")
    place = None
    if unit:
        place = Unit.objects.visible_to(user).select_related(*UNIT_PATH).filter(code=unit).first()
        if place is None:
            return agencies.none()
        agencies = agencies.filter(pk__in=dispatch_targets(centre_of(place)).values("pk"))
    if category is not None:
        agencies = agencies.filter(pk__in=_routed(agencies, category, place, on))
    return agencies.annotate(tree_key=F("unit__lft")).order_by("unit__tree_id", "tree_key", "kind", "id")


def _routed(agencies: "QuerySet[Agency]", category: Category, unit: Unit | None, on: date) -> list[int]:
    """Those whom the rules name, each at the desk that gives it cases; at the desk of ``unit`` where one is asked."""
    rules = list(rules_about(category, on=on))
    path = path_in(rules, category)
    desks: dict[int, tuple[Unit, list[Agency]]] = {}
    for agency in agencies.filter(agencies_meant(targets_of(rules))):
        desk = _desk_of(agency)
        if desk is not None:
            desks.setdefault(desk.pk, (desk, []))[1].append(agency)
    named: list[int] = []
    for desk, candidates in desks.values():
        place = place_at(unit or desk)
        ordered = matching(rules, Matter(path, category.kind, desk.kind, units_of(place)))
        decision = decided(ordered, candidates, place)
        named += [agency.pk for agency in decision.agencies] if decision else []
    return named


def _desk_of(agency: Agency) -> Unit | None:
    """The unit whose centre gives cases to an agency: its own, for a centre the one above."""
    return agency.unit.parent if agency.kind == AgencyKind.CENTRE else agency.unit
