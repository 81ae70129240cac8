"""The shell in a real browser: pages keep the content policy and fit, keys and guards work, maps group points."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tests.browser import complaints
from tests.factories.accounts import make_user

pytestmark = pytest.mark.browser
with_database = pytest.mark.django_db(transaction=True)

PASSWORD = "grid-for-the-tests"  # noqa: S105 - an account of this test only
PAGES = ("/", "/account/", "/jobs/", "/search/", "/no-such-page/")
WIDTHS = (1440, 768, 360)


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    context = browser.new_context(base_url=live_server.url, locale="en-US", color_scheme="dark")
    yield context.new_page()
    context.close()


def sign_in(page: Page) -> None:
    make_user("shell", "周岚", PASSWORD)
    page.goto("/sign-in/")
    page.fill("input[name=username]", "shell")
    page.fill("input[name=password]", PASSWORD)
    page.click(".sign-in-form button.btn-primary")
    page.wait_for_url("**/")


@with_database
def test_pages_keep_the_content_policy_and_fit_every_width(page: Page) -> None:
    said = complaints(page)
    sign_in(page)
    wide = []
    for path in PAGES:
        page.goto(path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 740})
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                wide.append((path, width))
    assert wide == []
    assert [line for line in said if "404 (Not Found)" not in line] == []


@with_database
def test_chinese_first_and_english_at_a_press(page: Page) -> None:
    sign_in(page)
    assert page.inner_text("h1") == "待办"
    assert page.get_attribute("html", "lang") == "zh-CN"
    page.click(".topbar-user")
    page.click(".topbar button[name=language]")
    page.wait_for_load_state()
    assert page.inner_text("h1") == "To do"
    assert page.get_attribute("html", "lang") == "en"


@with_database
def test_the_theme_follows_the_system_until_somebody_chooses(page: Page) -> None:
    sign_in(page)
    assert page.get_attribute("html", "data-bs-theme") == "dark"
    page.click(".topbar-user")
    page.click("[data-theme-toggle]")
    page.reload()
    assert page.get_attribute("html", "data-bs-theme") == "light"


@with_database
def test_a_second_press_is_harmless_and_the_wrong_field_is_focused(page: Page) -> None:
    sign_in(page)
    page.goto("/account/")
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.fill("input[name=old_password]", "not-the-password")
    page.fill("input[name=new_password1]", "another-good-one-7")
    page.fill("input[name=new_password2]", "another-good-one-7")
    page.evaluate("const b = document.querySelector('form[data-once] button'); b.click(); b.click()")
    page.wait_for_selector(".form-summary")
    assert len(posts) == 1
    assert page.evaluate("document.activeElement.name") == "old_password"


@with_database
def test_keys_are_listed_and_rest_while_somebody_types(page: Page) -> None:
    sign_in(page)
    page.goto("/search/")
    page.keyboard.press("?")
    assert page.inner_text(".key-list dt:last-of-type") == "?"
    page.keyboard.press("Escape")
    page.fill("main input[name=q]", "")
    page.keyboard.press("?")
    assert page.input_value("main input[name=q]") == "?"
    assert page.locator("dialog[open]").count() == 0


def outline(browser: Browser, expression: str) -> Any:
    page = browser.new_page()
    try:
        source = quote(Path(settings.BASE_DIR, "static/js/outline.js").read_text(encoding="utf-8"))
        return page.evaluate(f"import('data:text/javascript,{source}').then((o) => {expression})")
    finally:
        page.close()


def test_points_group_by_cell_under_the_gravest_tone(browser: Browser) -> None:
    points = (
        "[{x: 1, y: 1, point: {tone: 'ok'}}, {x: 9, y: 3, point: {tone: 'late'}}, {x: 11, y: 1, point: {tone: 'hold'}}]"
    )
    groups = outline(browser, f"o.cluster({points}, 10).map((c) => [c.x, c.y, c.points.length, o.gravest(c.points)])")
    assert groups == [[5, 2, 2, "late"], [11, 1, 1, "hold"]]


def test_a_label_stands_inside_a_hooked_outline(browser: Browser) -> None:
    hook = "{type: 'Polygon', coordinates: [[[0, 0], [10, 0], [10, 1], [4, 1], [4, 10], [0, 10], [0, 0]]]}"
    lon, lat = outline(browser, f"o.labelPoint({hook})")
    assert 0 < lon < 4
    assert 0 < lat < 10


def test_values_fall_into_equal_steps(browser: Browser) -> None:
    assert outline(browser, "[0, 1, 59, 60, undefined].map((v) => o.stepOf(v, 0, 60))") == [0, 0, 5, 5, -1]
    assert outline(browser, "o.stepOf(7, 7, 7)") == 5
