"""What the catalogue's pages of ``/manage/`` show: the tree with its routes, and one category with its history."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.cases.choices import CodeScheme
from apps.cases.models import Category, CategoryVersion, RoutingRule
from apps.cases.models.categories import FIELDS
from apps.cases.routing_words import matters_text, target_names
from apps.cases.selectors.desks import Route, routes_at
from apps.cases.selectors.schemes import scheme_at
from apps.core.errors import NotVisible
from apps.grid.models import Unit

LABELS = {one.name: one.verbose_name for one in CategoryVersion._meta.fields if one.name in FIELDS}
SHOWS = ("all", "fallback", "nobody", "inactive")


@dataclass
class Branch:
    """A major category with its leaves in use, and how many of them go to a fallback or to nobody here."""

    category: Category
    leaves: int = 0
    fallback: int = 0
    nobody: int = 0


@dataclass(frozen=True)
class Tree:
    """The catalogue at the desk of a unit: its roots with their branches, the leaves asked for, and all counts."""

    desk: Unit
    scheme: CodeScheme
    roots: list[tuple[Category, list[Branch]]]
    lines: list[Route]
    counts: dict[str, int]
    branch: Category | None


def catalogue_tree(unit: Unit, *, on: date, branch: str = "", words: str = "", show: str = "all") -> Tree:
    """The tree with the leaves of a branch, those whose name or code holds ``words``, or those that go to a fallback,
    to nobody, or are not in use. Seven queries. Raises ``NotVisible`` for a branch that does not exist."""
    scheme = scheme_at(unit, on=on)
    categories = list(Category.objects.of_scheme(scheme).select_related("parent__parent"))
    leaves = [one for one in categories if one.is_leaf]
    at_desk = routes_at(unit, on=on, leaves=[leaf for leaf in leaves if leaf.active])
    branches = {one.pk: Branch(one) for one in categories if one.level == 2 and (one.active or _planned(one, leaves))}
    for route in at_desk.routes:
        line = branches.get(route.leaf.parent_id or 0)  # type: ignore[attr-defined]
        if line is not None:
            line.leaves += 1
            line.fallback += route.standing == "fallback"
            line.nobody += route.standing == "nobody"
    roots = [
        (root, [line for line in branches.values() if line.category.parent_id == root.pk])  # type: ignore[attr-defined]
        for root in categories
        if root.level == 1
    ]
    chosen = next((line.category for line in branches.values() if line.category.key == branch), None)
    if branch and chosen is None:
        raise NotVisible
    idle = [Route(leaf, None) for leaf in leaves if not leaf.active]
    lines = _asked([*at_desk.routes, *(idle if show in {"all", "inactive"} else [])], chosen, words, show)
    counts = {name: len(at_desk.of(name)) for name in ("fallback", "nobody")}
    counts |= {"all": len(at_desk.routes), "inactive": len(idle)}
    return Tree(at_desk.desk, scheme, roots, lines, counts, chosen)


def _planned(branch: Category, leaves: Iterable[Category]) -> bool:
    return any(leaf.parent_id == branch.pk for leaf in leaves)  # type: ignore[attr-defined]


def _asked(routes: list[Route], branch: Category | None, words: str, show: str) -> list[Route]:
    if branch is not None:
        routes = [route for route in routes if route.leaf.parent_id == branch.pk]  # type: ignore[attr-defined]
    for word in words.lower().split():
        routes = [
            route for route in routes if word in f"{route.leaf.code} {route.leaf.name} {route.leaf.name_en}".lower()
        ]
    if show == "inactive":
        return [route for route in routes if not route.leaf.active]
    if show in {"fallback", "nobody"}:
        return [route for route in routes if route.leaf.active and route.standing == show]
    return routes if branch is not None or words else []


@dataclass(frozen=True)
class RuleLine:
    """A rule in words: ``standing`` is ``now``, ``planned``, ``ended`` or ``withdrawn``."""

    rule: RoutingRule
    matters: str
    lead: str
    assisting: list[str]
    fallback: str
    standing: str

    @property
    def may_change(self) -> bool:
        """Whether it has neither ended nor been told when to."""
        return self.rule.ended_at is None and self.standing in {"now", "planned"}


def rule_lines(rules: Iterable[RoutingRule], *, on: date) -> list[RuleLine]:
    """Rules in words; two queries beside that of the rules."""
    listed = list(rules)
    named = target_names(target for rule in listed for target in (rule.lead, *rule.assisting, rule.fallback))
    return [
        RuleLine(
            rule=rule,
            matters=matters_text(rule),
            lead=named.get(rule.lead, ""),
            assisting=[named[target] for target in rule.assisting],
            fallback=named.get(rule.fallback, ""),
            standing=_standing(rule, on),
        )
        for rule in listed
    ]


def _standing(rule: RoutingRule, on: date) -> str:
    if rule.withdrawn:
        return "withdrawn"
    if rule.effective_from > on:
        return "planned"
    return "ended" if rule.effective_to is not None and rule.effective_to < on else "now"


@dataclass(frozen=True)
class VersionLine:
    """A version of a category in words: what it changed, as label, before and after."""

    version: CategoryVersion
    changes: list[tuple[str, str, str]]


@dataclass
class CategoryPage:
    """A category with what it does at a desk, its rules and those above it, and the history of both."""

    category: Category
    path: list[Category]
    route: Route | None
    children: list[Category]
    rules: list[RuleLine] = field(default_factory=list)
    above: list[RuleLine] = field(default_factory=list)
    past: list[RuleLine] = field(default_factory=list)
    versions: list[VersionLine] = field(default_factory=list)
    planned: CategoryVersion | None = None


def category_named(key: str) -> Category:
    """A category, in use or not, with its branches. Raises ``NotVisible``."""
    found = Category.objects.select_related("parent__parent").filter(key=key).first()
    if found is None:
        raise NotVisible
    return found


def category_page_of(unit: Unit, key: str, *, on: date) -> CategoryPage:
    """Everything the page of a category shows at a unit. Raises ``NotVisible``."""
    category = category_named(key)
    path = [one for one in (category.parent and category.parent.parent, category.parent) if one is not None]
    route = routes_at(unit, on=on, leaves=[category]).routes[0] if category.is_leaf and category.active else None
    page = CategoryPage(category, path, route, list(category.children.order_by("code")))
    about = Q(category__in=[category, *path]) | Q(category=None, kind__in=["", category.kind])
    rules = RoutingRule.objects.filter(about).select_related("category", "unit", "created_by", "ended_by")
    for line in rule_lines(rules.order_by("-category__level", "level", "unit__lft", "-effective_from"), on=on):
        own = line.rule.category_id == category.pk  # type: ignore[attr-defined]
        if line.standing in {"now", "planned"}:
            (page.rules if own else page.above).append(line)
        elif own:
            page.past.append(line)
    page.versions = _versions_of(category)
    page.planned = next(
        (
            line.version
            for line in page.versions
            if line.version.applied_at is None and line.version.withdrawn_at is None
        ),
        None,
    )
    return page


def _versions_of(category: Category) -> list[VersionLine]:
    """The versions, the newest first, each with what it changed from the one in force before it."""
    lines: list[VersionLine] = []
    before: CategoryVersion | None = None
    for version in category.versions.select_related("written_by", "withdrawn_by").order_by("effective_from", "id"):
        lines.append(VersionLine(version, list(_differences(before, version))))
        if version.withdrawn_at is None:
            before = version
    return lines[::-1]


def _differences(before: CategoryVersion | None, after: CategoryVersion) -> Iterator[tuple[str, str, str]]:
    for name in FIELDS:
        old = field_text(before, name) if before is not None else ""
        new = field_text(after, name)
        if old != new:
            yield str(LABELS[name]), old, new


def field_text(row: Any, name: str) -> str:
    """A field of a category as people read it."""
    value = getattr(row, name)
    if isinstance(value, bool):
        return yes_no(value)
    display = getattr(row, f"get_{name}_display", None)
    return str(display() if display is not None else value)


def yes_no(value: bool) -> str:
    """A word for it."""
    return str(_("是") if value else _("否"))


def general_rules(*, on: date) -> list[RuleLine]:
    """The rules for no single category that hold or are to come."""
    rules = RoutingRule.objects.filter(category=None, withdrawn=False).select_related("category", "unit")
    rules = rules.filter(Q(effective_to=None) | Q(effective_to__gte=on))
    return rule_lines(rules.order_by("kind", "level", "unit__lft", "effective_from"), on=on)


def categories_to_admit(unit: Unit, *, on: date) -> list[Category]:
    """The branches and leaves in use in the unit's district, each branch before its leaves."""
    found = Category.objects.of_scheme(scheme_at(unit, on=on)).filter(active=True, level__gte=2)
    rows = list(found.select_related("parent"))
    branches = {row.pk: [row] for row in rows if not row.is_leaf}
    for row in rows:
        if row.is_leaf and row.parent_id in branches:  # type: ignore[attr-defined]
            branches[row.parent_id].append(row)  # type: ignore[attr-defined]
    return [row for branch in branches.values() for row in branch]


def export_rows(unit: Unit, *, on: date) -> Iterator[list[Any]]:
    """Each leaf in use with its fields and whom the desk of the unit gives it to."""
    leaves = Category.objects.leaves().of_scheme(scheme_at(unit, on=on)).select_related("parent__parent")
    for route in routes_at(unit, on=on, leaves=leaves).routes:
        leaf, decision = route.leaf, route.decision
        yield [
            leaf.key,
            leaf.parent.parent.label if leaf.parent and leaf.parent.parent else "",
            leaf.parent.label if leaf.parent else "",
            leaf.name,
            leaf.name_en,
            leaf.get_urgency_display(),
            yes_no(leaf.on_the_spot),
            leaf.get_evidence_display(),
            yes_no(leaf.self_governed),
            yes_no(leaf.application),
            leaf.work_standard,
            route.agency.name if route.agency else "",
            "、".join(agency.name for agency in decision.assisting) if decision else "",
            yes_no(route.standing == "fallback"),
            matters_text(decision.rule) if decision else "",
        ]
