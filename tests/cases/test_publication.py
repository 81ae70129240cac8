"""Publishing results: nothing of a person ever gets there, a desk looks it over, and anybody may read it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.cases import services
from apps.cases.models import Case, CaseEvent, Publication
from apps.cases.scrubbing import Found, personal_data_in
from apps.cases.services.publication import publish_results
from apps.core import clock
from apps.core.errors import InvalidInput, NotAllowed, WrongState
from tests.factories.accounts import api_of, client_of
from tests.factories.cases import World, make_category

SECRETS = ("王小明", "13800138000", "310106199001011234", "12号301室", "绝密情况", "投诉人住址", "反馈私语", "worker")


def closed(world: World, **given: Any) -> Case:
    """A case full of personal data in every text, handled and closed."""
    case = world.accepted(
        title="王小明家门口 13800138000",
        description="绝密情况 310106199001011234",
        address="投诉人住址 12号301室",
        caller=services.Caller(name="王小明", phone="13800138000"),
        **given,
    )
    world.move(case, "feedback", "agency", note="反馈私语 王小明")
    world.move(case, "verify", "worker", passed=True, note="已见到王小明")
    return world.move(case, "close", "street", note="已回复 13800138000")


def out(world: World, **given: Any) -> Case:
    """The same, published."""
    case = closed(world, **given)
    world.tick(days=1)
    publish_results(at=world.at)
    return case


def state(case: Case) -> tuple[str, str]:
    """Where the publication stands, as the case and as its own row say."""
    return Case.objects.get(pk=case.pk).publicity, Publication.objects.get(case=case).state


def read(path: str, **headers: str) -> Any:
    """What somebody gets who is not signed in."""
    return Client().get(path, headers=headers)


class TestPrivacy:
    """Neither the row, nor the page, nor the feed holds anything of a person."""

    def test_nothing_personal_is_in_the_row(self, world: World) -> None:
        case = out(world)
        row = Publication.objects.filter(case=case).values().get()
        assert not [secret for secret in SECRETS if secret in str(row)]

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_nothing_personal_is_on_the_page_or_in_the_feed(self, world: World, language: str) -> None:
        case = out(world)
        with clock.frozen(world.at):
            page = read("/results/", **{"Accept-Language": language}).content.decode()
            feed = read("/api/v1/results/", **{"Accept-Language": language})
        text = json.dumps(feed.json(), ensure_ascii=False)
        for secret in (*SECRETS, case.number, "第1网格", "/cases/"):
            assert secret not in page
            assert secret not in text
        assert "1街1社区" in page

    def test_the_feed_has_these_fields_and_no_other(self, world: World) -> None:
        case = out(world)
        with clock.frozen(world.at):
            rows = read("/api/v1/results/").json()["results"]
        one = Publication.objects.get(case=case)
        assert rows == [
            {
                "id": one.pk,
                "title": "积存垃圾渣土",
                "category": world.category.key,
                "category_name": "积存垃圾渣土",
                "place": {"street": "310106001", "community": "310106001001", "name": "第1街道 1街1社区"},
                "result": "由市容管理办处置，经现场核查办结。",
                "reported_on": "2026-03-02",
                "closed_on": "2026-03-02",
                "published_at": one.published_at and clock.local(one.published_at).isoformat(),
            }
        ]

    def test_only_what_is_published_is_read(self, world: World) -> None:
        closed(world)
        world.move(closed(world), "withhold", "street", note="涉及未成年人")
        with clock.frozen(world.at):
            assert read("/api/v1/results/").json()["results"] == []
            assert read("/results/").context["page"].rows == []

    def test_every_field_is_classified_and_none_is_personal(self) -> None:
        fields = {field.name for field in Publication._meta.concrete_fields}
        assert (set(Publication.classification), set(Publication.classification.values())) == (fields, {"plain"})

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("联系 13800138000", [Found.NUMBER]),
            ("联系 138-0013 8000", [Found.NUMBER]),
            ("１３８００１３８０００", [Found.NUMBER]),
            ("一三八零零一三八零零零", [Found.NUMBER]),
            ("幺三八〇〇幺三八〇〇〇", [Found.NUMBER]),
            ("021-62580000", [Found.NUMBER]),
            ("6258 0000", [Found.NUMBER]),
            ("31010619900101123X", [Found.NUMBER]),
            ("6222 0200 1234 5678", [Found.NUMBER]),
            ("3号楼", [Found.DOOR]),
            ("301室", [Found.DOOR]),
            ("三单元四零二室", [Found.DOOR]),
            ("88弄12号", [Found.DOOR]),
            ("沪A·12345", [Found.PLATE]),
            ("someone@example.com", [Found.ADDRESS]),
            ("微信号：wang_xm88", [Found.ADDRESS]),
            ("已告知王 小明", [Found.NAME]),
            ("2026-03-02 清运 3 车，3月5日复查", []),
            ("2026年3月2日 14:05 办结", []),
            ("由市容管理办清运垃圾 12 吨，共 350 平方米", []),
            ("地铁2号线出口", []),
            ("", []),
        ],
    )
    def test_what_is_found_in_words(self, text: str, found: list[Found]) -> None:
        assert personal_data_in(text, names=["王小明", "李"]) == found


class TestDesk:
    """Looked over, reworded, withheld."""

    def test_it_goes_out_by_itself_after_a_day(self, world: World) -> None:
        case = closed(world)
        assert state(case) == ("waiting", "waiting")
        before = world.at + timedelta(hours=23)
        assert (publish_results(at=before), state(case)) == (0, ("waiting", "waiting"))
        after = world.at + timedelta(hours=24)
        assert [publish_results(at=after), publish_results(at=after)] == [1, 0]
        assert state(case) == ("published", "published")
        event = CaseEvent.objects.filter(case=case).latest("sequence")
        assert (event.action, event.actor) == ("publish", None)

    def test_matters_about_persons_wait_for_a_desk(self, world: World) -> None:
        world.category = make_category("低保申请", scheme="gridgov", code="P03001")
        case = closed(world)
        world.tick(days=40)
        assert (publish_results(at=world.at), state(case)) == (0, ("held", "held"))
        case = world.move(case, "publish", "street")
        assert state(case) == ("published", "published")

    def test_withheld_with_a_reason_even_when_it_was_out(self, world: World) -> None:
        case = out(world)
        with pytest.raises(InvalidInput):
            world.move(case, "withhold", "street", note="")
        case = world.move(case, "withhold", "street", note="涉及未成年人")
        one = Publication.objects.get(case=case)
        assert (state(case), one.reason, one.withheld_by, one.published_at) == (
            ("withheld", "withheld"),
            "涉及未成年人",
            world.people["street"],
            None,
        )
        with pytest.raises(WrongState):
            world.move(case, "withhold", "street", note="再次")
        world.tick(days=2)
        assert publish_results(at=world.at) == 0
        world.move(case, "publish", "street")
        with pytest.raises(WrongState):
            world.move(case, "publish", "street")

    def test_other_words_are_checked(self, world: World) -> None:
        case = closed(world)
        for name, text in (
            ("public_title", "王小明家门口垃圾"),
            ("public_words", "已电话 13800138000 回复"),
            ("public_words", "12号301室门口已清"),
            ("public_words", "经 agency 处置"),
            ("public_title", "字" * 41),
        ):
            with pytest.raises(InvalidInput) as refused:
                world.move(case, "edit_publication", "street", **{name: text})
            assert list(refused.value.fields) == [name]
        case = world.move(case, "edit_publication", "street", public_title="楼道垃圾清运", public_words="已清运三车。")
        one = Publication.objects.get(case=case)
        assert (one.title, one.words, one.edited_by) == ("楼道垃圾清运", "已清运三车。", world.people["street"])
        world.move(case, "edit_publication", "street", public_title="", public_words="")
        one.refresh_from_db()
        assert (one.title, one.words, one.edited_by) == ("", "", None)

    @pytest.mark.parametrize("who", ["worker", "agency", "leader"])
    def test_only_a_desk_says_what_the_public_reads(self, world: World, who: str) -> None:
        case = closed(world)
        for action in ("publish", "withhold", "edit_publication"):
            with pytest.raises(NotAllowed):
                world.move(case, action, who, note="某")

    def test_a_reopened_case_is_taken_down_and_comes_again(self, world: World) -> None:
        case = world.move(out(world), "edit_publication", "street", public_words="已清运三车。")
        case = world.move(case, "reopen", "street", note="又堆上了")
        assert state(case) == ("", "taken_down")
        for action, who, given in (
            ("settle", "street", {"note": "再清"}),
            ("verify", "worker", {"passed": True}),
            ("close", "street", {}),
        ):
            case = world.move(case, action, who, **given)
        assert (state(case), Publication.objects.get(case=case).words) == (("waiting", "waiting"), "")

    def test_what_was_closed_before_is_planned_by_the_task(self, world: World) -> None:
        case, old = closed(world), closed(world)
        Publication.objects.all().delete()
        Case.objects.filter(pk=case.pk).update(publicity="")
        Case.objects.filter(pk=old.pk).update(publicity="", closed_at=world.at - timedelta(days=32))
        world.tick(days=1)
        assert publish_results(at=world.at) == 1
        assert list(Publication.objects.values_list("case__number", "state")) == [(case.number, "published")]

    def test_refused_and_merged_cases_are_not_published(self, world: World) -> None:
        world.case_in("refused")
        world.case_in("merged")
        assert not Publication.objects.exists()

    def test_the_desks_page(self, world: World) -> None:
        waiting = closed(world)
        gone = world.move(closed(world), "withhold", "street", note="涉及未成年人")
        public = world.move(closed(world), "publish", "street")

        def shown(who: str, show: str) -> list[str]:
            client = client_of(world[who])
            with clock.frozen(world.tick()):
                return [one.case.number for one in client.get(f"/cases/publications/?show={show}").context["page"].rows]

        assert [shown("street", one) for one in ("look", "published", "withheld")] == [
            [waiting.number],
            [public.number],
            [gone.number],
        ]
        assert (shown("district", "look"), shown("street_b", "look")) == ([waiting.number], [])

    @pytest.mark.parametrize("rows", [1, 3])
    def test_cost(self, world: World, rows: int) -> None:
        for _ in range(rows):
            world.move(closed(world), "publish", "street")
        costs = []
        for client, path in (
            (client_of(world["street"]), "/cases/publications/?show=published"),
            (Client(), "/results/"),
            (api_of(world["street"]), "/api/v1/results/"),
        ):
            with clock.frozen(world.tick()), CaptureQueriesContext(connection) as asked:
                assert client.get(path).status_code == 200
            costs.append(len(asked))
        assert costs == [8, 4, 1]


class TestPublic:
    """Anybody reads it, narrowed and in pages."""

    def test_narrowed_by_place_category_and_month(self, world: World) -> None:
        branch = make_category("市容环境", level=2, is_leaf=False)
        leaf = make_category("暴露垃圾", parent=branch)
        here = Publication.objects.get(case=out(world))
        world.category = leaf
        there = Publication.objects.get(case=out(world))
        world.tick(days=31)

        def found(query: str) -> list[int]:
            with clock.frozen(world.at):
                return [row["id"] for row in read(f"/api/v1/results/?{query}").json()["results"]]

        assert found("") == [there.pk, here.pk]
        assert found("unit=310106001001") == [there.pk, here.pk]
        assert found("unit=310106001002") == []
        assert found("unit=310106002") == []
        assert (found(f"category={branch.key}"), found(f"category={leaf.key}")) == ([there.pk], [there.pk])
        assert (found("month=2026-03"), found("month=2026-02")) == ([there.pk, here.pk], [])

    @pytest.mark.parametrize("query", ["month=March", "category=none", "unit=none", "unit=310106001001001", "cursor=x"])
    def test_what_makes_no_sense_is_refused(self, world: World, query: str) -> None:
        with clock.frozen(world.at):
            assert read(f"/api/v1/results/?{query}").status_code == 400
            assert read(f"/results/?{query}").status_code == 400

    def test_pages_lose_and_repeat_nothing(self, world: World) -> None:
        cases = [closed(world) for _ in range(5)]
        world.tick(days=1)
        publish_results(at=world.at)
        seen: list[int] = []
        path: str | None = "/api/v1/results/?size=2"
        with clock.frozen(world.at):
            while path:
                page = read(path).json()
                seen += [row["id"] for row in page["results"]]
                path = page["next"]
        assert seen == list(Publication.objects.order_by("-published_at", "-id").values_list("pk", flat=True))
        assert len(seen) == len(cases)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"state": "published"}, "published_when_public"),
        ({"state": "withheld", "publish_at": None}, "withheld_with_reason"),
        ({"words": "某"}, "words_of_somebody"),
        ({"publish_at": None}, "waiting_has_its_time"),
        ({"street": None}, "path_without_hole"),
        ({"closed_on": "2026-03-01"}, "dates_in_order"),
    ],
)
def test_half_a_publication(world: World, change: dict[str, Any], constraint: str) -> None:
    closed(world)
    with pytest.raises(IntegrityError, match=f"cases_publication_{constraint}"), transaction.atomic():
        Publication.objects.update(**change)


def test_an_open_case_has_no_publicity(world: World) -> None:
    case = world.accepted()
    with pytest.raises(IntegrityError, match="cases_case_publicity_of_closed"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(publicity="waiting")
