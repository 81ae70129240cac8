"""The dispatch centre in a real browser: slow answers, two people at one case, a list that grows, words that stay."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Error, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from apps.cases.models import Case, CaseEvent
from apps.core import clock
from tests.browser import complaints, screen_of
from tests.factories.accounts import make_user
from tests.factories.cases import World, make_world
from tests.factories.grid import grant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
QUEUE = "/dispatch/?queue=dispatch"
Open = Callable[..., Page]


@pytest.fixture
def world(live_server: LiveServer) -> World:
    world = make_world()
    world.at = clock.now() - timedelta(hours=1)
    rival = world.people["rival"] = make_user("rival", "郑和")
    grant(rival, "street_dispatcher", world.unit("street 0"))
    return world


@pytest.fixture
def open_as(browser: Browser, live_server: LiveServer, world: World) -> Iterator[Open]:
    """``open_as("street", path)``: a page of somebody at a screen of his own."""
    screens = []

    def make(who: str, path: str = QUEUE) -> Page:
        screens.append(screen_of(browser, live_server.url, world[who]))
        page = screens[-1].new_page()
        page.goto(path)
        return page

    yield make
    for screen in screens:
        screen.close()


def in_pane(page: Page, case: Case) -> None:
    expect(page.locator("#case-pane [data-case]")).to_have_attribute("data-case", case.number)


def note_of(page: Page) -> str:
    return page.input_value("#action-panel textarea[name=note]")


class Held:
    """Answers of the server that come when the test lets them."""

    def __init__(self, page: Page, pattern: str) -> None:
        self.page, self.pattern, self.routes = page, pattern, list[Route]()
        page.route(pattern, self.hold)

    def hold(self, route: Route) -> None:
        """Keep a request waiting."""
        self.routes.append(route)

    def until(self, number: int) -> None:
        """Wait for that many requests, at most twenty seconds."""
        patience = time.monotonic() + 20
        while len(self.routes) < number:
            assert time.monotonic() < patience, f"{len(self.routes)} of {number} requests for {self.pattern}"
            self.page.wait_for_timeout(20)

    def let_go(self) -> None:
        """Answer what waits, the last request first, and hold nothing more; one that was given up is past answering."""
        self.page.unroute(self.pattern)
        for route in reversed(self.routes):
            try:
                route.continue_()
            except Error:
                continue


def look(page: Page) -> None:
    """Poll now, as the page does when it comes into view again."""
    page.evaluate("htmx.trigger(document.body, 'queue:look')")


def test_a_panel_that_is_open_is_not_lost_to_an_earlier_answer(open_as: Open, world: World) -> None:
    first, second = world.to_street(), world.to_street()
    page = open_as("street", "/dispatch/?queue=close")
    said = complaints(page)
    held = Held(page, f"**/dispatch/{first.number}/*")
    page.goto(QUEUE)
    held.until(1)
    page.click(f"[data-row='{first.number}']")
    held.until(2)
    held.routes.pop().continue_()
    in_pane(page, first)
    page.keyboard.press("d")
    page.fill("#action-panel textarea[name=note]", "写了一半")
    held.let_go()
    page.wait_for_load_state("networkidle")
    assert note_of(page) == "写了一半"
    page.click(f"[data-row='{second.number}']")
    in_pane(page, second)
    assert [line for line in said if not line.startswith("htmx:")] == []  # which tells of the request given up


def test_what_is_pressed_while_a_case_is_on_its_way_is_meant_for_that_case(open_as: Open, world: World) -> None:
    first, second = world.to_street(), world.to_street()
    page = open_as("street")
    in_pane(page, first)
    held = Held(page, f"**/dispatch/{second.number}/*")
    page.keyboard.press("j")
    page.keyboard.press("d")
    held.until(1)
    assert page.locator("#action-panel form").count() == 0
    held.let_go()
    expect(page.locator("#action-panel form")).to_have_attribute("data-number", second.number)
    sent = Held(page, f"**/cases/{second.number}/act/dispatch/")
    expect(page.locator("#action-panel [name=agency]")).to_be_focused()
    page.keyboard.press("Enter")
    sent.until(1)
    page.click(f"[data-row='{first.number}']")
    sent.let_go()
    in_pane(page, first)  # the next of the queue, once the answer is there
    expect(page.locator(".toast-line")).to_have_count(1)
    assert Case.objects.get(pk=second.pk).state == "dispatched"


def test_words_stay_when_one_looks_elsewhere_and_go_when_given_up(open_as: Open, world: World) -> None:
    first, second = world.to_street(), world.to_street()
    page = open_as("street")
    in_pane(page, first)
    page.keyboard.press("d")
    page.fill("#action-panel textarea[name=note]", "请当日清运")
    page.keyboard.press("Escape")
    expect(page.locator("#action-panel form")).to_have_count(0)
    page.keyboard.press("j")
    in_pane(page, second)
    page.keyboard.press("d")
    expect(page.locator("#action-panel form")).to_have_attribute("data-number", second.number)
    assert note_of(page) == ""
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    in_pane(page, first)
    page.keyboard.press("d")
    expect(page.locator(".draft-back")).to_be_visible()
    assert note_of(page) == "请当日清运"
    page.click("#action-panel [data-close-panel]")
    page.keyboard.press("d")
    expect(page.locator("#action-panel form")).to_have_count(1)
    assert note_of(page) == ""


def test_words_survive_a_reload_until_they_are_sent_and_leave_with_the_person(open_as: Open, world: World) -> None:
    case = world.to_street()
    page = open_as("street", f"/dispatch/{case.number}/?queue=dispatch")
    page.click("[data-action=comment]")
    page.fill("#action-panel textarea[name=note]", "请先拍照再清理")
    page.reload()
    expect(page.locator(".draft-back")).to_be_visible()
    assert note_of(page) == "请先拍照再清理"
    page.keyboard.press("Control+Enter")
    expect(page.locator("#action-panel form")).to_have_count(0)
    page.reload()
    page.click("[data-action=comment]")
    expect(page.locator("#action-panel textarea[name=note]")).to_have_value("")
    page.fill("#action-panel textarea[name=note]", "只给自己看的话")
    page.evaluate("document.body.dataset.person = 'another'")
    kept = "Object.keys(sessionStorage).filter((name) => name.startsWith('gridgov-draft ') && !name.endsWith('owner'))"
    assert len(page.evaluate(kept)) == 1
    page.context.clear_cookies()
    page.goto("/sign-in/")
    assert page.evaluate(kept) == []


def test_a_seldom_act_stands_behind_more_and_answers_to_its_key(open_as: Open, world: World) -> None:
    case = world.to_street()
    page = open_as("street", f"/dispatch/{case.number}/?queue=dispatch")
    seldom = page.locator(".action-more a[data-action=table]")
    expect(seldom).to_be_hidden()
    page.keyboard.press(str(seldom.get_attribute("data-key")))
    expect(page.locator("#action-panel form[data-action=table]")).to_be_visible()
    page.keyboard.press("Escape")
    page.click(".action-more summary")
    seldom.click()
    expect(page.locator("#action-panel form[data-action=table]")).to_be_visible()
    expect(seldom).to_be_hidden()


def test_words_in_a_dialog_stay_when_it_is_pressed_away(open_as: Open, world: World) -> None:
    case = world.accepted()
    page = open_as("agency", "/desk/")
    button, form = page.get_by_role("link", name="反馈", exact=True), page.locator("#modal-body form")
    button.click()
    form.locator("[name=note]").fill("已清运")
    page.mouse.click(5, 5)
    expect(form).to_have_count(0)
    button.click()
    expect(page.locator(".draft-back")).to_be_visible()
    assert form.locator("[name=note]").input_value() == "已清运"
    form.get_by_role("link", name="取消").click()
    expect(form).to_have_count(0)
    button.click()
    expect(form).to_have_count(1)
    assert form.locator("[name=note]").input_value() == ""
    assert Case.objects.get(pk=case.pk).state == "dispatched"


def test_two_at_one_case_one_wins_and_the_other_reads_who_did_what(open_as: Open, world: World) -> None:
    case = world.to_street()
    page = open_as("street")
    in_pane(page, case)
    page.keyboard.press("d")
    page.fill("#action-panel textarea[name=note]", "请先勘查现场")

    rival = open_as("rival")
    in_pane(rival, case)
    rival.keyboard.press("d")
    expect(rival.locator("#action-panel [name=agency]")).to_be_focused()
    rival.keyboard.press("Enter")
    expect(rival.locator(".toast-line")).to_have_count(1)

    look(page)
    moved = page.locator("#case-pane [data-moved]")
    expect(moved).to_contain_text("郑和")
    expect(moved).to_contain_text(world.agencies["section"].name)
    assert note_of(page) == "请先勘查现场"
    page.locator("#action-panel textarea[name=note]").press("Control+Enter")
    changed = page.locator("#action-panel .changed")
    expect(changed).to_contain_text("郑和")
    expect(changed.locator("time")).to_have_count(1)
    assert note_of(page) == "请先勘查现场"
    expect(page.locator("#action-panel .btn-primary")).to_have_count(0)
    page.click("[data-see-latest]")
    expect(page.locator("#case-pane [data-moved]")).to_have_count(0)
    expect(page.locator("#action-panel")).to_contain_text("请先勘查现场")
    assert CaseEvent.objects.filter(case=case, action="dispatch").count() == 1


def test_a_list_of_two_pages_follows_what_happens(open_as: Open, world: World) -> None:
    for _ in range(22):
        world.to_street()
    page = open_as("street", QUEUE + "&size=20")
    expect(page.locator("#case-rows [data-row]")).to_have_count(20)
    page.locator(".rows-more a").click()
    expect(page.locator("#case-rows [data-row]")).to_have_count(22)
    taken, kept = Case.objects.order_by("due_at", "pk")[20:]
    page.locator(f"[data-mark='{kept.number}']").focus()
    world.move(taken, "dispatch", "street", agency=world.agencies["section"].code)
    look(page)
    expect(page.locator("#case-rows .row-gone")).to_contain_text(taken.number)
    expect(page.locator("#case-rows [data-row]")).to_have_count(21)
    expect(page.locator("#list-count")).to_have_text("21")
    expect(page.locator(f"[data-mark='{kept.number}']")).to_be_focused()


def test_every_state_has_an_address_and_back_leads_through_them(open_as: Open, world: World) -> None:
    first, second = world.to_street(), world.to_street()
    page = open_as("street")
    in_pane(page, first)
    page.click(f"[data-row='{second.number}']")
    in_pane(page, second)
    page.keyboard.press("d")
    page.wait_for_url(f"**/dispatch/{second.number}/?queue=dispatch&act=dispatch")
    page.reload()
    expect(page.locator("#action-panel form")).to_have_attribute("data-number", second.number)
    page.keyboard.press("Escape")
    page.click(f"[data-row='{first.number}']")
    in_pane(page, first)
    page.go_back()
    in_pane(page, second)
    expect(page.locator("#case-rows .active")).to_have_attribute("data-row", second.number)
    page.keyboard.press("?")
    expect(page.locator(".key-list")).to_contain_text("下一队列")
    page.keyboard.press("Escape")
    page.keyboard.press("]")
    page.wait_for_url("**/dispatch/?queue=returned")
