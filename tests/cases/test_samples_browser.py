"""A sample drawn and its one case reviewed in a real browser, by keyboard."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from apps.cases.models import SampleReview
from apps.core import clock
from tests.browser import screen_of
from tests.factories.cases import World, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(live_server: LiveServer) -> World:
    world = make_world()
    world.at = clock.now() - timedelta(days=3)
    return world


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, world: World) -> Iterator[Page]:
    world.case_in("closed")
    screen = screen_of(browser, live_server.url, world["leader"])
    yield screen.new_page()
    screen.close()


def test_drawn_and_reviewed(page: Page) -> None:
    today = clock.today()
    page.goto("/samples/new/")
    expect(page.locator("#id_title")).to_be_focused()
    page.keyboard.type("月度抽查")
    for name, day in (("since", today - timedelta(days=9)), ("until", today - timedelta(days=1))):
        page.fill(f"#id_{name}", day.isoformat())
    page.fill("#id_due_on", (today + timedelta(days=9)).isoformat())
    page.fill("#id_size", "3")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("月度抽查")
    page.locator(".sample-review").press("Enter")
    for name in ("record", "evidence", "limit"):
        page.check(f"input[name=point_{name}][value=ok]")
    page.check("input[name=point_evidence][value=fault]")
    page.check("input[name=qualified][value=True]")
    page.locator(".action-form .btn-primary").press("Enter")
    expect(page.locator(".field-error")).to_contain_text("有不符合的项")
    page.check("input[name=qualified][value=False]")
    page.fill("#id_note", "前后照片不是同一处")
    page.locator(".action-form .btn-primary").press("Enter")
    expect(page.locator("h1")).to_have_text("月度抽查")
    expect(page.locator(".spot-table")).to_contain_text("不符合：证据真实")
    assert SampleReview.objects.get().state == "unqualified"
