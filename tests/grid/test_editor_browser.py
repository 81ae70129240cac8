"""The map and the boundary editor in a real browser: they fit, keep the content policy; drag, see, repair, publish."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from apps.grid.models import Boundary
from tests.browser import complaints, screen_of
from tests.factories.accounts import make_user
from tests.factories.grid import Tree, grant, make_tree

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = (1440, 768, 360)


@pytest.fixture
def tree(transactional_db: None) -> Tree:
    return make_tree()


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, tree: Tree) -> Iterator[Page]:
    user = make_user(name="何川")
    grant(user, "unit_admin", tree.district)
    screen = screen_of(browser, live_server.url, user)
    yield screen.new_page()
    screen.close()


@pytest.fixture
def said(page: Page) -> list[str]:
    return complaints(page)


def test_every_page_fits_and_keeps_the_content_policy(page: Page, tree: Tree, said: list[str]) -> None:
    community, wide = tree.community(0, 0).code, []
    for path in (
        f"/map/{community}/",
        f"/manage/{community}/",
        f"/manage/{community}/boundary/",
        f"/manage/{community}/people/",
        f"/manage/{community}/people/grant/",
        f"/manage/{community}/changes/",
    ):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 740})
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                wide.append((path, width))
    assert wide == []
    assert said == []


def test_a_click_on_an_outline_goes_one_level_down(page: Page, tree: Tree) -> None:
    page.goto(f"/map/{tree.street(0).code}/")
    outline = page.locator("path.unit").first
    expect(page.locator("path.unit")).to_have_count(2)
    name = outline.get_attribute("aria-label")
    outline.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/map/{tree.community(0, 0).code}/")
    assert page.inner_text("h1") == name == tree.community(0, 0).name
    page.locator(f"#units [data-unit='{tree.grid(0, 0, 1).code}']").click()
    page.wait_for_url(f"**/map/{tree.grid(0, 0, 1).code}/")
    expect(page.locator("path.unit-selected")).to_have_count(1)


def drag(page: Page, vertex: Locator, right: int, down: int) -> None:
    place = vertex.bounding_box()
    assert place is not None
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right, y + down, steps=6)
    page.mouse.up()


def eastern(page: Page) -> Locator:
    """The vertex of the edited outline that lies farthest to the east and north."""
    vertices = page.locator(".marker-icon:not(.marker-icon-middle)").all()
    return max(vertices, key=lambda one: ((box := one.bounding_box()) and box["x"] - box["y"]) or 0)


def test_drag_repair_publish(page: Page, tree: Tree, said: list[str]) -> None:
    grid, other = tree.grid(0, 0, 0), tree.grid(0, 0, 1)
    page.goto(f"/manage/{grid.code}/boundary/")
    checks = page.locator("#checks")
    expect(checks).to_contain_text("无空白")
    expect(page.locator("#publish")).to_be_disabled()
    page.click("[data-tool=edit]")
    drag(page, eastern(page), 70, 40)
    expect(checks).to_contain_text(f"与{other.name}重叠")
    expect(checks).to_contain_text("空白 1 处")
    expect(page.locator("path.fault-overlap")).to_have_attribute("fill", "url(#hatch-overlap)")
    expect(page.locator("path.fault-gap")).to_have_attribute("fill", "url(#hatch-gap)")
    expect(page.locator("#publish")).to_be_disabled()
    page.click("#save")
    expect(page.locator("#messages")).to_contain_text("草案已保存")
    assert Boundary.objects.get(unit=grid, state="draft").drawn_by.name == "何川"

    page.click("[data-tool=undo]")
    expect(checks).to_contain_text("无空白")
    page.click("[data-tool=redo]")
    expect(checks).to_contain_text("空白 1 处")
    page.click("#repair")
    expect(page.locator("path.edge-repair")).to_have_count(1)
    page.click("#repair-accept")
    expect(checks).to_contain_text("与相邻单元无重叠")
    page.reload()  # the draft is what was saved, and still refused
    expect(checks).to_contain_text(f"与{other.name}重叠")
    expect(page.locator("#publish")).to_be_disabled()

    page.click("[data-tool=edit]")
    drag(page, eastern(page), -160, 0)
    expect(checks).to_contain_text("与相邻单元无重叠")
    page.click("#publish")
    page.fill("#because", "核对现场界线")
    page.click("#publish-form button[type=submit]")
    expect(page.locator("#messages")).to_contain_text("边界已生效")
    rows = Boundary.objects.filter(unit=grid).order_by("pk")
    assert sorted((row.state, row.because) for row in rows) == [("ended", "测试"), ("published", "核对现场界线")]
    expect(page.locator("#draft-badge")).to_be_hidden()
    assert said == []
