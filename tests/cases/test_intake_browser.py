"""The operator's form in a real browser, by keyboard: the caller's past, a place set right by dragging, a double."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from apps.cases.models import Case, CaseReporter
from apps.cases.services import Caller
from apps.core import clock
from tests.browser import screen_of
from tests.factories.cases import World, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = "13800138000"


@pytest.fixture
def world(live_server: LiveServer) -> World:
    world = make_world()
    world.at = clock.now() - timedelta(minutes=5)
    return world


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, world: World) -> Iterator[Page]:
    screen = screen_of(browser, live_server.url, world["station"])
    yield screen.new_page()
    screen.close()


def resting_box(page: Page, selector: str) -> dict[str, float]:
    """Where an element is once it no longer moves: the map glides to a place that was found."""
    before = None
    for _ in range(50):
        box = page.locator(selector).bounding_box()
        if box is not None and box == before:
            return dict(box)
        before = box
        page.wait_for_timeout(200)
    raise AssertionError(f"{selector} never came to rest")


def test_a_call_by_keyboard_with_a_place_set_right_and_then_the_same_call_again(page: Page, world: World) -> None:
    world.report(title="井盖缺失", address="共和新路 13号", caller=Caller(phone=PHONE))
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto("/cases/new/")
    expect(page.locator("#id_reporter_phone")).to_be_focused()
    page.keyboard.type(PHONE)
    expect(page.locator("#intake-caller")).to_contain_text("井盖缺失")
    page.fill("#id_title", "门口积存垃圾渣土")
    page.locator("[data-category]").first.press("Enter")
    expect(page.locator("#id_category")).to_have_value(world.category.key)
    page.focus("#id_address")
    page.keyboard.type("共和新路")
    expect(page.locator("[data-place]")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#id_address")).to_have_value("共和新路 13号")
    expect(page.locator("#place-found")).to_contain_text("第1网格")
    expect(page.locator("#intake-alike")).to_contain_text("井盖缺失")
    before = float(page.input_value("#id_lon"))
    box = resting_box(page, ".intake-pin")
    page.mouse.move(box["x"] + 11, box["y"] + 11)
    page.mouse.down()
    page.mouse.move(box["x"] + 31, box["y"] + 16, steps=4)
    page.mouse.up()
    expect(page.locator("#id_lon")).not_to_have_value(f"{before:.6f}")
    moved = float(page.input_value("#id_lon"))
    assert moved > before
    page.focus("#id_title")
    page.keyboard.press("Enter")
    page.wait_for_url("**/dispatch/*/")
    case = Case.objects.exclude(title="井盖缺失").get()
    assert (case.lon, case.source, case.reporters.get().phone) == (moved, "hotline_12345", PHONE)

    page.goto("/cases/new/")
    page.keyboard.type(PHONE)
    page.fill("#id_description", "垃圾越堆越多")
    page.locator(f"#intake-caller button[value='{case.number}']").press("Enter")
    page.wait_for_url(f"**/dispatch/{case.number}/")
    assert (Case.objects.count(), CaseReporter.objects.filter(case=case).count()) == (2, 2)
    assert errors == []
