"""The inbox page, the bell and the API, for the owner and for strangers."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.notices.models import Notice
from tests.factories.accounts import api_of, client_of, make_user
from tests.factories.notices import SENT, make_notice

pytestmark = pytest.mark.django_db
NOW = SENT + timedelta(hours=3)


@pytest.fixture(autouse=True)
def frozen():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def user():
    return make_user("reader")


@pytest.fixture
def browser(user):
    return client_of(user)


@pytest.mark.parametrize("url", ["/notices/", "/notices/unread/", "/notices/1/"])
def test_strangers_are_sent_to_sign_in(client, url):
    assert client.get(url).status_code == 302


def test_the_inbox_shows_the_readers_notices_newest_first(user, browser):
    make_notice(make_user(), params={"subject": "别人的"})
    old = make_notice(user, params={"subject": "旧的"})
    make_notice(user, params={"subject": "新的"}, at=SENT + timedelta(hours=1))
    text = browser.get("/notices/").content.decode()
    assert "别人的" not in text
    assert text.index("红牌：新的") < text.index("红牌：旧的")
    assert "2 条未读" in text
    assert f'href="/notices/{old.pk}/"' in text


def test_only_unread_ones_on_request(user, browser):
    make_notice(user, params={"subject": "读过的"})
    browser.post("/notices/read/")
    make_notice(user, params={"subject": "没读的"})
    text = browser.get("/notices/?unread=1").content.decode()
    assert "没读的" in text
    assert "读过的" not in text


def test_an_empty_inbox_says_so(browser, user):
    assert "还没有通知" in browser.get("/notices/").content.decode()
    make_notice(user)
    browser.post("/notices/read/")
    assert "没有未读通知" in browser.get("/notices/?unread=1").content.decode()


def test_following_a_notice_reads_it(user, browser):
    notice = make_notice(user, url="/cases/7/")
    answer = browser.get(f"/notices/{notice.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, "/cases/7/")
    notice.refresh_from_db()
    assert notice.read_at == NOW


def test_a_notice_without_a_place_leads_back_to_the_inbox(user, browser):
    notice = make_notice(user, url="")
    assert browser.get(f"/notices/{notice.pk}/")["Location"] == "/notices/"


def test_marking_one_read_leaves_the_others(user, browser):
    first, second = make_notice(user), make_notice(user)
    assert browser.post(f"/notices/{first.pk}/read/").status_code == 302
    assert list(Notice.objects.unread()) == [second]


@pytest.mark.parametrize(("method", "path"), [("get", ""), ("post", "read/")])
def test_another_persons_notice_is_not_found(browser, method, path):
    notice = make_notice(make_user())
    assert getattr(browser, method)(f"/notices/{notice.pk}/{path}").status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None


def test_reading_by_get_is_not_offered(user, browser):
    notice = make_notice(user)
    assert browser.get(f"/notices/{notice.pk}/read/").status_code == 405
    assert browser.get("/notices/read/").status_code == 405


def test_the_bell_counts_and_answers_304_until_the_count_changes(user, browser):
    assert browser.get("/notices/unread/").content == b""
    make_notice(user)
    answer = browser.get("/notices/unread/")
    assert answer.content == b"1"
    again = browser.get("/notices/unread/", HTTP_IF_NONE_MATCH=answer["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    make_notice(user)
    changed = browser.get("/notices/unread/", HTTP_IF_NONE_MATCH=answer["ETag"])
    assert (changed.status_code, changed.content) == (200, b"2")


def test_pages_follow_each_other_without_losing_or_repeating_a_notice(user, browser):
    made = [make_notice(user).pk for _ in range(45)]
    api = api_of(user)
    seen, url = [], "/api/v1/notices/?size=20"
    while url:
        body = api.get(url).json()
        seen += [row["id"] for row in body["results"]]
        url = body["next"]
    assert seen == sorted(made, reverse=True)
    assert "上一页" in browser.get("/notices/?size=20").content.decode()


def test_the_page_costs_the_same_at_any_length(user, browser):
    costs = []
    for _ in range(3):
        make_notice(user)
        with CaptureQueriesContext(connection) as queries:
            browser.get("/notices/")
        costs.append(len(queries))
    assert costs[0] == costs[1] == costs[2]
    assert costs[0] <= 10


def test_the_api_gives_the_callers_notices_in_the_callers_language(user):
    make_notice(make_user())
    notice = make_notice(user, params={"subject": "C1"})
    body = api_of(user).get("/api/v1/notices/", HTTP_ACCEPT_LANGUAGE="en").json()
    assert body == {
        "next": None,
        "previous": None,
        "unread": 1,
        "results": [
            {
                "id": notice.pk,
                "kind": "test",
                "urgent": False,
                "title": "Red card: C1",
                "body": "",
                "url": notice.url,
                "created_at": "2026-11-21T09:00:00+08:00",
                "read_at": None,
            }
        ],
    }


def test_the_api_marks_read(user):
    notice = make_notice(user)
    api = api_of(user)
    assert [api.post(f"/api/v1/notices/{notice.pk}/read/").status_code for _ in range(2)] == [204, 204]
    assert api.get("/api/v1/notices/?unread=true").json()["results"] == []


def test_the_api_refuses_strangers_and_nonsense(user, client):
    notice = make_notice(make_user())
    assert client.get("/api/v1/notices/").status_code == 401
    api = api_of(user)
    assert api.post(f"/api/v1/notices/{notice.pk}/read/").status_code == 404
    assert api.get("/api/v1/notices/?size=0").json()["errors"] == {"size": ["1–200"]}
    assert api.get("/api/v1/notices/?cursor=nonsense").status_code == 400
