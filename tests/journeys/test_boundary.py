"""The administrator moves a grid's boundary in a real browser: refused over a neighbour, then published."""

import pytest
from playwright.sync_api import Page, expect

from apps.grid.models import Boundary, Unit
from tests.journeys.conftest import Stage

pytestmark = pytest.mark.browser


def drag_corner(page: Page, lon_lat: tuple[float, float], by: int) -> None:
    """Drag the corner handle nearest to a place ``by`` pixels to the east (or, negative, to the west)."""
    handles = page.locator("#edit-map .marker-icon:not(.marker-icon-middle)")
    expect(handles.first).to_be_visible()
    boxes = [box for box in (handle.bounding_box() for handle in handles.all()) if box]
    assert len(boxes) == 4
    east, _north = lon_lat
    corner = max(boxes, key=lambda box: (box["x"] - box["y"] / 1000) if east > 0 else -box["x"])
    x, y = corner["x"] + corner["width"] / 2, corner["y"] + corner["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by / 2, y + 30, steps=4)
    page.mouse.move(x + by, y + 60, steps=4)
    page.mouse.up()


def test_a_boundary_is_refused_over_its_neighbour_and_published_beside_it(stage: Stage) -> None:
    grid: Unit = stage.world.unit("grid 0 0 0")
    before = Boundary.objects.get(unit=grid, state="published")
    page = stage.page_of("admin")
    page.goto("/manage/")
    stage.shot(page, "admin-manage")
    page.goto(f"/manage/{grid.code}/boundary/")
    checks = page.locator("#checks li")
    expect(checks).to_have_text(["✓图形有效", "✓在1街1社区范围内", "✓与相邻单元无重叠", "✓无空白"])
    stage.shot(page, "admin-boundary")

    page.click("[data-tool=edit]")
    drag_corner(page, (1, 1), 120)
    overlap = checks.filter(has_text="重叠")
    expect(overlap).to_have_count(1)
    expect(page.locator("#publish")).to_be_disabled()
    words = overlap.locator("span").last.inner_text()
    assert words.startswith("与第2网格重叠 ")
    assert words.endswith(" 平方米")
    expect(page.locator("path.fault-overlap")).to_have_count(1)
    stage.shot(page, "admin-overlap")
    page.keyboard.press("Escape")

    page.click("[data-tool=undo]")
    expect(checks).to_have_text(["✓图形有效", "✓在1街1社区范围内", "✓与相邻单元无重叠", "✓无空白"])
    page.click("[data-tool=edit]")
    drag_corner(page, (1, 1), -90)
    expect(checks.filter(has_text="空白")).to_contain_text("空白 1 处")
    page.click("#publish")
    page.fill("#because", "河道改线，东北角划给邻格")
    stage.shot(page, "admin-publish")
    page.locator("#publish-form button[type=submit]").click()
    expect(page.locator(".toast-line")).to_contain_text("边界已生效。")
    stage.shot(page, "admin-published")

    before.refresh_from_db()
    after = Boundary.objects.get(unit=grid, state="published")
    assert (before.state, before.valid_to, after.valid_from) == ("ended", stage.moment, stage.moment)
    assert (after.because, after.drawn_by) == ("河道改线，东北角划给邻格", stage.world.people["admin"])
    assert after.area < before.area or before.area == 1000
    assert stage.said == []
