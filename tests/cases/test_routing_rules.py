"""Making, changing and ending routing rules: each by a day to come, with a reason, nothing overwritten."""

from datetime import date, timedelta
from typing import Any

import pytest

from apps.cases.models import RoutingRule
from apps.cases.services import routing
from apps.cases.services.routing import Matters, Targets
from apps.core import clock
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from tests.factories.cases import MONDAY, World, make_category
from tests.factories.grid import grant
from tests.factories.routing import LONG_AGO, make_rule

DAY = timedelta(days=1)
TODAY = clock.local(MONDAY).date()
LATER = TODAY + 7 * DAY
FIRE = Targets("duty:fire")


def add(world: World, who: str = "admin", targets: Targets = FIRE, **given: Any) -> RoutingRule:
    matters = Matters(
        given.pop("category", world.category),
        level=given.pop("level", ""),
        kind=given.pop("kind", ""),
        unit=given.pop("unit", world.unit("street 0")),
    )
    values: dict[str, Any] = {"effective_from": LATER, "because": "街道消防站负责"} | given
    return routing.add_rule(actor=world[who], matters=matters, targets=targets, at=world.at, **values)


def change(world: World, rule: RoutingRule, targets: Targets, **given: Any) -> RoutingRule:
    values: dict[str, Any] = {"effective_from": LATER, "because": "改派"} | given
    return routing.change_rule(actor=world["admin"], rule_id=rule.pk, targets=targets, at=world.at, **values)


def end(world: World, rule: RoutingRule, last_day: date = TODAY) -> RoutingRule:
    return routing.end_rule(actor=world["admin"], rule_id=rule.pk, last_day=last_day, because="不再需要", at=world.at)


def span(rule: RoutingRule) -> tuple[str, date, date | None, bool]:
    rule.refresh_from_db()
    return rule.lead, rule.effective_from, rule.effective_to, rule.withdrawn


def test_a_rule_is_written_with_who_and_why(world: World) -> None:
    helper = f"agency:{world.agencies['helper'].code}"
    rule = add(world, targets=Targets("duty:fire", (helper,), "centre:street"), effective_to=LATER + DAY)
    assert (rule.lead, rule.assisting, rule.fallback) == ("duty:fire", [helper], "centre:street")
    assert (rule.created_by, rule.because, rule.by_hand, rule.created_at) == (
        world["admin"],
        "街道消防站负责",
        True,
        world.at,
    )
    assert span(rule) == ("duty:fire", LATER, LATER + DAY, False)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"effective_from": TODAY}, "effective_from"),
        ({"effective_to": TODAY}, "effective_to"),
        ({"because": " "}, "because"),
        ({"kind": "event"}, "kind"),
        ({"kind": "thing", "category": None}, "kind"),
        ({"level": "grid"}, "level"),
        ({"targets": Targets()}, "lead"),
        ({"targets": Targets("somebody")}, "lead"),
        ({"targets": Targets("duty:magic")}, "lead"),
        ({"targets": Targets("agency:nobody")}, "lead"),
        ({"targets": Targets("centre:district")}, "lead"),
        ({"targets": Targets(fallback="duty:magic")}, "fallback"),
        ({"targets": Targets("", ("duty:fire",), "duty:police")}, "assisting"),
        ({"targets": Targets("duty:fire", ("duty:fire",))}, "assisting"),
        ({"targets": Targets("duty:fire", ("duty:police",) * 2)}, "assisting"),
        ({"targets": Targets("duty:fire", tuple(f"duty:{n}" for n in range(9)))}, "assisting"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(world: World, given: dict[str, Any], field: str) -> None:
    before = RoutingRule.objects.count()
    with pytest.raises(InvalidInput) as refused:
        add(world, **given)
    assert list(refused.value.fields) == [field]
    assert RoutingRule.objects.count() == before


def test_a_grid_has_no_rules_of_its_own(world: World) -> None:
    with pytest.raises(InvalidInput) as refused:
        add(world, unit=world.unit("grid 0 0 0"))
    assert list(refused.value.fields) == ["unit"]


def test_the_same_matters_on_the_same_days_are_one_rule(world: World) -> None:
    add(world, effective_to=LATER + DAY)
    with pytest.raises(InvalidInput) as refused:
        add(world, effective_from=LATER + DAY)
    assert list(refused.value.fields) == ["effective_from"]
    add(world, effective_from=LATER + 2 * DAY)
    add(world, effective_from=LATER + DAY, level="street")


def test_who_does_not_administer_the_system_may_not(world: World) -> None:
    for who in ("street", "district", "unit_admin", "leader"):
        with pytest.raises(NotAllowed):
            add(world, who=who)


def test_an_administrator_rules_within_his_scope(world: World) -> None:
    other = world.people["stranger"]
    grant(other, "system_admin", world.unit("district"))
    add(world, who="stranger")
    with pytest.raises(NotVisible):
        routing.end_rule(actor=world["admin"], rule_id=0, last_day=TODAY, because="x", at=world.at)


class TestChanging:
    """A change ends one row and opens another."""

    def test_the_successor_follows_to_the_same_end(self, world: World) -> None:
        rule = make_rule(category=world.category, unit=world.unit("street 0"), effective_to=LATER + 9 * DAY)
        successor = change(world, rule, FIRE)
        assert span(rule) == ("duty:sanitation", LONG_AGO, LATER - DAY, False)
        assert span(successor) == ("duty:fire", LATER, LATER + 9 * DAY, False)
        assert (rule.ended_by, rule.ended_because, rule.ended_at) == (world["admin"], "改派", world.at)

    def test_what_has_not_begun_is_withdrawn(self, world: World) -> None:
        rule = add(world)
        successor = change(world, rule, Targets("duty:police"), effective_from=TODAY + DAY)
        assert span(rule) == ("duty:fire", LATER, None, True)
        assert span(successor) == ("duty:police", TODAY + DAY, None, False)

    def test_no_change_and_a_settled_end_are_refused(self, world: World) -> None:
        rule = RoutingRule.objects.get(category=world.category)
        with pytest.raises(InvalidInput):
            change(world, rule, Targets("duty:sanitation"))
        change(world, rule, FIRE)
        with pytest.raises(WrongState):
            change(world, rule, Targets("duty:police"))


class TestEnding:
    """An end is settled once."""

    def test_it_ends_on_a_day(self, world: World) -> None:
        rule = RoutingRule.objects.get(category=world.category)
        with pytest.raises(InvalidInput) as refused:
            end(world, rule, TODAY - DAY)
        assert list(refused.value.fields) == ["last_day"]
        assert span(end(world, rule)) == ("duty:sanitation", LONG_AGO, TODAY, False)
        with pytest.raises(WrongState):
            end(world, rule)

    def test_a_planned_change_taken_back_lets_the_old_rule_go_on(self, world: World) -> None:
        rule = RoutingRule.objects.get(category=world.category)
        successor = change(world, rule, FIRE)
        end(world, successor)
        assert span(successor) == ("duty:fire", LATER, None, True)
        last = RoutingRule.objects.get(category=world.category, effective_from=LATER, withdrawn=False)
        assert span(last) == ("duty:sanitation", LATER, None, False)

    def test_a_planned_rule_taken_back_is_gone(self, world: World) -> None:
        rule = add(world, category=make_category("新"))
        end(world, rule)
        assert span(rule) == ("duty:fire", LATER, None, True)
        with pytest.raises(WrongState):
            end(world, rule)

    def test_not_later_than_it_was_to_end(self, world: World) -> None:
        rule = make_rule(category=world.category, unit=world.unit("street 0"), effective_to=LATER)
        with pytest.raises(InvalidInput) as refused:
            end(world, rule, LATER + DAY)
        assert list(refused.value.fields) == ["last_day"]
