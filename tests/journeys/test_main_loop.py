"""One problem, person by person in a real browser: found by phone, handled by an agency, scored, read by a leader."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from apps.assessment.models import Period, Score
from apps.cases.models import Case, CaseEvent, Category, Leg
from apps.core.models import Attachment
from apps.inspections.models import DailyLog, LogEntry
from tests.factories.cases import World
from tests.journeys.conftest import Stage

pytestmark = pytest.mark.browser

RUBBISH, STALL, LAMP = "gbt47678:event:06011", "gbt47678:event:06010", "gbt47678:event:01037"
Photo = Callable[[str, str], Path]


def texts(page: Page, selector: str) -> list[str]:
    """What every match says, with single spaces."""
    return [" ".join(words.split()) for words in page.locator(selector).all_inner_texts()]


def choose_category(page: Page, words: str, key: str) -> None:
    """Search a category on the phone and tap it."""
    page.locator("#category-words").press_sequentially(words, delay=60)
    page.locator(f"#category-list label:has(input[value='{key}'])").click()


def act(page: Page, label: str, **fields: str) -> None:
    """Press an action of the bar, fill its panel in, and take it."""
    page.locator(".action-bar a.btn", has_text=label).first.click()
    form = page.locator("#action-panel form")
    expect(form).to_be_visible()
    for name, value in fields.items():
        field = form.locator(f"[name={name}]")
        if field.evaluate("node => node.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    form.locator("button.btn-primary").click()
    expect(page.locator("#action-panel form")).to_have_count(0)


def report_a_problem(stage: Stage, photo: Photo) -> Case:
    """The worker, on the phone: photo, words, category."""
    page = stage.page_of("worker", phone=True)
    stage.shot(page, "worker-today")
    page.goto("/field/report/")
    expect(page.locator("[data-place-state]")).to_have_attribute("data-tone", "ok")
    page.set_input_files("input[name=photo]", photo("before", "#6d5f3f"))
    expect(page.locator("[data-photo-list] img")).to_have_count(1)
    page.fill("[name=text]", "绿化带旁堆着建筑垃圾，占了半条人行道")
    page.fill("[name=address]", "第一街 8 号门口")
    choose_category(page, "垃圾渣土", RUBBISH)
    stage.shot(page, "worker-report")
    page.click("[data-send]")
    page.wait_for_url("**/field/cases/**")
    case = Case.objects.get()
    assert page.inner_text("h1") == case.title == "绿化带旁堆着建筑垃圾，占了半条人行道"
    assert (case.state, case.source, case.grid) == ("reported", "patrol", stage.world.unit("grid 0 0 0"))
    assert Attachment.objects.count() == 1
    stage.shot(page, "worker-reported")
    return case


def file_the_log(stage: Stage) -> Case:
    """The worker's log of the day: one entry, turned into a case of its own, then filed."""
    page = stage.page_of("worker")
    page.goto("/field/log/")
    page.locator(".subject-chip", has_text="市容秩序").click()
    page.fill("[name=text]", "弄堂口一盏路灯不亮")
    page.get_by_role("button", name="记下").click()
    entry = page.locator(".entry")
    expect(entry).to_have_count(1)
    entry.get_by_role("link", name="转为案件").click()
    expect(page.locator("[data-place-state]")).to_have_attribute("data-tone", "ok")
    choose_category(page, "路灯", LAMP)
    stage.shot(page, "worker-entry-to-case")
    page.click("[data-send]")
    page.wait_for_url(lambda url: not url.endswith("/case/"))
    lamp = Case.objects.get(category__key=LAMP)
    assert (lamp.source, LogEntry.objects.get().case) == ("log", lamp)
    page.goto("/field/log/")
    page.get_by_role("button", name="提交日志").click()
    stage.shot(page, "worker-log-confirm")
    page.click("#confirm-ok")
    expect(page.locator(".note-ok")).to_be_visible()
    log = DailyLog.objects.get()
    assert (log.state, log.late, log.clock_is_off) == ("filed", False, False)
    stage.shot(page, "worker-log-filed")
    return lamp


def pass_it_up(stage: Stage, case: Case) -> None:
    """The community station registers the case and passes it up with a reason."""
    page = stage.page_of("station")
    stage.shot(page, "station-home")
    page.goto(f"/dispatch/{case.number}/")
    expect(page.locator(".case-title")).to_have_text(case.title)
    stage.shot(page, "station-dispatch")
    act(page, "受理")
    case.refresh_from_db()
    assert (case.state, case.holder) == ("registered", stage.world.centre("station"))
    act(page, "上报上级", note="社区没有清运车辆")
    case.refresh_from_db()
    assert (case.state, case.holder) == ("registered", stage.world.centre("street"))
    stage.shot(page, "station-passed-up")


def dispatch_it(stage: Stage, case: Case) -> None:
    """The street's dispatcher gives it to the section that answers for refuse."""
    page = stage.page_of("street")
    stage.shot(page, "street-home")
    page.goto("/dispatch/")
    page.locator(f"#case-rows [data-row='{case.number}']").click()
    page.wait_for_url(f"**/dispatch/{case.number}/**")  # the first case of a queue opens by itself as well
    expect(page.locator("#case-pane .case-title")).to_have_text(case.title)
    stage.shot(page, "street-dispatch")
    page.locator(".action-bar a.btn", has_text="派遣").first.click()
    section = stage.world.agencies["section"]
    expect(page.locator("#action-panel [name=agency]")).to_have_value(section.code)
    stage.shot(page, "street-dispatch-form")
    page.locator("#action-panel a[data-close-panel]").click()
    act(page, "派遣", agency=section.code)
    case.refresh_from_db()
    assert (case.state, case.holder) == ("dispatched", section)
    stage.shot(page, "street-dispatched")


def handle_it(stage: Stage, case: Case, photo: Photo) -> None:
    """The section accepts it at its desk, clears the refuse and feeds back with a photo."""
    page = stage.page_of("agency")
    page.goto("/desk/")
    card = page.locator(".leg-card")
    expect(card).to_have_count(1)
    stage.shot(page, "agency-desk-offered")
    card.get_by_role("button", name="接收").click()
    expect(card.locator(".leg-foot")).to_contain_text("办理中")
    leg = Leg.objects.get(case=case, agency=stage.world.agencies["section"])
    assert leg.state == "accepted"
    stage.it_is("2026-03-03 10:20")
    page.reload()
    card.get_by_role("link", name="反馈").click()
    form = page.locator("#modal-body form")
    form.locator("[name=note]").fill("已清运三车，场地冲洗完毕")
    form.locator("button.btn-primary").click()
    expect(form.locator(".field-error, .form-summary").first).to_be_visible()
    stage.shot(page, "agency-feedback-needs-photo")
    form.locator("[name=photos]").set_input_files(photo("after", "#84898d"))
    form.locator("button.btn-primary").click()
    expect(card).to_have_count(0)
    stage.shot(page, "agency-desk-empty")
    case.refresh_from_db()
    leg.refresh_from_db()
    assert (case.state, leg.state, leg.in_time) == ("handled", "fed_back", True)


def verify_it(stage: Stage, case: Case) -> None:
    """The worker looks at the place and finds it clean."""
    page = stage.page_of("worker")
    page.goto("/field/")
    stage.shot(page, "worker-has-to-verify")
    page.goto("/field/verify/")
    assert texts(page, ".task-title") == [f"核查：{case.title}"]
    page.locator(".task").click()
    expect(page.locator(".before-after img")).to_have_count(2)
    page.locator(".verdict .choice-ok").click()
    stage.shot(page, "worker-verify")
    page.click("[data-send]")
    page.wait_for_url(lambda url: case.number not in url or "verify" not in url)
    case.refresh_from_db()
    assert (case.state, case.handled_in_time) == ("verified", True)


def close_it(stage: Stage, case: Case) -> None:
    """The street closes it; the whole way stands in the timeline."""
    page = stage.page_of("street")
    page.goto(f"/dispatch/{case.number}/")
    act(page, "结案")
    case.refresh_from_db()
    assert (case.state, case.open, case.holder) == ("closed", False, None)
    page.goto(f"/cases/{case.number}/")
    stage.shot(page, "street-closed-case")
    actions = list(CaseEvent.objects.filter(case=case).order_by("sequence").values_list("action", flat=True))
    assert actions == ["report", "register", "escalate", "dispatch", "accept", "feedback", "verify", "close"]
    assert page.locator(".trail > li").count() == len(actions)


def others_see_nothing(stage: Stage, case: Case) -> None:
    """People of the street beside it: not in a list, not on a page, not a photo; like what does not exist."""
    photos = [f"/attachments/{photo.pk}/" for photo in Attachment.objects.all()]
    worker = stage.page_of("worker_b", phone=True)
    street = stage.page_of("street_b")
    paths = {
        worker: [f"/field/cases/{case.number}/", f"/field/verify/{case.number}/", f"/cases/{case.number}/", *photos],
        street: [f"/dispatch/{case.number}/", f"/cases/{case.number}/", f"/cases/{case.number}/act/close/", *photos],
    }
    asked = {path: page.request.get(path).status for page, of_page in paths.items() for path in of_page}
    assert set(asked.values()) == {404}, asked
    street.goto("/dispatch/")
    assert street.locator("[data-row]").count() == 0
    street.goto("/cases/")
    assert case.number not in street.content()
    worker.goto("/field/")
    assert case.title not in worker.content()
    stage.shot(street, "street-b-sees-nothing")


def a_month_of_others(world: World) -> None:
    """Cases that the stations settle themselves: enough of them for both streets to be ranked, the second's late."""
    stall = Category.objects.get(key=STALL)
    for number in range(20):
        second = number % 2
        where = f"grid {second} 0 0"
        worker, station = ("worker_b", "station_b") if second else ("worker", "station")
        case = world.report(by=worker, place=where, category=stall, title=f"占道经营 {number}")
        world.move(case, "register", station)
        if second:
            world.tick(days=2)
        world.move(case, "settle", station, note="已劝离")
        world.move(case, "verify", worker, passed=True)
        world.move(case, "close", station)


def publish_the_month(stage: Stage) -> Period:
    """On 1 April the assessor has March computed, looks it over and publishes it."""
    page = stage.page_of("assessor")
    page.goto("/leaders/")
    page.locator("details.menu > summary", has_text="计算").click()
    assert page.input_value("[name=period]") == "2026-03"
    stage.shot(page, "assessor-empty")
    page.get_by_role("button", name="开始计算").click()
    page.wait_for_load_state()
    stage.drain()
    page.goto("/leaders/")
    period = Period.objects.get()
    assert (period.label, period.state) == ("2026-03", "computed")
    page.get_by_role("button", name="复核").click()
    page.get_by_role("button", name="发布").click()
    stage.shot(page, "assessor-publish")
    page.click("#confirm-ok")
    expect(page.locator(".page-head").get_by_text("已发布", exact=True)).to_be_visible()
    period.refresh_from_db()
    assert period.state == "published"
    stage.drain()
    return period


def read_the_ranking(stage: Stage, period: Period, case: Case) -> None:
    """The leader reads the ranking, opens a score, and opens a number down to the case."""
    page = stage.page_of("leader")
    stage.shot(page, "leader-home")
    page.goto("/leaders/")
    assert page.inner_text("h1") == "2026 年 3 月考核"
    assert texts(page, ".leaders-ranking .leaders-name") == ["第1街道", "第2街道"]
    stage.shot(page, "leader-ranking")
    first = Score.objects.get(period=period, subject_kind="street", rank=1)
    page.goto(f"/leaders/scores/{first.pk}/")
    stage.shot(page, "leader-score")
    page.get_by_role("link", name="按期处置率").click()
    item = first.items.get(indicator__code="on_time")
    assert texts(page, ".leaders-fraction a") == [str(item.numerator), str(item.denominator)]
    numbers = texts(page, ".table tbody td:first-child")
    assert (len(numbers), numbers.count(case.number)) == (item.numerator, 1)
    stage.shot(page, "leader-number")


def test_a_problem_from_the_phone_to_the_published_month(stage: Stage, photo: Photo) -> None:
    world = stage.world
    case = report_a_problem(stage, photo)
    lamp = file_the_log(stage)
    stage.drain()
    stage.it_is("2026-03-02 10:05")
    pass_it_up(stage, case)
    stage.drain()
    stage.it_is("2026-03-02 10:40")
    dispatch_it(stage, case)
    stage.drain()
    others_see_nothing(stage, case)
    stage.it_is("2026-03-02 11:00")
    handle_it(stage, case, photo)
    stage.drain()
    stage.it_is("2026-03-03 15:00")
    verify_it(stage, case)
    stage.drain()
    stage.it_is("2026-03-03 16:00")
    close_it(stage, case)
    stage.drain()
    assert Case.objects.get(pk=lamp.pk).state == "reported"
    a_month_of_others(world)
    stage.it_is("2026-04-01 09:00")
    period = publish_the_month(stage)
    read_the_ranking(stage, period, case)
    assert stage.said == []
