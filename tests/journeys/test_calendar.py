"""An administrator enters next year's holidays in a real browser: marks, preview, reason, and the limits move."""

import pytest
from playwright.sync_api import expect

from apps.cases.models import Case, Category
from apps.deadlines.models import CalendarChange, CalendarYear, Limit
from tests.journeys.conftest import Stage

pytestmark = pytest.mark.browser


def test_next_years_holidays_are_entered_and_limits_move(stage: Stage) -> None:
    stage.it_is("2026-12-31 15:00")
    stage.world.category = Category.objects.get(key="gbt47678:event:06011")
    case = stage.world.dispatched()
    stage.drain()
    # The leg's limit and that of the whole case.
    limit = Limit.objects.get(
        subject_kind="case_leg", subject_id=case.legs.get(role="lead", ended_at=None).pk, state="running"
    )
    page = stage.page_of("admin")
    page.goto("/manage/calendar/")
    expect(page.get_by_text("2027 年放假安排尚未公布")).to_be_visible()
    page.get_by_role("link", name="录入这一年").click()
    # The first three days by keys, a make-up day by the pointer, and a range by hand.
    first = page.locator("button[data-date='2027-01-01']")
    first.click()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.fill("#mark-name", "元旦")
    page.click("[data-mark='休']")
    page.locator("button[data-date='2027-02-20']").click()
    page.fill("#mark-name", "")
    page.click("[data-mark='班']")
    page.locator("[name=days]").press("Control+End")
    page.locator("[name=days]").press_sequentially("\n2月5日至2月11日 休 春节")
    page.select_option("[name=announced]", "yes")
    page.fill("[name=origin]", "国办发明电〔2026〕7 号")
    stage.shot(page, "calendar-entered")
    page.get_by_role("button", name="预览影响").click()
    expect(page.locator("#moved")).to_have_text("2 个在办时限改变期限")
    assert not CalendarChange.objects.exists()
    stage.shot(page, "calendar-preview")
    page.fill("[name=because]", "国务院办公厅公布明年放假安排")
    page.get_by_role("button", name="保存并重算").click()
    page.wait_for_url("**/manage/calendar/changes/*/")
    stage.drain()
    stage.drain()
    expect(page.get_by_text("2 个在办时限改变了期限")).to_be_visible()
    expect(page.get_by_text("重算完成")).to_be_visible()
    stage.shot(page, "calendar-moved")
    moved = Limit.objects.get(pk=limit.pk)
    assert moved.due_at > limit.due_at
    assert Case.objects.get(pk=case.pk).due_at == moved.due_at
    assert CalendarYear.objects.get(year=2027).announced
