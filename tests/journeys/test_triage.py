"""Twenty cases wait; the dispatcher clears them by keyboard alone, two keys each, and a batch does the rest."""

import pytest
from playwright.sync_api import Page, expect

from apps.cases.models import Case, Category, Leg
from tests.journeys.conftest import Stage

pytestmark = pytest.mark.browser

WAITING = 20
MOST_KEYS = 3
RUBBISH = "gbt47678:event:06011"


def waiting_cases(stage: Stage) -> list[Case]:
    """Cases on the street's desk, each passed up by the station."""
    world = stage.world
    world.category = Category.objects.get(key=RUBBISH)
    cases = [world.report(title=f"垃圾堆放第 {number} 处") for number in range(1, WAITING + 4)]
    for case in cases:
        world.move(case, "register", "station")
        world.move(case, "escalate", "station", note="社区没有车辆")
    return cases


class Keys:
    """A keyboard that counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.pressed += 1


def test_twenty_cases_are_dispatched_by_keyboard(stage: Stage) -> None:
    waiting_cases(stage)
    stage.moment = stage.world.tick()
    page = stage.page_of("street")
    page.goto("/dispatch/?queue=dispatch")
    keys = Keys(page)
    for done in range(WAITING):
        expect(page.locator("#case-rows [data-row]")).to_have_count(WAITING + 3 - done)
        number = page.locator("#case-rows [data-row].active").get_attribute("data-row")
        expect(page.locator("#case-pane [data-case]")).to_have_attribute("data-case", number or "")
        before = keys.pressed
        keys.press("d")
        expect(page.locator("#action-panel [name=agency]")).to_be_focused()
        keys.press("Enter")
        expect(page.locator("#case-pane [data-case]")).not_to_have_attribute("data-case", number or "")
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
