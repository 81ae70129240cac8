"""The dispatch centre, the case page, action forms, intake and the agency's desk, as a browser gets them."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.cases.models import Case, Leg
from apps.core import clock
from apps.core.models import Attachment
from tests.factories.accounts import client_of
from tests.factories.cases import World, make_category, photo_file

HTMX = {"HX-Request": "true"}


def get(world: World, who: str, path: str, **headers: str) -> Any:
    client = client_of(world[who])
    with clock.frozen(world.tick()):
        return client.get(path, headers=headers)


def post(world: World, who: str, path: str, body: dict[str, Any], **headers: str) -> Any:
    client = client_of(world[who])
    with clock.frozen(world.tick()):
        return client.post(path, body, headers=headers)


def words(answer: Any) -> str:
    """The text of a page, tags and spaces apart."""
    text = unescape(re.sub(r"<[^>]+>", " ", answer.content.decode()))
    return re.sub(r"\s+", " ", text)


def cost(world: World, who: str, path: str) -> int:
    get(world, who, path)
    client = client_of(world[who])
    with clock.frozen(world.tick()), CaptureQueriesContext(connection) as asked:
        answer = client.get(path)
    assert answer.status_code == 200
    return len(asked)


class TestCost:
    """Fixed query counts at one row and at three."""

    @pytest.mark.parametrize("rows", [1, 3])
    def test_queue_page(self, world: World, rows: int) -> None:
        for _ in range(rows):
            world.to_street()
        assert cost(world, "street", "/dispatch/?queue=dispatch") == 12
        assert cost(world, "district", "/dispatch/?queue=close") == 10
        assert cost(world, "street", "/dispatch/?queue=dispatch&part=queues") == 10

    @pytest.mark.parametrize("rows", [1, 3])
    def test_case_page(self, world: World, rows: int) -> None:
        case = world.to_street()
        for _ in range(rows - 1):
            world.to_street()
            world.move(case, "dispatch", "street", agency=world.agencies["section"].code)
            case = world.move(case, "return", "agency", note="不属本单位")
        assert cost(world, "street", f"/cases/{case.number}/") == 17
        assert cost(world, "leader", f"/cases/{case.number}/") == 12

    @pytest.mark.parametrize("rows", [1, 3])
    def test_list_and_desk(self, world: World, rows: int) -> None:
        for _ in range(rows):
            world.dispatched()
        assert cost(world, "leader", "/cases/") == 12
        assert cost(world, "agency", "/desk/") == 8


class TestDispatch:
    """Queues, list and the case beside it."""

    def test_the_first_queue_with_work_is_shown(self, world: World) -> None:
        case = world.report()
        page = get(world, "station", "/dispatch/")
        assert page.context["board"].queue.key == "screen"
        assert case.number in words(page)
        assert get(world, "street", "/dispatch/").context["board"].queue.key == "dispatch"

    def test_counts_are_shown_at_the_queues(self, world: World) -> None:
        for _ in range(2):
            world.to_street()
        world.dispatched()
        shown = get(world, "street", "/dispatch/?part=queues")
        assert "待派遣 2" in words(shown)
        assert "处置中 1" in words(shown)

    def test_polling_answers_304_while_nothing_changes(self, world: World) -> None:
        case = world.to_street()
        client = client_of(world["street"])
        with clock.frozen(world.tick()):
            first = client.get("/dispatch/?queue=dispatch&part=list")
            again = client.get("/dispatch/?queue=dispatch&part=list", headers={"If-None-Match": first["ETag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
        world.move(case, "escalate", "street", note="上报")
        with clock.frozen(world.at):
            changed = client.get("/dispatch/?queue=dispatch&part=list", headers={"If-None-Match": first["ETag"]})
        assert changed.status_code == 200

    def test_the_next_page_of_the_list(self, world: World) -> None:
        cases = [world.to_street() for _ in range(22)]
        first = get(world, "street", "/dispatch/?queue=dispatch&size=20&part=list")
        more = re.search(r'hx-get="([^"]*cursor=[^"]*)"', first.content.decode())
        assert more is not None
        rest = get(world, "street", unescape(more[1]))
        shown = re.findall(r'data-row="([^"]+)"', first.content.decode() + rest.content.decode())
        assert shown == [case.number for case in cases]

    def test_a_case_alone_for_htmx_and_with_its_list_otherwise(self, world: World) -> None:
        case = world.to_street()
        path = f"/dispatch/{case.number}/?queue=dispatch"
        pane = get(world, "street", path, **HTMX)
        assert pane.templates[0].name == "cases/_case.html"
        page = get(world, "street", path)
        assert page.templates[0].name == "cases/dispatch.html"
        assert f'data-row="{case.number}" aria-current="true"' in page.content.decode()
        restored = get(world, "street", path, **HTMX, **{"HX-History-Restore-Request": "true"})
        assert restored.templates[0].name == "cases/dispatch.html"

    def test_filters_are_chips_that_can_be_removed(self, world: World) -> None:
        world.to_street()
        page = get(world, "street", "/dispatch/?queue=dispatch&unit=310106001002&q=垃圾")
        assert page.context["chips"] == [("q", "垃圾", "垃圾"), ("unit", "310106001002", "1街2社区")]
        assert page.context["board"].page.rows == []

    def test_no_such_queue(self, world: World) -> None:
        assert get(world, "street", "/dispatch/?queue=nothing").status_code == 404


class TestCase:
    """What the case page tells."""

    def test_the_history_in_words(self, world: World) -> None:
        case = world.dispatched(assisting=("helper",))
        said = words(get(world, "leader", f"/cases/{case.number}/"))
        for line in (
            "worker 上报，由1街1社区工作站受理",
            "1街1社区工作站 上报 第1街道网格化中心 station 超出社区权限",
            "第1街道网格化中心 派遣 市容管理办，城管中队 协办，限 03-05 周四 09:34 前 street",
        ):
            assert line in said

    def test_the_suggestion_with_its_reason(self, world: World) -> None:
        for _ in range(3):
            world.handled()
        world.accepted()
        case = world.to_street()
        said = words(get(world, "street", f"/cases/{case.number}/"))
        assert "市容管理办 该类 90 天内 3 件由其处置，按时 100 %，现手上 1 件" in said
        assert "建议派遣" not in words(get(world, "leader", f"/cases/{case.number}/"))

    def test_nobody_has_the_duty(self, world: World) -> None:
        case = world.to_street(category=make_category("其他", duty=""))
        assert "本级没有该职责的单位" in words(get(world, "street", f"/cases/{case.number}/"))

    def test_the_district_falls_back(self, world: World) -> None:
        case = world.to_street(category=make_category("无人负责", duty="nobody"))
        case = world.move(case, "escalate", "street", note="无人负责")
        said = words(get(world, "district", f"/cases/{case.number}/"))
        assert "第1街道网格化中心 职责不明，由托底单位先办。" in said

    def test_near_duplicates_and_how_often(self, world: World) -> None:
        lon, lat = world.point()
        first = world.report()
        far = world.report(lat=lat + 0.0006)
        other = world.report(category=make_category("别的"))
        case = world.report(lat=lat + 0.0003)
        detail = get(world, "station", f"/cases/{case.number}/").context["detail"]
        assert [(one.case.pk, one.metres) for one in detail.near] == [(far.pk, 33), (first.pk, 33)]
        assert detail.times_here == 3
        assert other.pk not in [one.case.pk for one in detail.near]
        assert [one.case.pk for one in get(world, "station", f"/cases/{far.number}/").context["detail"].near] == [
            case.pk
        ]

    def test_photos_are_for_those_who_see_the_case(self, world: World) -> None:
        case = world.report()
        answer = post(world, "worker", f"/cases/{case.number}/photos/", {"photos": [photo_file(), photo_file("red")]})
        assert answer.status_code == 302
        first, _second = Attachment.objects.filter(target_kind="case", target_id=case.pk)
        assert get(world, "street", f"/attachments/{first.pk}/").status_code == 200
        assert get(world, "street_b", f"/attachments/{first.pk}/").status_code == 404

    def test_whatever_is_typed_is_shown_as_text(self, world: World) -> None:
        case = world.report(title="<b>粗</b>", description="<script>x</script>")
        page = get(world, "leader", f"/cases/{case.number}/").content.decode()
        assert "&lt;b&gt;粗" in page
        assert "<script>x" not in page


class TestActing:
    """Forms of actions, with and without JavaScript."""

    def path(self, case: Case, action: str) -> str:
        return f"/cases/{case.number}/act/{action}/"

    def test_the_form_suggests_and_offers_only_whom_one_may_ask(self, world: World) -> None:
        case = world.to_street()
        form = get(world, "street", self.path(case, "dispatch")).context["form"]
        assert form["agency"].value() == world.agencies["section"].code
        offered = {code for code, _name in form.fields["assisting"].choices}
        assert offered == {
            world.agencies["section"].code,
            world.agencies["helper"].code,
            world.centre("station").code,
        }

    def test_without_javascript(self, world: World) -> None:
        case = world.to_street()
        back = f"/dispatch/{case.number}/?queue=dispatch"
        body = {"version": case.version, "agency": world.agencies["section"].code, "next": back}
        answer = post(world, "street", self.path(case, "dispatch"), body)
        assert (answer.status_code, answer["Location"]) == (302, back)
        assert Case.objects.get(pk=case.pk).state == "dispatched"

    def test_the_way_on_stays_on_our_pages(self, world: World) -> None:
        case = world.report()
        body = {"version": 1, "next": "https://elsewhere.example/"}
        answer = post(world, "station", self.path(case, "register"), body)
        assert answer["Location"] == f"/cases/{case.number}/"

    def test_with_htmx_the_case_comes_back_and_says_so(self, world: World) -> None:
        case = world.to_street()
        body = {
            "version": case.version,
            "agency": world.agencies["section"].code,
            "assisting": [world.agencies["helper"].code],
            "note": "请处置",
        }
        answer = post(world, "street", self.path(case, "dispatch"), body, **HTMX)
        assert answer.templates[0].name == "cases/_case.html"
        heard = json.loads(answer["HX-Trigger"])
        assert heard == {"toast": {"text": "已办理：派遣", "tone": "success"}, "case:changed": case.number}
        assert Leg.objects.filter(case=case, state="offered").count() == 2

    def test_what_is_missing_is_named_beside_its_field(self, world: World) -> None:
        case = world.to_street()
        answer = post(world, "street", self.path(case, "suspend"), {"version": case.version, "note": "等"}, **HTMX)
        assert (answer.status_code, answer["HX-Retarget"]) == (422, "#action-panel")
        assert list(answer.context["form"].errors) == ["until", "promised"]
        dates = {"until": "2026-03-01", "promised": "2026-04-01"}
        answer = post(
            world, "street", self.path(case, "suspend"), {"version": case.version, "note": "等", **dates}, **HTMX
        )
        assert answer.context["form"].errors["until"] == ["复核日期须在今天之后。"]

    def test_somebody_was_faster(self, world: World) -> None:
        """What changed is told, what was typed stays, and the second press goes through."""
        case = world.to_street()
        body = {"version": case.version, "agency": world.agencies["section"].code, "note": "请今日清运"}
        world.move(case, "supervise", "district", note="领导关注")
        answer = post(world, "street", self.path(case, "dispatch"), body, **HTMX)
        assert (answer.status_code, answer["HX-Retarget"]) == (409, "#action-panel")
        said = words(answer)
        assert "他人刚刚办理过" in said
        assert "310106区网格化中心 督办，限 03-04 周三 09:34 前答复 district 领导关注" in said
        form = answer.context["form"]
        assert (form["note"].value(), form["version"].value()) == ("请今日清运", case.version + 1)
        assert form["agency"].value() == world.agencies["section"].code
        again = post(world, "street", self.path(case, "dispatch"), body | {"version": form["version"].value()}, **HTMX)
        assert again.status_code == 200
        assert Case.objects.get(pk=case.pk).state == "dispatched"

    def test_somebody_did_the_same(self, world: World) -> None:
        case = world.to_street()
        body = {"version": case.version, "agency": world.agencies["section"].code, "note": "请今日清运"}
        world.move(case, "escalate", "street", note="上报")
        answer = post(world, "street", self.path(case, "dispatch"), body, **HTMX)
        assert answer.status_code == 409
        assert not answer.context["available"]
        assert answer.context["form"]["note"].value() == "请今日清运"

    def test_feedback_with_a_photo_is_one_act(self, world: World) -> None:
        strict = make_category("占道堆物", evidence="photo_after")
        case = world.accepted(category=strict)
        version = Leg.objects.get(case=case, state="accepted").version
        path = self.path(case, "feedback")
        refused = post(world, "agency", path, {"version": version, "note": "已清"})
        assert refused.status_code == 422
        assert list(refused.context["form"].errors) == ["photos"]
        late = post(world, "agency", path, {"version": 1, "note": "已清", "photos": [photo_file()]})
        assert (late.status_code, Attachment.objects.count()) == (409, 0)
        done = post(world, "agency", path, {"version": version, "note": "已清", "photos": [photo_file()]})
        assert (done.status_code, Attachment.objects.get().purpose) == (302, "after")
        assert Case.objects.get(pk=case.pk).state == "handled"

    def test_a_photo_of_the_verification_is_not_one_of_the_result(self, world: World) -> None:
        case = world.handled()
        given = {"version": case.version, "passed": "True", "photos": [photo_file()]}
        assert post(world, "worker", self.path(case, "verify"), given).status_code == 302
        assert Attachment.objects.get().purpose == "verification"
        page = get(world, "worker", f"/cases/{case.number}/")
        assert [photo["caption"] for photo in page.context["photos"]] == ["核查"]

    @pytest.mark.parametrize(
        ("who", "action", "status"),
        [
            ("street", "dispatch", 200),
            ("street", "close", 409),
            ("leader", "dispatch", 403),
            ("street_b", "dispatch", 404),
            ("street", "explode", 404),
        ],
    )
    def test_who_gets_a_form(self, world: World, who: str, action: str, status: int) -> None:
        case = world.to_street()
        assert get(world, who, self.path(case, action)).status_code == status
        assert get(world, who, self.path(case, action), **HTMX).status_code == status

    @pytest.mark.parametrize(
        ("action", "given"),
        [("verify", {"passed": "False", "note": "未清"}), ("rework", {"note": "再清"}), ("comment", {"note": "阅"})],
    )
    def test_forms_carry_their_inputs(self, world: World, action: str, given: dict[str, str]) -> None:
        case = world.handled()
        answer = post(world, "street", self.path(case, action), {"version": case.version, **given})
        assert answer.status_code == 302
        kept = Case.objects.get(pk=case.pk)
        assert (kept.state, kept.rework_count) == (("handled", 0) if action == "comment" else ("dispatched", 1))

    def test_an_extension_is_read_as_local_time(self, world: World) -> None:
        case = world.dispatched()
        body = {"version": case.version, "note": "雨", "until": "2026-03-20T18:00"}
        assert post(world, "street", self.path(case, "extend"), body).status_code == 302
        assert clock.local(Case.objects.get(pk=case.pk).due_at).isoformat() == "2026-03-20T18:00:00+08:00"


class TestIntake:
    """The form at a desk."""

    def body(self, world: World, **changes: Any) -> dict[str, Any]:
        lon, lat = world.point()
        body = {
            "client_id": "7a3f3e0c-6c1c-4f6d-9a30-0d7f3a3f0001",
            "category": world.category.key,
            "title": "热线反映垃圾堆放",
            "source": "hotline_12345",
            "source_number": "SH-77",
            "lon": lon,
            "lat": lat,
        }
        return body | changes

    def test_a_call_becomes_a_case_once(self, world: World) -> None:
        for _ in range(2):
            answer = post(world, "street", "/cases/new/", self.body(world))
            case = Case.objects.get()
            assert (answer.status_code, answer["Location"]) == (302, f"/dispatch/{case.number}/")
        assert (case.source, case.source_number, case.reporter.username) == ("hotline_12345", "SH-77", "street")

    def test_by_unit_where_there_is_no_point(self, world: World) -> None:
        body = self.body(world, lon="", lat="", unit="310106001002")
        assert post(world, "street", "/cases/new/", body).status_code == 302
        case = Case.objects.get()
        west, south, east, north = world.tree.boxes["310106001002"]
        assert (case.community.code, case.grid) == ("310106001002", None)
        assert west < case.lon < east
        assert south < case.lat < north

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"title": ""}, "title"),
            ({"category": "x:y:z"}, "category"),
            ({"lon": "", "lat": ""}, "unit"),
            ({"unit": "310106002001"}, "unit"),
            ({"lon": 10}, "unit"),
            ({"source": "gossip"}, "source"),
        ],
    )
    def test_what_is_wrong_is_named_and_nothing_lost(self, world: World, changes: dict[str, Any], field: str) -> None:
        answer = post(world, "street", "/cases/new/", self.body(world, description="很长的说明", **changes))
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
        assert "很长的说明" in answer.content.decode()
        assert Case.objects.count() == 0

    def test_a_source_number_taken(self, world: World) -> None:
        assert post(world, "street", "/cases/new/", self.body(world)).status_code == 302
        other = self.body(world, client_id="7a3f3e0c-6c1c-4f6d-9a30-0d7f3a3f0002")
        answer = post(world, "street", "/cases/new/", other)
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["source_number"])


class TestDesk:
    """The agency's legs."""

    def test_by_limit_with_the_desks_words(self, world: World) -> None:
        first = world.to_street()
        code = world.agencies["section"].code
        world.move(first, "dispatch", "street", agency=code, note="请今日处置")
        second = world.dispatched(category=make_category("井盖", urgency="urgent"))
        world.accepted(title="别的单位").legs.update(agency=world.agencies["helper"])
        cards = get(world, "agency", "/desk/").context["cards"]
        assert [card.leg.case_id for card in cards] == [second.pk, first.pk]
        assert [card.note for card in cards] == ["", "请今日处置"]
        assert [[button.action for button in card.actions] for card in cards] == [
            ["accept", "return", "ask_extension", "ask_suspension"]
        ] * 2

    def test_tabs(self, world: World) -> None:
        offered, accepted, done = world.dispatched(), world.accepted(), world.handled()

        def shown(show: str) -> list[int]:
            return [card.leg.case_id for card in get(world, "agency", f"/desk/?show={show}").context["cards"]]

        assert shown("offered") == [offered.pk]
        assert shown("accepted") == [accepted.pk]
        assert shown("done") == [done.pk]
        assert shown("nonsense") == [offered.pk, accepted.pk]

    def test_accepting_in_place(self, world: World) -> None:
        case = world.dispatched()
        body = {"version": 1, "next": "/desk/"}
        answer = post(world, "agency", f"/cases/{case.number}/act/accept/", body)
        assert (answer.status_code, answer["Location"]) == (302, "/desk/")
        assert Leg.objects.get(case=case, agency=world.agencies["section"]).state == "accepted"

    def test_a_station_finds_there_what_the_street_gave_it(self, world: World) -> None:
        case = world.to_street()
        world.move(case, "dispatch", "street", agency=world.centre("station").code)
        world.report()
        cards = get(world, "station", "/desk/").context["cards"]
        assert [(card.leg.case_id, str(card.role)) for card in cards] == [(case.pk, "主办")]


def test_home_shows_what_waits_in_the_order_of_its_limits(world: World) -> None:
    case, urgent = world.to_street(), world.to_street(category=make_category("泄漏", urgency="urgent"))
    world.dispatched()
    waits = get(world, "street", "/").context["items"]
    assert [item.url for item in waits] == [f"/dispatch/{one.number}/" for one in (urgent, case)]
    assert [str(item.kind) for item in get(world, "agency", "/").context["items"]] == ["待接收"]


def test_search_finds_by_number_and_words_within_the_scope(world: World) -> None:
    case = world.report(address="共和新路 1878 弄")
    assert case.number in words(get(world, "leader", "/search/?q=共和新路"))
    assert case.number in words(get(world, "leader", f"/search/?q={case.number}"))
    assert f"{case.number} " not in words(get(world, "street_b", "/search/?q=共和新路"))


def test_open_cases_lie_on_the_map(world: World) -> None:
    case = world.report()
    world.case_in("closed")
    points = get(world, "leader", "/api/v1/units/310106001/points/").json()["points"]
    assert [(point["id"], point["tone"], point["url"]) for point in points] == [
        (case.number, "ok", f"/cases/{case.number}/")
    ]


def test_pages_speak_english(world: World) -> None:
    case = world.dispatched()
    client = client_of(world["street"])
    client.cookies["django_language"] = "en"
    for path in (
        "/dispatch/",
        "/cases/",
        f"/cases/{case.number}/",
        "/cases/new/",
        f"/cases/{case.number}/act/suspend/",
    ):
        with clock.frozen(world.at):
            page = client.get(path)
        text = re.sub(r"<script.*?</script>|<option.*?</option>", "", page.content.decode(), flags=re.S)
        text = re.sub(r"<[^>]+>", " ", text)
        made = (
            "路边堆放垃圾|第\\d街道(?:网格化中心)?|\\d街\\d社区(?:工作站)?|第\\d网格|310106区(?:网格化中心)?"
            "|市容管理办|超出社区权限|中文"
        )
        left = re.findall(r"[\u4e00-\u9fff]+", re.sub(made, "", text))
        assert left == [], (path, left)
