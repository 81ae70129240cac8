"""Reading the rules: lists for the pages of administration, what a draft would change, and limits explained."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet

from apps.core.errors import NotVisible
from apps.core.keyset import KeysetPage, keyset_page
from apps.deadlines import choosing, drafts, rulebook
from apps.deadlines.categories import find_categories
from apps.deadlines.choices import Complexity, Level, Stage, Urgency
from apps.deadlines.choosing import Asked
from apps.deadlines.models import (
    DatedRule,
    Ladder,
    LadderRung,
    LimitPolicy,
    LimitPreset,
    PresetChoice,
    RuleChange,
)
from apps.deadlines.rulebook import Rulebook
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.placed import PATH_RELATED, place_at

if TYPE_CHECKING:
    from apps.grid.scopes import Person

WHENS = ("now", "planned", "ended", "all")


@dataclass(frozen=True, slots=True)
class Names:
    """What units and categories that rules speak of are called."""

    units: Mapping[int, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)


def names_in(rules: Iterable[Any]) -> Names:
    """The names of everything that rules speak of, in two queries at most."""
    rules = list(rules)
    units = {rule.unit_id for rule in rules if rule.unit_id is not None}
    found = find_categories(getattr(rule, "category_prefix", "") for rule in rules)
    return Names(
        units=dict(Unit.objects.filter(pk__in=units).values_list("pk", "name")) if units else {},
        categories={key: option.label for key, option in found.items()},
    )


def standing_of(rule: DatedRule, on: date) -> str:
    """``now``, ``planned``, ``ended`` or ``withdrawn``."""
    if not rule.active:
        return "withdrawn"
    if rule.effective_from > on:
        return "planned"
    return "ended" if rule.effective_to is not None and rule.effective_to < on else "now"


def policy_list(
    *, on: date, stage: str = "", preset: str = "", unit: Unit | None = None, when: str = "now"
) -> "QuerySet[LimitPolicy]":
    """Policies by stage, those of the base sets first; of ``unit`` those said of it or of a unit above it."""
    policies = LimitPolicy.objects.select_related("unit", "preset")
    if stage:
        policies = policies.filter(stage=stage)
    if preset:
        policies = policies.filter(preset__code=preset)
    if unit is not None:
        policies = policies.filter(unit__in=[pk for pk in place_at(unit).values() if pk])
    conditions = {
        "now": Q(active=True, effective_from__lte=on) & (Q(effective_to__isnull=True) | Q(effective_to__gte=on)),
        "planned": Q(active=True, effective_from__gt=on),
        "ended": Q(active=False) | Q(effective_to__lt=on),
    }
    policies = policies.filter(conditions.get(when, Q()))
    return policies.order_by("-preset__base", "preset_id", "stage", "id")


def policy_of(policy_id: int) -> LimitPolicy:
    """One policy. Raises ``NotVisible``."""
    policy = LimitPolicy.objects.select_related("unit", "preset").filter(pk=policy_id).first()
    if policy is None:
        raise NotVisible
    return policy


def ladder_of(ladder_id: int) -> Ladder:
    """One ladder. Raises ``NotVisible``."""
    ladder = Ladder.objects.select_related("unit", "preset").filter(pk=ladder_id).first()
    if ladder is None:
        raise NotVisible
    return ladder


def ladder_list() -> list[tuple[Ladder, list[LadderRung]]]:
    """Every ladder with its steps, the newest version of each code first; two queries."""
    ladders = Ladder.objects.select_related("unit", "preset").prefetch_related("rungs")
    ordered = ladders.order_by("-preset__base", "preset_id", "code", "-version")
    return [(ladder, sorted(ladder.rungs.all(), key=lambda rung: rung.step)) for ladder in ordered]


def rungs_of(ladder: Ladder) -> list[LadderRung]:
    """The steps of a ladder in order."""
    return list(LadderRung.objects.filter(ladder=ladder).order_by("step"))


def presets() -> "QuerySet[LimitPreset]":
    """The sets that a unit can choose."""
    return LimitPreset.objects.filter(active=True).exclude(code="own").order_by("-base", "id")


def presets_with_counts() -> list[tuple[LimitPreset, int, int]]:
    """The sets that a unit can choose, each with its number of policies and of ladders in use."""
    active = Q(active=True)
    policies = dict(
        LimitPolicy.objects.filter(active).values_list("preset").annotate(number=Count("code", distinct=True))
    )
    ladders = dict(Ladder.objects.filter(active).values_list("preset").annotate(number=Count("code", distinct=True)))
    return [(one, policies.get(one.code, 0), ladders.get(one.code, 0)) for one in presets()]


def preset_of(code: str) -> LimitPreset:
    """A set that a unit can choose. Raises ``NotVisible``."""
    preset = presets().filter(code=code).first()
    if preset is None:
        raise NotVisible
    return preset


def preset_choices(*, on: date) -> "QuerySet[PresetChoice]":
    """The units' choices that hold or will, by unit."""
    choices = PresetChoice.objects.select_related("unit", "preset").exclude(effective_to__lt=on)
    return choices.order_by("unit__tree_id", "unit__lft", "effective_from", "id")


def choice_of(choice_id: int) -> PresetChoice:
    """One choice. Raises ``NotVisible``."""
    choice = PresetChoice.objects.select_related("unit", "preset").filter(pk=choice_id).first()
    if choice is None:
        raise NotVisible
    return choice


def rule_changes(*, cursor: str | None, size: int, kind: str = "", code: str = "") -> KeysetPage[RuleChange]:
    """What was changed, newest first."""
    changes = RuleChange.objects.select_related("actor", "unit")
    if kind:
        changes = changes.filter(kind=kind)
    if code:
        changes = changes.filter(code=code)
    return keyset_page(changes, ["-id"], cursor, size)


def units_to_choose(user: "Person") -> list[Unit]:
    """The open districts, streets and communities that a system administrator may make rules for, in tree order."""
    units = Unit.objects.visible_to(user, Permission.SYSTEM_MANAGE).exclude(kind="grid").filter(closed_on__isnull=True)
    return list(units.order_by("tree_id", "lft"))


def unit_to_choose(user: "Person", code: str) -> Unit:
    """A unit that a system administrator may make rules for, with the units above it. Raises ``NotVisible``."""
    units = Unit.objects.visible_to(user, Permission.SYSTEM_MANAGE).select_related(*PATH_RELATED)
    unit = units.filter(code=code).first()
    if unit is None:
        raise NotVisible
    return unit


def place_of(unit: Unit) -> dict[str, int | None]:
    """The path columns of a unit whose ancestors are loaded."""
    return place_at(unit)


@dataclass(frozen=True, slots=True)
class Change:
    """A rule that takes the place of another for some matters; ``None`` where there is none."""

    stage: str
    now: Any
    then: Any


def changes_by(now: Rulebook, then: Rulebook, *, place: Mapping[str, int | None], on: date) -> list[Change]:
    """For which matters at a place another policy or ladder would count on a day, each pair once, by stage.

    Every stage, level, urgency and complexity is asked, for no category and for each that a rule names.
    """
    rules = [rule for rules in then.policies.values() for rule in rules]
    categories = sorted({rule.category_prefix for rule in rules} | {""})
    found: dict[tuple[object, ...], Change] = {}
    matters = product(Stage.values, categories, Urgency.values, Complexity.values)
    for stage, category, urgency, complexity in matters:
        for level in Level.values:
            asked = Asked(stage, level, category, urgency, complexity, place, on)
            one, other = (choosing.choose(book.rules_for(stage), asked) for book in (now, then))
            _note(found, stage, one, other)
    for stage, urgency, complexity in product(Stage.values, Urgency.values, Complexity.values):
        asked = Asked(stage, "", "", urgency, complexity, place, on)
        one_ladder, other_ladder = (choosing.choose(book.ladders, asked) for book in (now, then))
        _note(found, "", one_ladder, other_ladder)
    return list(found.values())


def _note(found: dict[tuple[object, ...], Change], stage: str, one: Any, other: Any) -> None:
    before, after = one.row if one else None, other.row if other else None
    if before is after or (before is not None and after is not None and before.pk == after.pk):
        return
    found.setdefault((stage, id(before), id(after)), Change(stage, before, after))


def book_with_choice(book: Rulebook, choice: PresetChoice, ending: Iterable[PresetChoice]) -> Rulebook:
    """The rules as they would be with a choice, other choices of the unit ended."""
    return book.with_rows(drafts.with_choice(book.rows, choice, ending=ending))


def current_book() -> Rulebook:
    """The rules in force."""
    return rulebook.current()
