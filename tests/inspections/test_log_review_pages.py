"""The week of logs: how each day looks, who sees whom, pages of people, the fragment beside it and the review."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import User
from apps.core import clock
from apps.core.errors import InvalidInput, NotVisible
from apps.core.waiting import waiting_for
from apps.inspections import selectors, services
from apps.inspections.models import DailyLog
from apps.notices.models import Notice
from tests.factories.accounts import client_of, make_user
from tests.factories.deadlines import shanghai
from tests.factories.grid import grant
from tests.factories.inspections import entry, make_log

MONDAY = date(2026, 3, 2)
THURSDAY_NOON = shanghai("2026-03-05 12:00")
LOGS = "/inspections/logs/"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def thursday():
    with clock.frozen(THURSDAY_NOON):
        yield


def noon(day):
    return shanghai(f"{day} 12:00")


def week(house, who, **given):
    user = User.objects.get(pk=getattr(house, who).pk)
    return selectors.week_page(user, monday=given.pop("monday", MONDAY), at=THURSDAY_NOON, **given)


def marks(page, username):
    return [day.mark for row in page.rows if row.person.username == username for day in row.days]


def test_every_day_is_filed_late_empty_missing_open_or_rest(house):
    make_log(house.worker, MONDAY, noon(MONDAY), entry())
    make_log(house.worker, MONDAY + timedelta(days=1), noon(MONDAY + timedelta(days=2)), entry())
    make_log(house.worker, MONDAY + timedelta(days=2), noon(MONDAY + timedelta(days=2)))
    page = week(house, "station")
    assert marks(page, "worker") == ["filed", "late", "empty", "open", "open", "rest", "rest"]
    assert marks(page, "mate") == ["missing", "missing", "missing", "open", "open", "rest", "rest"]
    assert [(row.person.username, row.missing) for row in page.rows] == [("mate", 3), ("worker", 0)]


def test_a_draft_counts_as_nothing_for_those_above(house):
    services.add_entry(
        actor=house.worker, client_id=uuid.uuid4(), date=MONDAY, subject="urban", text="x", at=noon(MONDAY)
    )
    assert marks(week(house, "station"), "worker")[0] == "missing"


def test_nothing_is_expected_before_the_duty_begins(house):
    fresh = make_user("fresh", "A 新人")
    grant(fresh, "worker", house.tree.grid(0, 0, 0), valid_from=MONDAY + timedelta(days=2))
    assert marks(week(house, "station"), "fresh")[:4] == ["none", "none", "missing", "open"]


PEOPLE = {
    "worker": ["worker"],
    "mate": ["mate"],
    "grid_leader": ["worker"],
    "station": ["mate", "worker"],
    "street": ["mate", "worker"],
    "leader": ["mate", "worker", "worker_b"],
    "worker_b": ["worker_b"],
}


@pytest.mark.parametrize("who", sorted(PEOPLE))
def test_everybody_sees_the_people_of_his_scope(house, who):
    assert [row.person.username for row in week(house, who).rows] == PEOPLE[who]


def test_people_who_filed_without_owing_are_shown(house):
    make_log(house.station, MONDAY, noon(MONDAY), entry())
    page = week(house, "street")
    assert marks(page, "station") == ["filed"] + ["none"] * 6


def test_a_part_can_be_looked_at_and_others_cannot(house):
    page = week(house, "station", unit_code=house.tree.grid(0, 0, 1).code)
    assert [row.person.username for row in page.rows] == ["mate"]
    with pytest.raises(NotVisible):
        week(house, "station", unit_code=house.tree.grid(1, 0, 0).code)


def test_pages_go_by_person(house):
    seen, cursor = [], None
    for _page in range(3):
        page = week(house, "leader", size=1, cursor=cursor)
        seen += [row.person.username for row in page.rows]
        cursor = page.next
    assert (seen, cursor) == (["mate", "worker", "worker_b"], None)


@pytest.mark.parametrize("given", ["2026", "2026-W60", "x-Wy", "2026-W"])
def test_a_wrong_week_is_named(given):
    with pytest.raises(InvalidInput) as refusal:
        selectors.read_week(given, MONDAY)
    assert list(refusal.value.fields) == ["week"]


def test_a_week_is_read(house):
    assert selectors.read_week("2026-W10", date(2026, 5, 1)) == MONDAY
    assert selectors.read_week("", date(2026, 3, 8)) == MONDAY


def test_the_page_and_the_day_beside_it(house):
    log = make_log(house.worker, MONDAY, noon(MONDAY), entry("路灯已修"))
    day = reverse("inspections:log", args=[log.client_id])
    station = client_of(house.station)
    page = station.get(LOGS, {"week": "2026-W10", "log": str(log.client_id)})
    assert page.status_code == 200
    assert "路灯已修" in page.content.decode()
    fragment = station.get(day, headers=HTMX).content.decode()
    assert ("路灯已修" in fragment, "<html" in fragment) == (True, False)
    assert "<html" in station.get(day).content.decode()
    assert {
        who: client_of(getattr(house, who)).get(day).status_code for who in ("street", "mate", "station_b", "clerk")
    } == {
        "street": 200,
        "mate": 404,
        "station_b": 404,
        "clerk": 404,
    }


def test_the_week_is_closed_to_those_without_the_right(house, client):
    assert client_of(house.clerk).get(LOGS).status_code == 403
    assert client.get(LOGS).status_code == 302


def test_a_review_from_the_page(house):
    log = make_log(house.worker, MONDAY, noon(MONDAY), entry())
    url = reverse("inspections:review", args=[log.client_id])
    station = client_of(house.station)
    wrong = station.post(url, {"comment": "缺评价"}, headers=HTMX)
    assert (wrong.status_code, "请选择评价。" in wrong.content.decode(), "缺评价" in wrong.content.decode()) == (
        422,
        True,
        True,
    )
    assert client_of(house.street).post(url, {"rating": 3}).status_code == 403
    assert client_of(house.station_b).post(url, {"rating": 3}).status_code == 404
    done = station.post(url, {"rating": 3, "comment": "好"}, headers=HTMX)
    assert (done.status_code, "hx-swap-oob" in done.content.decode()) == (200, True)
    assert DailyLog.objects.values_list("state", "rating", "comment", "reviewed_by").get() == (
        "reviewed",
        3,
        "好",
        house.station.pk,
    )
    again = station.post(url, {"rating": 1})
    assert (again.status_code, "这份日志已经审阅。" in again.content.decode()) == (422, True)


def test_the_writer_is_told_of_the_review_once(house):
    log = make_log(house.worker, MONDAY, noon(MONDAY))
    services.review_log(actor=house.station, client_id=log.client_id, rating=3, comment="好", at=THURSDAY_NOON)
    notice = Notice.objects.get()
    assert (notice.recipient, notice.kind, notice.url) == (house.worker, "log.reviewed", "/field/log/?date=2026-03-02")
    assert (notice.title_text, notice.body_text) == ("STATION 审阅了您 03-02 的日志", "好")


def test_missing_logs_wait_on_the_home_page(house):
    make_log(house.worker, MONDAY + timedelta(days=1), noon(MONDAY + timedelta(days=1)), entry())
    urls = [item.url for item in waiting_for(User.objects.get(pk=house.worker.pk)) if "log" in item.url]
    assert urls == [
        f"/field/log/?date={day}" for day in ("2026-02-27", "2026-02-28", "2026-03-02", "2026-03-04", "2026-03-05")
    ]


def queries(user):
    client = client_of(user)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(LOGS, {"week": "2026-W10"}).status_code == 200
    return len(captured)


def test_the_number_of_queries_does_not_grow(house):
    make_log(house.worker, MONDAY, noon(MONDAY), entry())
    one = queries(house.leader)
    for day in range(3):
        for worker in (house.mate, house.worker_b, house.grid_leader):
            make_log(worker, MONDAY + timedelta(days=day), noon(MONDAY + timedelta(days=day)), entry(), entry())
    assert (one, queries(house.leader)) == (one, one)
    assert one <= 12
