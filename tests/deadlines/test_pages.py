"""Pages of administration: who gets in, and what they say."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from apps.accounts.models import User
from apps.core import clock
from apps.deadlines.models import CalendarYear
from apps.deadlines.overview import overview_lines
from apps.deadlines.sweep import sweep
from tests.factories.accounts import client_of, make_user
from tests.factories.deadlines import load_rules
from tests.factories.grid import grant, make_tree

pytestmark = pytest.mark.django_db
PAGES = ["/manage/sweeps/", "/manage/calendar/", "/manage/limits/"]
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture
def tree():
    load_rules()
    return make_tree(boundaries=False)


@pytest.fixture
def admin(tree):
    user = make_user("administrator")
    grant(user, "system_admin", tree.district)
    return client_of(user)


@pytest.fixture(autouse=True)
def frozen():
    with clock.frozen(NOW):
        yield


@pytest.mark.parametrize("url", PAGES)
@pytest.mark.parametrize("role", ["worker", "station", "street_dispatcher", "leader", "unit_admin", "auditor"])
def test_others_are_refused(tree, url, role):
    unit = {"worker": tree.grids[0], "station": tree.communities[0], "street_dispatcher": tree.streets[0]}
    user = make_user()
    grant(user, role, unit.get(role, tree.district))
    keeps_calendar = role == "unit_admin" and url == "/manage/calendar/"
    assert client_of(user).get(url).status_code == (200 if keeps_calendar else 403)


@pytest.mark.parametrize("url", PAGES)
def test_strangers_are_sent_to_sign_in(client, url):
    answer = client.get(url)
    assert (answer.status_code, answer["Location"].split("?")[1]) == (302, f"next={url}")


@pytest.mark.parametrize("url", PAGES)
def test_only_reading_is_offered(admin, url):
    assert admin.post(url).status_code == 405


def test_the_calendar_warns_of_the_year_not_announced_until_it_is(admin):
    assert "2027 年放假安排尚未公布" in admin.get("/manage/calendar/").content.decode()
    CalendarYear.objects.filter(year=2027).update(announced=True, origin="人工")
    assert "尚未公布，暂按周末" not in admin.get("/manage/calendar/").content.decode()


def test_the_calendar_counts_working_days_and_names_holidays(admin):
    text = admin.get("/manage/calendar/?year=2026").content.decode()
    assert "2026 年 248 个工作日" in text
    assert text.count('day day-makeup"') == 7  # six days and the key
    assert 'title="国庆节"' in text
    assert "2026 年 248" in admin.get("/manage/calendar/?year=1066").content.decode()


def test_the_limits_show_ladder_and_amounts_in_words(admin):
    text = admin.get("/manage/limits/").content.decode() + admin.get("/manage/limits/ladders/").content.decode()
    for words in ("时限用去 75% 时", "到期前 4 工作时", "到期后 3 工作日", "1 工作日", "24 小时"):
        assert words in text, words
    admin.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english = admin.get("/manage/limits/").content.decode() + admin.get("/manage/limits/ladders/").content.decode()
    for words in ("4 working hours before the end", "Settled inside the community", "1 working day<"):
        assert words in english, words


def test_the_district_overview_leads_administrators_to_the_clock_and_warns_them(admin, tree):
    def lines():
        user = User.objects.get(username="administrator")
        return [(line.value, line.url, line.tone) for line in overview_lines(user, tree.district)]

    assert lines() == [
        ("还没有运行", "/manage/sweeps/", "late"),
        ("2027 年尚未公布", "/manage/calendar/", "near"),
        ("启用 23 项", "/manage/limits/", ""),
    ]
    page = admin.get(f"/manage/{tree.district.code}/").content.decode()
    assert all(f'href="{url}"' in page for url in PAGES)
    sweep(at=NOW - timedelta(minutes=1))
    CalendarYear.objects.filter(year=2027).update(announced=True, origin="人工")
    assert lines()[:2] == [("1 分前", "/manage/sweeps/", ""), ("已公布", "/manage/calendar/", "")]


def test_the_overview_tells_others_nothing_of_the_clock(admin, tree):
    leader = make_user()
    grant(leader, "leader", tree.district)
    assert overview_lines(leader, tree.district) == []
    assert overview_lines(User.objects.get(username="administrator"), tree.streets[0]) == []
