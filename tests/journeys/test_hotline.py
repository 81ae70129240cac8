"""A call on the hotline, to its second end: screened, dispatched, returned, handled badly, handled well, closed,
rejected by the caller, handled again. At desks by keyboard alone; agencies and the grid worker hold phones."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from apps.cases.models import Case, CaseEvent, Category, Leg
from apps.cases.services import Caller
from tests.factories.cases import HANDLERS
from tests.journeys.conftest import Keys, Stage

pytestmark = pytest.mark.browser

RUBBISH = "gbt47678:event:06011"
PHONE = "13800138000"
Photo = Callable[[str, str], Path]


def at_the_desk(stage: Stage, name: str, path: str) -> tuple[Page, Keys]:
    """Somebody's desk, opened anew at the moment it is."""
    page = stage.page_of(name)
    page.goto(path)
    return page, Keys(page)


def panel_is_open(page: Page, action: str) -> None:
    expect(page.locator("#action-panel form")).to_have_attribute("data-action", action)


def done(page: Page, case: Case, state: str) -> None:
    """The panel is gone, and the case stands where it should."""
    expect(page.locator("#action-panel form")).to_have_count(0)
    case.refresh_from_db()
    assert case.state == state


def take_the_call(stage: Stage) -> Case:
    """The station writes down what the caller says: who called before, the place from the addresses known, the kind
    from the words."""
    before = stage.world.report(title="井盖缺失", address="共和新路1878弄12号", caller=Caller(phone=PHONE))
    page, keys = at_the_desk(stage, "station", "/dispatch/")
    keys.press("n")
    page.wait_for_url("**/cases/new/")
    expect(page.locator("#id_reporter_phone")).to_be_focused()
    keys.type(PHONE)
    expect(page.locator("#intake-caller")).to_contain_text(before.title)
    keys.to("#id_title").type("楼下堆满建筑垃圾渣土")
    keys.to("#id_description").type("堆了三天，夜里还有车来倒")
    expect(page.locator("[data-category]").first).to_be_visible()
    keys.to(f"[data-category='{RUBBISH}']").press("Enter")
    expect(page.locator("#id_category")).to_have_value(RUBBISH)
    keys.to("#id_address").type("共和新路")
    expect(page.locator("[data-place]").first).to_be_visible()
    keys.press("ArrowDown", "Enter")
    expect(page.locator("#place-found")).to_contain_text("第1网格")
    stage.shot(page, "station-intake")
    keys.press("Enter")
    page.wait_for_url("**/dispatch/*/")
    case = Case.objects.exclude(pk=before.pk).get()
    assert (case.source, case.address, case.grid) == ("hotline_12345", before.address, before.grid)
    assert case.reporters.get().phone == PHONE
    stage.shot(page, "station-case")
    return case


def screen_it(stage: Stage, case: Case) -> None:
    """The station registers it and passes it up."""
    page, keys = at_the_desk(stage, "station", f"/dispatch/{case.number}/?queue=screen")
    keys.press("a")
    panel_is_open(page, "register")
    stage.shot(page, "station-register")
    keys.press("Enter")
    done(page, case, "registered")
    keys.press("e")
    panel_is_open(page, "escalate")
    keys.type("社区没有清运车辆").press("Control+Enter")
    done(page, case, "registered")
    assert case.desk == stage.world.centre("street")
    stage.shot(page, "station-passed-up")


def dispatch_it(stage: Stage, case: Case, *, note: str, name: str) -> None:
    """The street gives it to the section that answers for refuse, and lets another help."""
    page, keys = at_the_desk(stage, "street", "/dispatch/?queue=dispatch")
    expect(page.locator("#case-pane [data-case]")).to_have_attribute("data-case", case.number)
    if name == "again":
        keys.press("]")
        page.wait_for_url("**/dispatch/?queue=returned")
        expect(page.locator("#case-pane [data-case]")).to_have_attribute("data-case", case.number)
    stage.shot(page, f"street-{name}")
    section, helper = stage.world.agencies["section"], stage.world.agencies["helper"]
    keys.press("d")
    expect(page.locator("#action-panel [name=agency]")).to_have_value(section.code)
    keys.to(f"#action-panel [name=assisting][value='{helper.code}']").press("Space")
    keys.to("#action-panel [name=note]").type(note)
    stage.shot(page, f"street-{name}-form")
    keys.press("Control+Enter")
    done(page, case, "dispatched")
    offered = Leg.objects.filter(case=case, state="offered").values_list("agency__name", "role")
    assert set(offered) == {(section.name, "lead"), (helper.name, "assist")}
    stage.shot(page, f"street-{name}-done")


def on_the_phone(stage: Stage, name: str) -> Page:
    """Somebody's cards, on a phone."""
    page = stage.page_of(name, phone=True)
    page.goto("/desk/")
    expect(page.locator(".leg-card")).to_have_count(1)
    return page


def in_dialog(page: Page, button: str) -> None:
    """Open the form of an action."""
    page.locator(".leg-card").get_by_role("link", name=button, exact=True).click()
    expect(page.locator("#modal-body form")).to_be_visible()


def return_it(stage: Stage, case: Case) -> None:
    """The section thinks it is not its own to do."""
    page = on_the_phone(stage, "agency")
    stage.shot(page, "agency-offered")
    in_dialog(page, "退回")
    page.fill("#modal-body [name=note]", "应由施工单位清运")
    stage.shot(page, "agency-return")
    page.click("#modal-body .btn-primary")
    expect(page.locator(".leg-card")).to_have_count(0)
    case.refresh_from_db()
    assert (case.state, case.return_count) == ("registered", 1)


def handle_it(stage: Stage, case: Case, name: str, note: str, photo: Path, *, again: bool = False) -> None:
    """An agency accepts, unless it has to do it again, does it, and shows it."""
    page = on_the_phone(stage, name)
    if not again:
        page.locator(".leg-card").get_by_role("button", name="接收").click()
    expect(page.locator(".leg-card .leg-foot")).to_contain_text("办理中")
    in_dialog(page, "反馈")
    page.fill("#modal-body [name=note]", note)
    page.set_input_files("#modal-body [name=photos]", photo)
    stage.shot(page, f"{name}-feedback")
    page.click("#modal-body .btn-primary")
    expect(page.locator(".leg-card")).to_have_count(0)
    assert (
        Leg.objects.filter(case=case, agency__code=stage.world.agencies[HANDLERS[name]].code).latest("sequence").state
        == "fed_back"
    )


def verify_it(stage: Stage, case: Case, photo: Path, *, passed: bool) -> None:
    """The grid worker looks at the place."""
    page = stage.page_of("worker", phone=True)
    page.goto(f"/field/verify/{case.number}/")
    page.set_input_files("input[name=photo]", photo)
    expect(page.locator("[data-photo-list] img")).to_have_count(1)
    page.locator(".verdict .choice-ok" if passed else ".verdict .choice-late").click()
    if not passed:
        page.fill("[name=note]", "墙角还有两堆没有清走")
    stage.shot(page, f"worker-{'passes' if passed else 'fails'}")
    page.click("[data-send]")
    page.wait_for_url(lambda url: case.number not in url or "verify" not in url)
    case.refresh_from_db()
    assert case.state == ("verified" if passed else "dispatched")


def close_it(stage: Stage, case: Case, name: str) -> tuple[Page, Keys]:
    """The street closes it."""
    page, keys = at_the_desk(stage, "street", "/dispatch/?queue=close")
    expect(page.locator("#case-pane [data-case]")).to_have_attribute("data-case", case.number)
    keys.press("c")
    panel_is_open(page, "close")
    keys.press("Control+Enter")
    done(page, case, "closed")
    stage.shot(page, f"street-{name}")
    return page, keys


def rejected(stage: Stage, case: Case, page: Page, keys: Keys) -> None:
    """The caller, asked, says that nothing is solved; the street writes it down and opens the case again."""
    keys.press("p")
    panel_is_open(page, "rate")
    keys.to("#action-panel [name=solved]").press("ArrowDown")
    keys.to("#action-panel [name=satisfied]").press("ArrowDown")
    stage.shot(page, "street-rates")
    keys.press("Enter")
    done(page, case, "closed")
    assert (case.solved, case.satisfied) == (False, False)
    keys.press("o")
    panel_is_open(page, "reopen")
    keys.type("反映人回访不满意：夜里又有车来倒").press("Control+Enter")
    done(page, case, "registered")
    stage.shot(page, "street-reopened")


def test_a_call_to_its_second_end(stage: Stage, photo: Photo) -> None:
    stage.world.category = Category.objects.get(key=RUBBISH)
    dirty, clean = photo("dirty", "#6d5f3f"), photo("clean", "#84898d")
    case = take_the_call(stage)
    screen_it(stage, case)
    stage.it_is("2026-03-02 10:00")
    dispatch_it(stage, case, note="请当日清运，城管中队到场", name="dispatches")
    return_it(stage, case)
    dispatch_it(stage, case, note="区里已明确由你单位先行清运", name="again")
    stage.it_is("2026-03-02 14:00")
    handle_it(stage, case, "assistant", "已劝阻偷倒车辆", clean)
    handle_it(stage, case, "agency", "已清运三车", dirty)
    verify_it(stage, case, dirty, passed=False)
    assert case.rework_count == 1
    legs = Leg.objects.filter(case=case, state__in=["failed", "fed_back"]).values_list("agency__name", "state")
    assert set(legs) == {("市容管理办", "failed"), ("城管中队", "fed_back")}
    stage.it_is("2026-03-03 10:00")
    handle_it(stage, case, "agency", "已全部清运，场地冲洗完毕", clean, again=True)
    verify_it(stage, case, clean, passed=True)
    page, keys = close_it(stage, case, "closes")
    rejected(stage, case, page, keys)
    stage.it_is("2026-03-04 10:00")
    dispatch_it(stage, case, note="夜间蹲守", name="third")
    handle_it(stage, case, "agency", "已装围挡和摄像头", clean)
    verify_it(stage, case, clean, passed=True)
    close_it(stage, case, "closes-again")
    page.goto(f"/cases/{case.number}/")
    stage.shot(page, "street-whole-way")
    assert list(CaseEvent.objects.filter(case=case).order_by("sequence").values_list("action", flat=True)) == [
        *("report", "register", "escalate", "dispatch", "return", "dispatch"),
        *("accept", "feedback", "accept", "feedback", "verify"),
        *("feedback", "verify", "close", "rate", "reopen"),
        *("dispatch", "accept", "feedback", "verify", "close"),
    ]
    assert stage.said == []
