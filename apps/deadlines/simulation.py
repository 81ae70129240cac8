"""What limits a matter would have, now and under a draft: asked by the page and by the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from apps.core.clock import local
from apps.core.errors import InvalidInput
from apps.deadlines import drafts, explanations, rulebook, rules
from apps.deadlines.categories import CategoryOption, find_categories, search_categories
from apps.deadlines.choices import OWN_PRESET
from apps.deadlines.explanations import Difference, Explanation, Matter
from apps.deadlines.models import Ladder, LimitPolicy, PresetChoice
from apps.deadlines.rulebook import Rulebook
from apps.grid.models import Unit
from apps.grid.placed import place_at

if TYPE_CHECKING:
    from apps.grid.scopes import Person

MOST_SUGGESTED = 8


@dataclass(frozen=True, slots=True)
class Simulation:
    """The answer: each stage's limit now, and where there is a draft beside what it would be then."""

    matter: Matter
    category: CategoryOption | None
    unit: Unit | None
    at: datetime
    stages: list[Explanation]
    differences: list[Difference]
    names: rules.Names


def resolve_category(given: str) -> CategoryOption | None:
    """The category of a code, or the only one with such a name. Raises ``InvalidInput`` naming ``category``."""
    text = given.strip()
    if not text:
        return None
    known = find_categories([text]).get(text)
    if known is not None:
        return known
    found = search_categories(text, most=MOST_SUGGESTED)
    exact = [option for option in found if option.label == text]
    if len(exact) == 1 or len(found) == 1:
        return (exact or list(found))[0]
    if not found:
        raise InvalidInput(fields={"category": [_("没有这个类别。")]})
    listed = _("、").join(f"{option.label}（{option.key}）" for option in found)
    raise InvalidInput(fields={"category": [_("有多个类别符合，请写代码：%(listed)s") % {"listed": listed}]})


def simulate(
    user: "Person",
    *,
    category: str,
    unit: str,
    level: str,
    urgency: str,
    complexity: str,
    at: datetime,
    draft: Mapping[str, Any] | None = None,
) -> Simulation:
    """Every stage's limit for a matter reported at ``at``; ``unit`` is a code or empty for nowhere in particular.

    ``draft`` is ``{"policy": (stage, amount, measure)}``, ``{"preset": code}`` or ``{"ladder": id}``; a drafted policy
    or ladder is said of exactly such matters at that unit. Raises ``InvalidInput`` naming what is wrong with the input,
    ``NotVisible`` for a unit out of scope. Writes nothing.
    """
    option = resolve_category(category)
    place_unit = rules.unit_to_choose(user, unit.strip()) if unit.strip() else None
    place = place_at(place_unit) if place_unit is not None else dict(drafts.NOWHERE)
    matter = Matter(level, option.key if option else "", urgency, complexity, place)
    book = rulebook.current()
    now = explanations.simulate(book, matter, at=at)
    then: list[Explanation] = []
    if draft:
        then = explanations.simulate(drafted(book, draft, matter, place_unit, at=at), matter, at=at)
    spoken_of = [rule for one in (*now, *then) for rule in (one.policy, *(lost.rule for lost in one.others)) if rule]
    return Simulation(
        matter=matter,
        category=option,
        unit=place_unit,
        at=at,
        stages=now,
        differences=explanations.compare(now, then) if then else [],
        names=rules.names_in(spoken_of),
    )


def drafted(book: Rulebook, draft: Mapping[str, Any], matter: Matter, unit: Unit | None, *, at: datetime) -> Rulebook:
    """The rules as they would be if a draft held from the day of ``at`` on."""
    rows, first = drafts.with_own(book.rows), local(at).date()
    said = {
        "code": "draft",
        "version": 1,
        "preset_id": OWN_PRESET,
        "name": _("草案"),
        "name_en": _("草案"),
        "urgency": matter.urgency,
        "complexity": matter.complexity,
        "unit": unit,
        "effective_from": first,
    }
    if "policy" in draft:
        stage, amount, measure = draft["policy"]
        policy = LimitPolicy(
            **said,
            stage=stage,
            level=matter.level,
            category_prefix=matter.category_key,
            amount=Decimal(amount),
            measure=measure,
        )
        return book.with_rows(drafts.with_policy(rows, policy))
    if "preset" in draft:
        preset = rules.preset_of(str(draft["preset"]))
        choice = PresetChoice(unit=unit, preset=preset, effective_from=first)
        return book.with_rows(drafts.with_choice(rows, choice, ending=drafts.rivals(rows, choice)))
    shown = rules.ladder_of(int(draft["ladder"]))
    ladder = Ladder(**said | {"name": shown.name, "name_en": shown.name_en}, stage="")
    return book.with_rows(drafts.with_ladder(rows, ladder, rows.rungs.get(shown.pk, ())))
