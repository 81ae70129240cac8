"""The cases API as ``spec/interfaces.md`` fixes it."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.cases.models import Case, CaseEvent
from apps.core import clock
from tests.factories.accounts import api_of
from tests.factories.cases import World, make_category, photo_file

CASES = "/api/v1/cases/"


def call(world: World, who: str, path: str, body: Any = None, **headers: Any) -> Any:
    """A call by somebody, a minute after the last; POST where there is a body."""
    client = api_of(world[who])
    with clock.frozen(world.tick()):
        if body is None:
            return client.get(path, headers=headers)
        return client.post(path, body, format="json", headers=headers)


def act(world: World, who: str, case: Case, action: str, **body: Any) -> Any:
    return call(world, who, f"{CASES}{case.number}/{action}/", body)


def report_body(world: World, **changes: Any) -> dict[str, Any]:
    lon, lat = world.point()
    body = {"category": world.category.key, "title": "井盖缺失", "description": "人行道", "lon": lon, "lat": lat}
    return body | changes


def test_a_report_answers_201_with_its_place_and_holder(world: World) -> None:
    answer = call(world, "worker", CASES, report_body(world, address="共和新路 1 号"))
    assert answer.status_code == 201
    body = answer.json()
    case = Case.objects.get(number=body["number"])
    assert body["place"] == {
        "district": "310106",
        "street": "310106001",
        "community": "310106001001",
        "grid": "310106001001001",
    }
    assert (body["state"], body["version"], body["category"]) == ("reported", 1, world.category.key)
    assert body["holder"] == "310106001001-centre" == body["desk"]
    assert body["due_at"] == case.due_at.astimezone(clock.SHANGHAI).isoformat()
    assert body["actions"] == ["dissuade", "whistle"]
    assert [(leg["agency"], leg["role"], leg["state"], leg["version"]) for leg in body["legs"]] == [
        ("310106001001-centre", "lead", "accepted", 1)
    ]
    assert body["my_leg"] is None
    assert case.worker_id == world.people["worker"].pk


def test_the_unit_may_be_named_instead_of_found(world: World) -> None:
    answer = call(world, "station", CASES, report_body(world, unit="310106001001002", source="hotline_12345"))
    assert (answer.status_code, answer.json()["place"]["grid"]) == (201, "310106001001002")


@pytest.mark.parametrize(
    ("who", "changes", "status", "fields"),
    [
        ("leader", {}, 403, []),
        ("clerk", {"title": ""}, 403, []),
        ("worker", {"unit": "310106002001001"}, 404, []),
        ("worker", {"unit": "nowhere"}, 404, []),
        ("worker", {"title": ""}, 400, ["title"]),
        ("worker", {"title": "长" * 81}, 400, ["title"]),
        ("worker", {"lon": 200, "lat": "x"}, 400, ["lat", "lon"]),
        ("worker", {"lon": 100.0, "lat": 20.0}, 400, ["lon"]),
        ("worker", {"category": "test:event:none"}, 400, ["category"]),
        ("worker", {"source": "gossip"}, 400, ["source"]),
        ("worker", {"client_id": "7"}, 400, ["client_id"]),
        ("worker_b", {}, 400, ["lon"]),
    ],
)
def test_a_report_that_is_refused_names_what_is_wrong(
    world: World, who: str, changes: dict[str, Any], status: int, fields: list[str]
) -> None:
    answer = call(world, who, CASES, report_body(world, **changes))
    assert (answer.status_code, sorted(answer.json().get("errors", {}))) == (status, fields)
    assert answer["Content-Type"] == "application/problem+json"
    assert Case.objects.count() == 0


def test_a_branch_of_the_catalogue_is_no_category_of_a_case(world: World) -> None:
    branch = make_category("市容环境", is_leaf=False, level=2)
    answer = call(world, "worker", CASES, report_body(world, category=branch.key))
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["category"])


def test_errors_come_in_their_order(world: World) -> None:
    """401, 404, 403, 409 stale, 409 state, 400: whatever else is wrong with the request as well."""
    case = world.dispatched()
    url = f"{CASES}{case.number}/dispatch/"
    bad = {"version": 99, "agency": "nobody"}
    assert APIClient().post(url, bad, format="json").status_code == 401
    assert call(world, "street_b", url, bad).status_code == 404
    assert call(world, "leader", url, bad).status_code == 403
    stale = call(world, "street", url, bad)
    assert (stale.status_code, stale.json()["title"]) == (409, "stale-version")
    assert (stale.json()["state"], stale.json()["version"]) == ("dispatched", 4)
    wrong = call(world, "street", url, {"version": 4, "agency": 7, "assisting": "x"})
    assert (wrong.status_code, wrong.json()["title"]) == (409, "wrong-state")
    assert (wrong.json()["state"], wrong.json()["version"]) == ("dispatched", 4)
    missing = call(world, "agency", f"{CASES}{case.number}/return/", {})
    assert (missing.status_code, sorted(missing.json()["errors"])) == (400, ["note", "version"])
    assert call(world, "street", f"{CASES}{case.number}/explode/", {}).status_code == 404
    assert call(world, "street", f"{CASES}260101-999999/close/", {"version": 1}).status_code == 404


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"version": "x"}, ["version"]),
        ({"version": 0}, ["version"]),
        ({"note": "长" * 2001}, ["note", "version"]),
        ({"version": 3, "until": "soon"}, ["until"]),
        ({"version": 3, "until": "2026-03-02", "promised": "2026-04-02"}, ["until"]),
        ({"version": 3}, ["until"]),
        ([], ["version"]),
    ],
)
def test_inputs_are_named_when_wrong(world: World, body: Any, fields: list[str]) -> None:
    case = world.to_street()
    if isinstance(body, dict):
        body = {"note": "等材料", **body}
    answer = call(world, "street", f"{CASES}{case.number}/suspend/", body)
    assert answer.status_code == 400
    assert [name for name in sorted(answer.json()["errors"]) if name in fields] == fields
    assert Case.objects.get(pk=case.pk).state == "registered"


def test_the_whole_loop_by_calls(world: World) -> None:
    number = call(world, "worker", CASES, report_body(world)).json()["number"]
    section, helper = world.agencies["section"].code, world.agencies["helper"].code

    def step(who: str, action: str, **body: Any) -> dict[str, Any]:
        read = call(world, who, f"{CASES}{number}/").json()
        version = read["my_leg"]["version"] if action in {"accept", "return", "feedback"} else read["version"]
        answer = call(world, who, f"{CASES}{number}/{action}/", {"version": version, **body})
        assert answer.status_code == 200, answer.json()
        return answer.json()

    assert step("station", "register")["state"] == "registered"
    assert step("station", "escalate", note="无执法权")["holder"] == "310106001-centre"
    sent = step("street", "dispatch", agency=section, assisting=[helper], note="请今日清运")
    assert (sent["state"], sent["holder"]) == ("dispatched", section)
    assert [leg["role"] for leg in sent["legs"] if leg["state"] == "offered"] == ["lead", "assist"]
    assert step("agency", "accept")["my_leg"]["state"] == "accepted"
    assert step("assistant", "accept")["my_leg"]["role"] == "assist"
    fed = step("agency", "feedback", note="已清运")
    assert (fed["state"], fed["holder"], fed["handled_in_time"]) == ("handled", "310106001-centre", True)
    assert step("worker", "verify", passed=True)["state"] == "verified"
    closed = step("street", "close")
    assert (closed["state"], closed["holder"], closed["due_at"]) == ("closed", None, None)
    rated = step("worker", "rate", solved=True, satisfied=True)
    assert (rated["solved"], rated["satisfied"], rated["state"]) == (True, True, "closed")
    events = call(world, "leader", f"{CASES}{number}/events/").json()["results"]
    assert [event["action"] for event in events] == [
        "report",
        "register",
        "escalate",
        "dispatch",
        "accept",
        "accept",
        "feedback",
        "verify",
        "close",
        "rate",
    ]
    assert [event["sequence"] for event in events] == list(range(1, 11))
    assert (events[3]["note"], events[3]["payload"]["agency_code"]) == ("请今日清运", section)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("worker", 200),
        ("station", 200),
        ("street", 200),
        ("district", 200),
        ("leader", 200),
        ("assessor", 200),
        ("agency", 200),
        ("assistant", 404),
        ("mate", 404),
        ("worker_b", 404),
        ("street_b", 404),
        ("clerk", 404),
        ("stranger", 404),
    ],
)
def test_who_reads_a_case(world: World, who: str, status: int) -> None:
    case = world.dispatched()
    for path in (f"{CASES}{case.number}/", f"{CASES}{case.number}/events/"):
        assert call(world, who, path).status_code == status
    listed = [row["number"] for row in call(world, who, CASES).json()["results"]]
    assert listed == ([case.number] if status == 200 else [])


def test_the_list_is_narrowed(world: World) -> None:
    sent, waiting = world.dispatched(), world.report(title="路灯不亮", address="平型关路 489 弄")
    done = world.case_in("closed")
    Case.objects.filter(pk=sent.pk).update(card="red")

    def numbers(query: str, who: str = "leader") -> list[str]:
        answer = call(world, who, f"{CASES}?{query}")
        assert answer.status_code == 200, answer.json()
        return [row["number"] for row in answer.json()["results"]]

    everything = [case.number for case in sorted([sent, waiting], key=lambda case: case.due_at)] + [done.number]
    assert numbers("") == everything
    assert numbers("state=reported,closed") == [waiting.number, done.number]
    assert numbers("state=closed") == [done.number]
    assert numbers("unit=310106001001001") == everything
    assert numbers("unit=310106001001002") == []
    assert numbers(f"holder={world.agencies['section'].code}") == [sent.number]
    assert numbers("card=red") == [sent.number]
    assert numbers(f"category={world.category.key}&state=dispatched") == [sent.number]
    assert numbers(f"q={waiting.number}") == [waiting.number]
    assert numbers("q=路灯") == [waiting.number]
    assert numbers("q=平型关 路灯") == [waiting.number]
    assert numbers("q=。") == []
    assert numbers("q=路灯", who="street_b") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=lost", "state"),
        ("unit=9", "unit"),
        ("category=a:b:c", "category"),
        ("holder=x", "holder"),
        ("card=blue", "card"),
        ("size=0", "size"),
        ("size=9999", "size"),
        ("cursor=o", "cursor"),
        ("cursor=zabc", "cursor"),
        ("cursor=oWyJuIiwgIngiLCAxXQ", "cursor"),
    ],
)
def test_a_wrong_filter_is_named(world: World, query: str, field: str) -> None:
    answer = call(world, "leader", f"{CASES}?{query}")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_categories_are_leaves_with_their_path(world: World) -> None:
    root = make_category("事件", is_leaf=False, level=1)
    branch = make_category("市容", is_leaf=False, level=2, parent=root)
    leaf = make_category("暴露垃圾", parent=branch, kind="component")
    found = call(world, "worker", "/api/v1/categories/?kind=component&q=垃圾").json()["results"]
    assert [(row["code"], row["name"], row["path"]) for row in found] == [
        (leaf.key, "暴露垃圾", ["事件", "市容", "暴露垃圾"])
    ]
    assert [row["code"] for row in call(world, "worker", "/api/v1/categories/").json()["results"]] == sorted(
        [world.category.key, leaf.key]
    )


def test_agencies_are_those_a_centre_may_give_to(world: World) -> None:
    def codes(query: str, who: str = "street") -> set[str]:
        return {row["code"] for row in call(world, who, f"/api/v1/agencies/?{query}").json()["results"]}

    section, helper = world.agencies["section"], world.agencies["helper"]
    stations = {"310106001001-centre", "310106001002-centre"}
    assert codes("unit=310106001") == {section.code, helper.code, *stations}
    assert codes(f"unit=310106001&category={world.category.key}") == {section.code}
    assert codes("unit=310106002") == set()
    assert codes("", "agency") == {section.code}
    row = call(world, "street", f"/api/v1/agencies/?unit=310106001&category={world.category.key}").json()["results"][0]
    assert row == {"code": section.code, "name": section.name, "kind": "section", "unit": "310106001"}


class TestOnce:
    """A report sent twice makes one case, however it is recognised."""

    def test_by_client_id(self, world: World) -> None:
        mark = str(uuid.uuid4())
        first = call(world, "worker", CASES, report_body(world, client_id=mark))
        again = call(world, "worker", CASES, report_body(world, client_id=mark))
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json()["number"] == again.json()["number"]
        other = call(world, "worker", CASES, report_body(world, client_id=mark, title="别的事"))
        assert (other.status_code, other.json()["title"]) == (409, "client-id-mismatch")
        assert (Case.objects.count(), CaseEvent.objects.count()) == (1, 1)

    def test_by_source_number(self, world: World) -> None:
        body = report_body(world, source="hotline_12345", source_number="SH-1")
        assert call(world, "station", CASES, body).status_code == 201
        again = call(world, "station", CASES, body)
        assert (again.status_code, again.json()["title"]) == (409, "source-repeated")
        other = report_body(world, source="hotline_12319", source_number="SH-1")
        assert call(world, "station", CASES, other).status_code == 201
        assert Case.objects.count() == 2

    def test_by_idempotency_key(self, world: World) -> None:
        headers = {"Idempotency-Key": "k-1"}
        first = call(world, "worker", CASES, report_body(world), **headers)
        again = call(world, "worker", CASES, report_body(world), **headers)
        assert (again.status_code, again["Idempotent-Replay"]) == (201, "true")
        assert again.json() == first.json()
        assert "Idempotent-Replay" not in first
        other = call(world, "worker", CASES, report_body(world, title="别的事"), **headers)
        assert (other.status_code, other.json()["title"]) == (409, "idempotency-mismatch")
        assert Case.objects.count() == 1

    def test_a_refused_report_is_not_kept(self, world: World) -> None:
        headers = {"Idempotency-Key": "k-2"}
        assert call(world, "worker", CASES, report_body(world, title=""), **headers).status_code == 400
        assert call(world, "worker", CASES, report_body(world), **headers).status_code == 201

    def test_an_action_repeated_by_its_key(self, world: World) -> None:
        case = world.report()
        url, headers = f"{CASES}{case.number}/register/", {"Idempotency-Key": "k-3"}
        first = call(world, "station", url, {"version": 1}, **headers)
        again = call(world, "station", url, {"version": 1}, **headers)
        assert (first.status_code, again.status_code, again["Idempotent-Replay"]) == (200, 200, "true")
        assert Case.objects.get(pk=case.pk).version == 2


class TestPhotos:
    """Photos hang on cases and are seen by those who see the case."""

    def send(self, world: World, who: str, case: Case, **more: Any) -> Any:
        client = api_of(world[who])
        with clock.frozen(world.tick()):
            return client.post(f"{CASES}{case.number}/attachments/", {"photo": photo_file(), **more})

    def test_before_and_after(self, world: World) -> None:
        case = world.report()
        assert self.send(world, "worker", case).json()["purpose"] == "before"
        case = world.accepted()
        assert self.send(world, "agency", case).json()["purpose"] == "after"
        assert self.send(world, "agency", case, purpose="before").json()["purpose"] == "before"

    @pytest.mark.parametrize(
        ("who", "status"), [("station", 201), ("leader", 403), ("mate", 404), ("agency", 404), ("street_b", 404)]
    )
    def test_who_attaches(self, world: World, who: str, status: int) -> None:
        assert self.send(world, who, world.report()).status_code == status

    def test_a_repeat_is_one_photo(self, world: World) -> None:
        case, mark = world.report(), str(uuid.uuid4())
        first, again = (self.send(world, "worker", case, client_id=mark).json() for _ in range(2))
        assert first == again

    def test_no_photo_no_finished_case(self, world: World) -> None:
        case = world.report()
        url = f"{CASES}{case.number}/attachments/"
        assert list(call(world, "worker", url, {}).json()["errors"]) == ["photo"]
        client = api_of(world["worker"])
        text = photo_file()
        text.truncate(9)
        assert client.post(url, {"photo": text}).status_code == 400
        assert self.send(world, "worker", world.case_in("closed")).status_code == 409

    def test_demanded_only_where_the_category_says_so(self, world: World) -> None:
        strict = make_category("占道堆物", evidence="both")
        case = world.accepted(category=strict)

        def feed() -> Any:
            version = call(world, "agency", f"{CASES}{case.number}/").json()["my_leg"]["version"]
            return act(world, "agency", case, "feedback", version=version, note="已清理")

        refused = feed()
        assert (refused.status_code, len(refused.json()["errors"]["photo"])) == (400, 2)
        self.send(world, "agency", case, purpose="before")
        assert len(feed().json()["errors"]["photo"]) == 1
        self.send(world, "agency", case, purpose="after")
        assert feed().status_code == 200


def test_an_assistant_never_blocks_the_lead(world: World) -> None:
    case = world.dispatched(assisting=("helper",))
    lead = call(world, "agency", f"{CASES}{case.number}/").json()["my_leg"]
    assert act(world, "assistant", case, "accept", version=1).status_code == 200
    assert act(world, "assistant", case, "feedback", version=2, note="已配合").status_code == 200
    assert act(world, "agency", case, "accept", version=lead["version"]).status_code == 200
    stale = act(world, "agency", case, "feedback", version=lead["version"], note="清运")
    assert (stale.status_code, stale.json()["title"]) == (409, "stale-version")
    assert act(world, "agency", case, "feedback", version=2, note="清运").json()["state"] == "handled"


def test_a_version_that_moved_on_is_told(world: World) -> None:
    case = world.to_street()
    section = world.agencies["section"].code
    assert act(world, "district", case, "supervise", version=case.version, note="领导关注").status_code == 200
    late = act(world, "street", case, "dispatch", version=case.version, agency=section)
    assert (late.status_code, late.json()["version"]) == (409, case.version + 1)
    assert act(world, "street", case, "comment", note="不看版本").status_code == 200
    assert act(world, "street", case, "dispatch", version=case.version + 1, agency=section).status_code == 200


def test_until_is_a_date_or_a_moment(world: World) -> None:
    case = world.dispatched()
    moment = (world.at + timedelta(days=20)).isoformat()
    extended = act(world, "street", case, "extend", version=case.version, note="雨天", until=moment)
    assert extended.status_code == 200
    again = act(world, "district", case, "extend", version=case.version + 1, note="再延", until="2026-04-20")
    assert again.json()["due_at"] == "2026-04-20T23:59:59+08:00"
