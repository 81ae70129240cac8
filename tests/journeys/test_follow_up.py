"""The street's operator works the telephone sheet by keyboard alone: one in vain, one content, one who rejects."""

import pytest
from playwright.sync_api import expect

from apps.cases.models import Case, Category, FollowUp
from apps.cases.services import Caller
from apps.cases.services.follow_ups import place_follow_ups
from tests.journeys.conftest import Keys, Stage

pytestmark = pytest.mark.browser

RUBBISH = "gbt47678:event:06010"


def closed_cases(stage: Stage) -> list[Case]:
    """Three cases that the worker settled on the spot, whose reporters asked for a call."""
    world = stage.world
    world.category = Category.objects.get(key=RUBBISH)
    asks = Caller(name="王小明", phone="13800138000", callback="phone")
    cases = [world.report(title=f"垃圾外溢第 {number} 处", caller=asks) for number in (1, 2, 3)]
    cases = [world.move(case, "settle", "worker", note="已清理") for case in cases]
    place_follow_ups(at=world.tick())
    return cases


def test_the_sheet_is_worked_by_keyboard(stage: Stage) -> None:
    first, second, third = closed_cases(stage)
    stage.moment = stage.world.tick()
    page = stage.page_of("station")
    page.goto("/follow-ups/")
    keys = Keys(page)
    heading = page.locator(".calls-pane .case-title")
    expect(heading).to_have_text(first.title)
    keys.press("v")
    expect(page.locator("#call-phone")).to_contain_text("13800138000")
    stage.shot(page, "number-shown")
    keys.press("n")
    expect(heading).to_have_text(second.title)
    page.wait_for_load_state()  # keys are heard once the page is whole
    keys.press("1", "3", "5")
    stage.shot(page, "answers")
    keys.press("s")
    expect(heading).to_have_text(third.title)
    page.wait_for_load_state()
    keys.press("1", "4", "6", "t").type("垃圾还在")
    keys.press("Escape", "7", "s")
    expect(page.locator(".empty-title, .empty")).to_be_visible()
    stage.shot(page, "all-called")
    states = [FollowUp.objects.get(case=case).state for case in (first, second, third)]
    assert states == ["waiting", "reached", "reached"]
    assert Case.objects.get(pk=third.pk).state == "registered"
    assert stage.said == []
