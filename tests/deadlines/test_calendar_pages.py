"""The pages of the working calendar: who may change whose, what a preview says, and that the saved change does that."""

import json
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import clock, job_runs
from apps.core.models import Job
from apps.deadlines import catalogue, changing, library, preview, services, tasks
from apps.deadlines.edits import Day, Rules
from apps.deadlines.models import CalendarChange, CalendarDay, CalendarYear, Limit, LimitChange, WorkingHours
from apps.deadlines.sweep import sweep
from apps.notices.models import Notice
from tests.factories.accounts import client_of, make_user
from tests.factories.deadlines import load_rules, make_limit, shanghai
from tests.factories.grid import grant, make_tree

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
MONDAY = shanghai("2026-11-23 09:00")
PAGE = "/manage/calendar/"


@pytest.fixture(autouse=True)
def frozen():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def tree():
    load_rules()
    return make_tree(boundaries=False)


@pytest.fixture
def admin(tree):
    user = make_user("administrator")
    grant(user, "system_admin", tree.district)
    return client_of(user)


@pytest.fixture
def keeper(tree):
    """Who manages the people of the first street."""
    user = make_user("keeper")
    grant(user, "unit_admin", tree.streets[0])
    return client_of(user)


def ask(client, unit="all", year=2026, **fields):
    return client.post(f"{PAGE}preview/", {"unit": unit, "year": year, **fields})


def save(client, answer, because="省政府通知"):
    data = {"edit": answer.context["edit_json"], "because": because}
    if answer.context["undoes"]:
        data["undoes"] = answer.context["undoes"]
    return client.post(f"{PAGE}save/", data)


def run_jobs():
    job_runs.run_waiting()


def test_nothing_is_saved_before_it_is_confirmed_and_then_limits_move(admin, tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    answer = ask(admin, days="2026-11-26 休 停电检修")
    text = answer.content.decode()
    assert "1 个在办时限改变期限" in text
    assert "还没有保存" in text
    assert not CalendarDay.objects.filter(date=date(2026, 11, 26)).exists()
    saved = save(admin, answer)
    change = CalendarChange.objects.get()
    assert (saved.status_code, saved["Location"]) == (302, f"{PAGE}changes/{change.pk}/")
    assert (change.because, change.actor.username, change.unit) == ("省政府通知", "administrator", None)
    run_jobs()
    assert Limit.objects.get(pk=limit.pk).due_at == shanghai("2026-11-27 09:00")
    page = admin.get(f"{PAGE}changes/{change.pk}/").content.decode()
    assert "1 个在办时限改变了期限" in page
    assert "重算完成" in page
    assert "省政府通知" in admin.get(PAGE).content.decode()


def test_the_preview_gives_the_numbers_of_the_recomputation(admin, tree):
    for number in range(4):
        make_limit(tree.grids[number], at=MONDAY)
        make_limit(tree.grids[number], at=MONDAY, stage="whole", urgency="urgent")
    agreed = make_limit(tree.grids[7], at=MONDAY)
    services.extend_limit(agreed, due_at=shanghai("2026-12-02 09:00"), at=NOW)
    make_limit(tree.grids[7], at=shanghai("2026-11-18 09:00"))
    paused = make_limit(tree.grids[6], at=MONDAY)
    services.pause_limit(
        subject_kind=paused.subject_kind, subject_id=paused.subject_id, at=shanghai("2026-11-24 09:00")
    )
    sweep(at=NOW)
    before = {limit.pk: limit for limit in Limit.objects.all()}
    answer = ask(admin, days="2026-11-23 至 24 休 补假\n2026-11-26 班")
    seen = answer.context["preview"]
    save(admin, answer)
    run_jobs()
    moved = list(LimitChange.objects.filter(kind="recomputed").select_related("limit"))
    assert seen.moved == len(moved) > 4
    groups = {}
    for one in moved:
        key = (one.limit.stage, one.limit.street_id)
        groups[key] = groups.get(key, 0) + 1
    assert dict(seen.groups) == groups
    assert seen.looked == Job.objects.get().result["seen"]
    assert seen.steps_only == Job.objects.get().result["steps_only"]
    assert seen.earliest[2] == min(one.new_due for one in moved).isoformat()
    assert seen.latest[2] == max(one.new_due for one in moved).isoformat()
    gone = [one for one in moved if before[one.limit_id].is_overdue(NOW) and not one.limit.is_overdue(NOW)]
    assert (seen.overdue_no_more, seen.overdue_then) == (len(gone), 0)
    assert (seen.agreed, seen.later, seen.sooner) == (1, len(moved), 0)


def test_many_limits_are_counted_in_the_background(admin, tree, monkeypatch):
    monkeypatch.setattr(changing, "MOST_AT_ONCE", 1)
    for _ in range(3):
        make_limit(tree.grids[0], at=MONDAY)
    answer = ask(admin, days="2026-11-26 休 停电")
    job = Job.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}previews/{job.pk}/")
    assert "正在逐个试算" in admin.get(answer["Location"]).content.decode()
    run_jobs()
    shown = admin.get(answer["Location"])
    assert shown.context["preview"] == preview.preview_edit(shown.context["edit"], None, at=NOW)
    assert shown.context["preview"].moved == 3
    stranger = make_user()
    grant(stranger, "unit_admin", tree.streets[0])
    assert client_of(stranger).get(answer["Location"]).status_code == 404


def test_a_change_is_taken_back_once_and_only_while_it_stands(admin, tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    save(admin, ask(admin, days="2026-11-26 休 停电"))
    change = CalendarChange.objects.get()
    run_jobs()
    undo = admin.get(f"{PAGE}changes/{change.pk}/undo/")
    assert "1 个在办时限改变期限" in undo.content.decode()
    save(admin, undo, "恢复")
    run_jobs()
    assert Limit.objects.get(pk=limit.pk).due_at == limit.due_at
    assert CalendarChange.objects.get(undoes=change).because == "恢复"
    again = save(admin, undo, "再来一次")
    assert again.status_code == 409
    assert admin.get(f"{PAGE}changes/{change.pk}/undo/").status_code == 409
    assert CalendarChange.objects.count() == 2


def test_what_somebody_changed_meanwhile_is_not_overwritten(admin, tree):
    mine = ask(admin, days="2026-11-26 休 停电")
    save(admin, ask(admin, days="2026-11-26 休 庆典"))
    refused = save(admin, mine)
    assert (refused.status_code, "刚刚被别人改过" in refused.content.decode()) == (409, True)
    assert CalendarDay.objects.get(date=date(2026, 11, 26)).name == "庆典"


def test_the_people_manager_of_a_street_keeps_its_calendar_and_no_other(keeper, tree):
    street, other = tree.streets
    page = keeper.get(PAGE)
    assert page.context["calendar"].unit == street
    code = tree.communities[0].code
    assert save(keeper, ask(keeper, unit=code, days="2026-11-26 休 庙会")).status_code == 302
    assert CalendarDay.objects.get(name="庙会").unit == tree.communities[0]
    assert ask(keeper, unit=other.code, days="2026-11-26 休 庙会").status_code == 404
    assert ask(keeper, unit="all", days="2026-11-26 休 庙会").status_code == 403
    assert "data-date" in keeper.get(f"{PAGE}?unit=all").content.decode()
    forged = changing.as_form_data(changing.plan_edit(other.pk, Rules({date(2026, 11, 26): Day(False, "x")})))
    assert keeper.post(f"{PAGE}save/", {"edit": json.dumps(forged), "because": "x"}).status_code == 403


def test_the_calendar_of_all_units_is_for_who_administers_every_district(admin, tree):
    make_tree("320412", streets=0, boundaries=False)
    assert ask(admin, days="2026-11-26 休 庙会").status_code == 403
    assert ask(admin, unit=tree.district.code, days="2026-11-26 休 庙会").status_code == 200


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"days": "2026-11-31 休 停电"}, "第 1 行“2026-11-31 休 停电”里没有这一天"),
        ({"days": "\n明天放假"}, "第 2 行“明天放假”看不懂"),
        ({"days": "11月20日 至 11月18日 休"}, "止日早于起日"),
        ({"days": "11月20日 休\n11月20日 班"}, "与前面的行说法不同"),
        ({"days": "2026-10-01 休 国庆节"}, "没有要改的内容"),
        ({"hours": "09:00-17:00"}, "请选择新时段从哪一天起执行"),
        ({"hours": "17:00-09:00", "hours_from": "2026-12-01"}, "请写成“08:30-12:00, 13:30-18:00”"),
        ({"hours_from": "2026-12-01"}, "请填写上班时段"),
        ({"announced": "yes", "year": "2027", "origin": ""}, "请写明依据哪份文件"),
        ({"days": "1999-01-01 休"}, "2000 年至 2098 年"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_remedy(admin, fields, words):
    answer = ask(admin, **fields)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not CalendarChange.objects.exists()


def test_next_year_is_entered_and_marked_as_announced(admin, tree):
    answer = ask(
        admin,
        year=2027,
        days="1月1日 至 3日 休 元旦\n2027/2/5–2027/2/11 休 春节\n2月20日 班",
        announced="yes",
        origin="国办发明电〔2026〕7 号",
    )
    save(admin, answer)
    assert CalendarYear.objects.get(year=2027).announced
    assert CalendarDay.objects.filter(date__year=2027).count() == 3 + 7 + 1
    assert "2027 年放假安排尚未公布" not in admin.get(PAGE).content.decode()
    # A year alone moves nothing, so no job is started for one.
    save(admin, ask(admin, year=2028, announced="yes", origin="国办"))
    assert Job.objects.count() == 1


def test_hours_from_a_date_on_are_set_inherited_again_and_taken_away(admin, tree):
    street = tree.streets[0]
    save(admin, ask(admin, unit=street.code, hours="9:00-12:00，13:00-17:00", hours_from="2026-12-01"))
    row = WorkingHours.objects.get()
    assert (row.unit, [f"{edge:%H:%M}" for edge in row.periods]) == (street, ["09:00", "12:00", "13:00", "17:00"])
    save(admin, ask(admin, unit=street.code, inherit="on", hours_from="2027-03-01"))
    assert "沿用上级的时段" in admin.get(f"{PAGE}?unit={street.code}").content.decode()
    save(admin, ask(admin, unit=street.code, drop_hours="2026-12-01"))
    assert list(WorkingHours.objects.values_list("periods", flat=True)) == [[]]


def test_a_holiday_of_the_library_that_is_taken_away_does_not_come_back(admin, tree):
    save(admin, ask(admin, days="2026-10-08 平\n2026-10-07 平"))
    assert set(
        CalendarDay.objects.filter(date__gte="2026-10-07", date__lte="2026-10-08").values_list("is_working")
    ) == {(True,)}
    load_rules()
    assert CalendarDay.objects.get(date=date(2026, 10, 7)).is_working
    assert CalendarChange.objects.count() == 1


def test_a_newer_library_moves_limits_and_leaves_its_record(tree, monkeypatch):
    limit = make_limit(tree.grids[0], at=MONDAY)
    real = library.library_days()
    later = real | {date(2026, 11, 26): Day(False, "新增假日")}
    monkeypatch.setattr(catalogue, "library_days", lambda: later)
    catalogue.load_calendar()
    change = CalendarChange.objects.get()
    assert (change.actor, change.because.split()[0]) == (None, "chinesecalendar")
    run_jobs()
    assert Limit.objects.get(pk=limit.pk).due_at == shanghai("2026-11-27 09:00")


def test_the_page_costs_the_same_whatever_was_changed(admin, tree):
    costs = []
    for day in ("26", "27", "30"):
        save(admin, ask(admin, days=f"2026-11-{day} 休 停电"))
        admin.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            admin.get(PAGE)
        costs.append(len(queries))
    assert costs[0] == costs[2] <= 20


def test_administrators_hear_once_a_month_from_november_on_of_a_year_nobody_entered(admin, tree):
    for moment in ("2026-10-31 09:00", "2026-11-02 09:00", "2026-11-20 09:00", "2026-12-01 09:00", "2027-01-04 09:00"):
        with clock.frozen(shanghai(moment)):
            tasks.warn_of_unknown_year()
    keys = list(Notice.objects.order_by("id").values_list("dedupe_key", flat=True))
    assert keys == [f"calendar-year-unknown:2027:{month}" for month in ("2026-11", "2026-12", "2027-01")]
    assert set(Notice.objects.values_list("recipient__username", flat=True)) == {"administrator"}
