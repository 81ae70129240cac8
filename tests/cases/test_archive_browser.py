"""In a real browser: an application settled at once at the window, and a day later its file put away."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from apps.cases.models import Case, CaseFile
from apps.core import clock
from tests.browser import screen_of
from tests.factories.cases import World, make_category, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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


def test_settled_at_once_and_put_away(page: Page, world: World) -> None:
    application = make_category("高龄津贴申请", application=True)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto("/cases/new/")
    page.fill("#id_title", "申请高龄津贴")
    page.select_option("#id_source", "service_hall")
    page.select_option("#id_category", world.category.key)
    expect(page.locator("#id_at_once")).to_be_hidden()
    page.select_option("#id_category", application.key)
    expect(page.locator("#id_result")).to_be_hidden()
    page.check("#id_at_once")
    page.fill("#id_result", "材料齐全，已登记发放")
    page.locator(".place-more summary").press("Enter")
    page.select_option("#id_unit", world.unit("grid 0 0 0").code)
    lon, lat = world.point()
    page.fill("#id_lon", str(lon))
    page.fill("#id_lat", str(lat))
    page.locator("#intake .btn-primary").press("Enter")
    page.wait_for_url("**/cases/*-*/")
    case = Case.objects.get()
    assert (case.state, case.settled_kind) == ("closed", "at_once")
    expect(page.locator(".case-side")).to_contain_text("当场办结")

    refused = world.move(world.report(title="另一件"), "refuse", "station", note="不属实")
    page.goto("/archive/")
    expect(page.locator(f'input[value^="{refused.number}:"]')).to_be_checked()
    page.locator(".archive-actions button").press("Enter")
    expect(page.locator(".batch-outcomes")).to_contain_text(refused.number)
    file = CaseFile.objects.get(case=refused)
    expect(page.locator(".batch-outcomes")).to_contain_text(str(file.number))
    page.goto("/archive/?show=archived")
    page.locator(f'a[href="/cases/{refused.number}/file/"]').press("Enter")
    expect(page.locator(".file-number")).to_have_text(str(file.number))
    assert errors == []
