"""The phone in a real browser, 360 px wide: photos, lost answers, drafts, three taps, the page without a network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from apps.cases.models import Case
from apps.core.models import Attachment
from apps.inspections.models import DailyLog, LogEntry
from tests.browser import complaints, screen_of
from tests.factories.cases import World, make_category, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(live_server: LiveServer) -> World:
    return make_world()


@pytest.fixture
def context(browser: Browser, live_server: LiveServer, world: World) -> Iterator[BrowserContext]:
    lon, lat = world.point()
    opened = screen_of(
        browser,
        live_server.url,
        world["worker"],
        viewport={"width": 360, "height": 740},
        geolocation={"longitude": lon, "latitude": lat},
        permissions=["geolocation"],
    )
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def large_photo(tmp_path: Path) -> Path:
    path = tmp_path / "large.jpg"
    Image.effect_noise((3000, 2000), 60).convert("RGB").save(path, quality=90)
    return path


def test_a_report_whose_answer_is_lost_is_sent_again_without_a_second_case(
    page: Page, world: World, large_photo: Path
) -> None:
    lamp = make_category("路灯故障")
    sent: list[int] = []

    def lose_the_first_answer(route: Route) -> None:
        sent.append(len(route.request.post_data_buffer or b""))
        if len(sent) == 1:
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    page.goto("/field/report/")
    page.route(lambda url: url.endswith("/field/report/"), lose_the_first_answer)
    expect(page.locator("[data-place-state]")).to_have_attribute("data-tone", "ok")
    page.set_input_files("input[name=photo]", large_photo)
    expect(page.locator("[data-photo-list] img")).to_have_count(1)
    page.fill("[name=text]", "门口的路灯不亮。晚上看不清")
    page.locator("#category-list .choice", has_text="路灯故障").click()
    page.eval_on_selector("[data-send]", "button => { button.click(); button.click(); }")
    expect(page.locator("[data-general]")).to_be_visible()
    assert (Case.objects.count(), len(sent)) == (1, 1)
    page.click("[data-send]")
    page.wait_for_url("**/field/cases/**")

    case = Case.objects.get()
    assert (case.title, case.category, case.grid) == ("门口的路灯不亮", lamp, world.tree.grid(0, 0, 0))
    photo = Attachment.objects.get()
    assert (photo.width, photo.height) == (1600, 1067)
    assert sent[0] < large_photo.stat().st_size
    page.goto("/field/report/")
    assert page.input_value("[name=text]") == ""


def test_a_category_tapped_while_suggestions_are_on_their_way_stays_chosen(page: Page, world: World) -> None:
    make_category("路灯故障")
    page.goto("/field/report/")
    page.fill("#category-words", "路灯")
    lamp = page.locator("#category-list .choice", has_text="路灯故障")
    expect(lamp).to_be_visible()
    late: list[Route] = []
    page.route("**/field/categories/*", lambda route: late.append(route))  # Playwright marks what it is given
    with page.expect_request("**/field/categories/*"):
        page.fill("#category-words", "路灯故")
    lamp.click()
    with page.expect_response("**/field/categories/*"):
        late.pop().continue_()
    expect(lamp.locator("input")).to_be_checked()
    expect(page.locator("#category-list input")).to_have_count(1)


def test_what_was_typed_outlives_the_page(page: Page, world: World) -> None:
    page.goto("/field/report/")
    page.fill("[name=text]", "写了一半")
    kept = page.input_value("[name=client_id]")
    page.goto("/field/log/")
    page.click("text=文化宣传")
    page.fill("[name=text]", "电影放映")
    page.goto("/field/report/")
    assert (page.input_value("[name=text]"), page.input_value("[name=client_id]")) == ("写了一半", kept)
    page.goto("/field/log/")
    assert page.input_value("[name=text]") == "电影放映"
    page.click("text=记下")
    expect(page.locator(".entry")).to_have_count(1)
    assert page.input_value("[name=text]") == ""
    assert LogEntry.objects.values_list("subject", "text").get() == ("culture", "电影放映")


def test_a_wrong_report_is_marked_beside_its_fields(page: Page, world: World) -> None:
    page.goto("/field/report/")
    page.fill("[name=address]", "大宁路 1 号")
    page.click("[data-send]")
    expect(page.locator("[data-error-for=text]")).to_have_text("请写明情况。")
    expect(page.locator("[data-error-for=category]")).to_have_text("请选择类别。")
    assert page.input_value("[name=address]") == "大宁路 1 号"
    page.fill("[name=text]", "好了")
    expect(page.locator("[data-error-for=text]")).to_be_hidden()


def test_a_quiet_day_is_filed_in_three_taps(page: Page, world: World) -> None:
    page.goto("/field/")
    page.click(".field-tabs >> text=日志")
    page.click("text=无异常，提交日志")
    page.click("#confirm-ok")
    expect(page.locator(".note-ok")).to_be_visible()
    log = DailyLog.objects.get()
    assert (log.state, log.late, log.clock_is_off) == ("filed", False, False)


def test_every_page_fits_the_screen_and_keeps_the_content_policy(page: Page, world: World) -> None:
    world.handled()
    said = complaints(page)
    wide = []
    for path in ("/field/", "/field/report/", "/field/log/", "/field/verify/", "/field/me/"):
        page.goto(path)
        for size in ("16px", "32px"):
            page.evaluate("size => document.documentElement.style.setProperty('font-size', size, 'important')", size)
            if page.evaluate("document.documentElement.scrollWidth") > 360:
                wide.append((path, size))
    assert (said, wide) == ([], [])


def test_without_a_network_the_phone_says_what_to_do(page: Page, context: BrowserContext, world: World) -> None:
    page.goto("/field/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    context.set_offline(True)
    page.goto("/field/log/")
    expect(page.locator("h1")).to_have_text("没有网络")
    context.set_offline(False)
    page.goto("/field/log/")
    expect(page.locator("h1")).to_have_text("网格日志")
