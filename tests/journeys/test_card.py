"""One limit let slip, in a real browser: reminder, yellow card, red card, escalation, appeal, and the number that
follows."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from apps.cases.models import Case, Category
from apps.deadlines.models import LadderStep, Limit
from apps.deadlines.sweep import sweep
from tests.factories.assessment import Office
from tests.journeys.conftest import Stage

pytestmark = pytest.mark.browser

RUBBISH = "gbt47678:event:06011"


def until(stage: Stage, limit: Limit, kind: str) -> None:
    """Let time pass to a step of the ladder, and the sweep and the outbox do their work."""
    stage.moment = stage.world.at = limit.plan_times[limit.plan_kinds.index(kind)] + timedelta(minutes=1)
    sweep(at=stage.moment)
    stage.drain()


def reading(stage: Stage, page: Page, path: str, name: str) -> Page:
    """Open a page at the moment it is, and keep a picture."""
    page.context.clock.set_fixed_time(stage.moment)
    page.goto(path)
    stage.shot(page, name)
    return page


def figures(stage: Stage) -> tuple[int, int]:
    """Red cards and overdue legs of the section in March."""
    office = Office(stage.world)
    period = office.run("2026-03", at=stage.moment)
    items = office.items(office.score(period, "agency", stage.world.agencies["section"]))
    return items.get("red", (0, 0))[0], items.get("agency_overdue", (0, 0))[0]


def test_a_limit_let_slip_and_a_card_withdrawn(stage: Stage) -> None:
    world = stage.world
    world.category = Category.objects.get(key=RUBBISH)
    world.at = stage.moment
    case = world.accepted()
    limit = Limit.objects.get(subject_kind="case_leg", state="running")
    stage.moment = world.at
    agency, street = stage.page_of("agency"), stage.page_of("street")
    until(stage, limit, "remind")
    expect(reading(stage, agency, "/notices/", "agency-reminded").locator("main")).to_contain_text("请抓紧")
    until(stage, limit, "yellow")
    expect(reading(stage, agency, "/notices/", "agency-yellow").locator("main")).to_contain_text("黄牌")
    until(stage, limit, "red")
    reading(stage, agency, "/desk/", "agency-desk-red")
    until(stage, limit, "escalate")
    page = reading(stage, street, "/dispatch/?queue=supervised", "street-supervised")
    expect(page.locator(f"[data-row='{case.number}']")).to_be_visible()
    kept = Case.objects.get(pk=case.pk)
    assert (kept.card, kept.holder, kept.supervisor) == ("red", world.agencies["section"], world.centre("street"))
    assert figures(stage) == (1, 1)
    red = LadderStep.objects.get(limit=limit, kind="red")

    reading(stage, agency, "/cards/?show=mine", "agency-cards")
    agency.locator(f"a[href='/cards/{red.pk}/']").first.click()
    agency.get_by_role("link", name="申诉").click()
    form = agency.locator("#modal-body form")
    form.locator("[name=note]").fill("三日至四日全路段封路抢修，车辆无法进场")
    stage.shot(agency, "agency-appeal")
    form.locator("button.btn-primary").click()
    expect(agency.locator("main")).to_contain_text("待裁定")
    stage.shot(agency, "agency-appealed")
    stage.drain()

    reading(stage, street, "/", "street-home")
    street.goto(f"/cases/{case.number}/")
    stage.shot(street, "street-case")
    street.goto(f"/cards/{red.pk}/")
    street.get_by_role("link", name="裁定申诉").click()
    form = street.locator("#modal-body form")
    form.get_by_label("成立，撤销该牌", exact=True).check()
    form.locator("[name=note]").fill("经核属实")
    stage.shot(street, "street-decides")
    form.locator("button.btn-primary").click()
    expect(street.locator(".page-head")).to_contain_text("已撤销")
    stage.shot(street, "street-decided")
    stage.drain()

    kept.refresh_from_db()
    assert (kept.card, kept.appeals_open, kept.excused_at) == ("yellow", 0, stage.moment)
    assert figures(stage) == (0, 0)
    expect(reading(stage, agency, "/cards/?show=mine", "agency-withdrawn").locator("main")).to_contain_text("已撤销")
    assert stage.said == []
