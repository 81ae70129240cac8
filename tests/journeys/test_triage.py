"""Twenty cases wait; the dispatcher clears them by keyboard alone, two keys each, and a batch does the rest."""

import pytest
from playwright.sync_api import Page, expect

from apps.cases.models import Case, Category, Leg
from tests.journeys.conftest import Keys, Stage

pytestmark = pytest.mark.browser

WAITING = 20
MOST_KEYS = 3
RUBBISH = "gbt47678:event:06011"
# What is looked at twenty times over is asked for at every frame: an expectation would look again only now and then.
NEXT_IS_THERE = """(rows) => {
  const active = document.querySelector("#case-rows [data-row].active")?.dataset.row;
  const open = document.querySelector("#case-pane [data-case]")?.dataset.case;
  return document.querySelectorAll("#case-rows [data-row]").length === rows && active === open && open;
}"""
AGENCY_IS_FOCUSED = "() => document.activeElement?.matches('#action-panel [name=agency]')"
ANOTHER_IS_THERE = "(number) => document.querySelector('#case-pane [data-case]').dataset.case !== number"


def waiting_cases(stage: Stage) -> list[Case]:
    """Cases on the street's desk, each passed up by the station."""
    world = stage.world
    world.category = Category.objects.get(key=RUBBISH)
    cases = [world.report(title=f"垃圾堆放第 {number} 处") for number in range(1, WAITING + 4)]
    for case in cases:
        world.move(case, "register", "station")
        world.move(case, "escalate", "station", note="社区没有车辆")
    return cases


def test_twenty_cases_are_dispatched_by_keyboard(stage: Stage) -> None:
    waiting_cases(stage)
    stage.moment = stage.world.tick()
    page = stage.page_of("street")
    page.goto("/dispatch/?queue=dispatch")
    keys = Keys(page)
    for done in range(WAITING):
        number = page.wait_for_function(NEXT_IS_THERE, arg=WAITING + 3 - done).json_value()
        before = keys.pressed
        keys.press("d")
        page.wait_for_function(AGENCY_IS_FOCUSED)
        keys.press("Enter")
        page.wait_for_function(ANOTHER_IS_THERE, arg=number)
        assert keys.pressed - before <= MOST_KEYS
        assert Case.objects.get(number=number).state == "dispatched"
    assert keys.pressed <= MOST_KEYS * WAITING
    assert Leg.objects.filter(state="offered", agency=stage.world.agencies["section"]).count() == WAITING
    stage.shot(page, "twenty-done")
    a_batch_by_keyboard(stage, page)
    assert stage.said == []


def a_batch_by_keyboard(stage: Stage, page: Page) -> None:
    """The three that are left, marked with X and Shift and J; somebody else takes one of them first."""
    expect(page.locator("#case-rows [data-row]")).to_have_count(3)
    page.keyboard.press("Shift+X")
    expect(page.locator("[data-batch-count]")).to_have_text("3")
    stage.shot(page, "marked")
    taken = Case.objects.filter(state="registered").order_by("due_at", "pk").last()
    assert taken is not None
    stage.world.move(taken, "escalate", "street", note="请区里协调")
    page.keyboard.press("d")
    expect(page.locator("#modal-body [name=agency]")).to_be_focused()
    stage.shot(page, "batch-form")
    page.keyboard.press("Enter")
    expect(page.locator("#modal-body [data-done]")).to_have_count(2)
    expect(page.locator("#modal-body .batch-failed")).to_contain_text(taken.number)
    expect(page.locator("#case-rows .row-gone")).to_have_count(1)
    expect(page.locator("#case-rows .row-gone")).to_contain_text(taken.number)
    stage.shot(page, "batch-result")
    page.keyboard.press("Escape")
    expect(page.locator("#case-rows [data-row]")).to_have_count(0)
    assert Leg.objects.filter(state="offered").count() == WAITING + 2
