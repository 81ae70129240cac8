"""``/api/v1/logs/``: who files, who reads, in which order refusals come, and pages that lose nothing."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.core import clock
from apps.inspections import services
from apps.inspections.models import DailyLog
from tests.factories.accounts import api_of
from tests.factories.inspections import entry, make_log
from tests.inspections.conftest import DAY, NOON

URL = "/api/v1/logs/"


@pytest.fixture(autouse=True)
def noon():
    with clock.frozen(NOON):
        yield


def body(*entries, **more):
    return {"client_id": str(uuid.uuid4()), "date": str(DAY), "entries": list(entries)} | more


def post(user, data, **headers):
    return api_of(user).post(URL, data, format="json", headers=headers)


def test_filing_answers_the_log(house):
    one = entry("沿街店铺占道", happened_at="2026-11-20T09:30:00+08:00")
    sent = body(one, phone_at="2026-11-20T11:58:00+08:00")
    answer = post(house.worker, sent)
    assert answer.status_code == 201
    assert answer.json() == {
        "client_id": sent["client_id"],
        "date": "2026-11-20",
        "state": "filed",
        "worker": "worker",
        "worker_name": "WORKER",
        "unit": house.tree.grid(0, 0, 0).code,
        "filed_at": "2026-11-20T12:00:00+08:00",
        "phone_at": "2026-11-20T11:58:00+08:00",
        "late": False,
        "reported_cases": 0,
        "verified_cases": 0,
        "entries": [
            {
                "client_id": one["client_id"],
                "subject": "urban",
                "text": "沿街店铺占道",
                "happened_at": "2026-11-20T09:30:00+08:00",
                "case": None,
            }
        ],
        "review": None,
    }


def test_a_repeat_answers_the_first_result(house):
    sent = body(entry())
    first = post(house.worker, sent)
    with clock.frozen(NOON + timedelta(hours=20)):
        again = post(house.worker, sent)
    assert (again.status_code, again.json()) == (201, first.json())
    assert DailyLog.objects.count() == 1


def test_an_idempotency_key_replays_and_refuses_another_body(house):
    sent = body(entry())
    first = post(house.worker, sent, **{"Idempotency-Key": "k1"})
    again = post(house.worker, sent, **{"Idempotency-Key": "k1"})
    other = post(house.worker, body(), **{"Idempotency-Key": "k1"})
    assert (again.json(), again["Idempotent-Replay"]) == (first.json(), "true")
    assert (other.status_code, other.json()["title"]) == (409, "idempotency-mismatch")


def test_other_content_under_one_identifier_is_409(house):
    sent = body(entry())
    post(house.worker, sent)
    answer = post(house.worker, sent | {"entries": []})
    assert (answer.status_code, answer.json()["title"]) == (409, "log-mismatch")


def test_a_second_log_of_the_day_is_409_and_carries_the_state(house):
    first = post(house.worker, body()).json()
    answer = post(house.worker, body())
    assert answer.status_code == 409
    assert {name: answer.json()[name] for name in ("title", "client_id", "state")} == {
        "title": "log-exists",
        "client_id": first["client_id"],
        "state": "filed",
    }


def test_wrong_input_is_400_and_names_the_field(house):
    answer = post(house.worker, body(entry(), {"client_id": str(uuid.uuid4()), "subject": "urban"}))
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["entries.1.text"])
    answer = post(house.worker, {"date": "someday"})
    assert (answer.status_code, sorted(answer.json()["errors"])) == (400, ["client_id", "date"])


def test_refusals_come_in_their_order(house):
    wrong = {"entries": [{}]}
    assert api_of(house.worker).post(URL, wrong, format="json").status_code == 400
    assert post(house.clerk, wrong).status_code == 403
    post(house.worker, body())
    assert post(house.worker, body() | wrong).status_code == 409
    out = body(unit=house.tree.grid(1, 0, 0).code)
    assert post(house.mate, out).status_code == 404


def test_nobody_who_is_not_signed_in(house, client):
    assert [client.get(URL).status_code, client.post(URL).status_code] == [401, 401]
    assert client.get(f"{URL}{uuid.uuid4()}/").status_code == 401


SEES = {
    "worker": ["worker"],
    "mate": ["mate"],
    "grid_leader": ["worker"],
    "station": ["mate", "worker"],
    "street": ["mate", "worker"],
    "leader": ["worker_b", "mate", "worker"],
    "worker_b": ["worker_b"],
    "station_b": ["worker_b"],
}


@pytest.mark.parametrize("who", sorted(SEES))
def test_everybody_sees_exactly_his_scope(house, who):
    logs = {name: make_log(getattr(house, name), DAY, NOON) for name in ("worker", "mate", "worker_b")}
    api = api_of(getattr(house, who))
    assert [row["worker"] for row in api.get(URL).json()["results"]] == SEES[who]
    for name, log in logs.items():
        assert api.get(f"{URL}{log.client_id}/").status_code == (200 if name in SEES[who] else 404)


def test_those_without_the_right_are_refused(house):
    assert api_of(house.clerk).get(URL).status_code == 403


def test_a_draft_is_seen_by_its_writer_alone(house):
    services.add_entry(actor=house.worker, client_id=uuid.uuid4(), date=DAY, subject="urban", text="草稿", at=NOON)
    assert [row["state"] for row in api_of(house.worker).get(URL).json()["results"]] == ["draft"]
    assert api_of(house.station).get(URL).json()["results"] == []


def test_filters(house):
    make_log(house.worker, DAY, NOON)
    make_log(house.worker, DAY - timedelta(days=1), NOON)
    make_log(house.mate, DAY, NOON)
    api = api_of(house.station)

    def found(**query):
        return [(row["worker"], row["date"]) for row in api.get(URL, query).json()["results"]]

    assert found(worker="worker") == [("worker", "2026-11-20"), ("worker", "2026-11-19")]
    assert found(date="2026-11-19") == [("worker", "2026-11-19")]
    assert found(unit=house.tree.grid(0, 0, 1).code) == [("mate", "2026-11-20")]
    assert api.get(URL, {"unit": house.tree.grid(1, 0, 0).code}).status_code == 404
    assert api.get(URL, {"date": "x"}).status_code == 400
    assert api.get(URL, {"cursor": "x"}).status_code == 400


def test_pages_lose_and_repeat_nothing_where_many_share_a_day(house):
    for day in range(3):
        for worker in (house.worker, house.mate, house.grid_leader):
            make_log(worker, DAY - timedelta(days=day), NOON)
    api, seen, url = api_of(house.station), [], f"{URL}?size=2"
    while url:
        page = api.get(url).json()
        seen += [row["client_id"] for row in page["results"]]
        url = page["next"]
    wanted = DailyLog.objects.order_by("-date", "-id").values_list("client_id", flat=True)
    assert seen == [str(client_id) for client_id in wanted]


def test_a_page_can_be_left_backwards(house):
    for day in range(5):
        make_log(house.worker, DAY - timedelta(days=day), NOON)
    api = api_of(house.station)
    first = api.get(URL, {"size": 2}).json()
    second = api.get(first["next"]).json()
    assert api.get(second["previous"]).json()["results"] == first["results"]


@pytest.mark.parametrize("who", sorted(SEES))
def test_the_branches_of_a_list_hold_what_is_visible(house, who):
    for name in ("worker", "mate", "worker_b", "station"):
        make_log(getattr(house, name), DAY, NOON)
    services.add_entry(actor=house.grid_leader, client_id=uuid.uuid4(), date=DAY, subject="urban", text="草稿", at=NOON)
    user, logs = getattr(house, who), DailyLog.objects.all()
    branches = {log.pk for branch in logs.visible_branches(user) for log in branch}
    assert branches == set(logs.visible_to(user).values_list("pk", flat=True))


def queries(user, url):
    api = api_of(user)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert api.get(url).status_code == 200
    return len(captured)


def test_the_number_of_queries_does_not_grow(house):
    make_log(house.worker, DAY, NOON, entry())
    station = User.objects.get(pk=house.station.pk)
    one = queries(station, URL)
    make_log(house.mate, DAY, NOON, entry(), entry())
    make_log(house.grid_leader, DAY, NOON, entry(), entry(), entry())
    assert (one, queries(station, URL)) == (5, 5)
