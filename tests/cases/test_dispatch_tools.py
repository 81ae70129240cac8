"""What a desk works with beside the queues: filters, kept filters, standard replies, map, export, history, sheet."""

import re
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from openpyxl import load_workbook

from apps.cases.actions import Action
from apps.cases.models import Case, SavedFilter, StandardReply
from apps.cases.presentation import ICONS_AND_KEYS, buttons_of
from apps.cases.selectors import Wanted
from apps.cases.selectors.queues import queue_rows
from apps.cases.services import Caller
from apps.cases.services.desk import add_reply, raise_reply, remove_filter, rename_filter, save_filter
from apps.cases.workflow import TRANSITIONS, By
from apps.core.errors import InvalidInput, NotAllowed, NotVisible
from tests.cases.test_case_lists import copies
from tests.cases.test_case_pages import HTMX, cost, get, post, words
from tests.factories.cases import World, make_category


def shown(page: Any) -> list[str]:
    return [row.case.number for row in page.context["rows"]]


class TestFilters:
    """Every state of the screen is an address."""

    def test_by_source_urgency_and_days(self, world: World) -> None:
        first = world.to_street()
        second = world.to_street()
        Case.objects.filter(pk=second.pk).update(source="media", urgency="urgent")
        Case.objects.filter(pk=first.pk).update(reported_at=first.reported_at - timedelta(days=1))
        base = "/dispatch/?queue=dispatch"
        assert shown(get(world, "street", f"{base}&source=media")) == [second.number]
        assert shown(get(world, "street", f"{base}&urgency=normal")) == [first.number]
        assert shown(get(world, "street", f"{base}&from=2026-03-02")) == [second.number]
        assert shown(get(world, "street", f"{base}&to=2026-03-01")) == [first.number]
        page = get(world, "street", f"{base}&source=media&from=2026-03-01&to=2026-03-02&urgency=urgent")
        assert [chip[0] for chip in page.context["chips"]] == ["source", "urgency", "from", "to"]

    @pytest.mark.parametrize("query", ["source=x", "urgency=x", "from=x", "to=2026-02-30", "card=blue", "unit=x"])
    def test_what_is_no_filter_is_named(self, world: World, query: str) -> None:
        assert get(world, "street", f"/dispatch/?{query}").status_code == 400

    def test_sorted_and_paged_by_the_report(self, world: World) -> None:
        numbers = [world.to_street().number for _ in range(22)]
        page = get(world, "street", "/dispatch/?queue=dispatch&sort=newest&size=20")
        assert shown(page) == numbers[:1:-1]
        more = page.context["board"].page.next
        assert (
            shown(get(world, "street", f"/dispatch/?queue=dispatch&sort=newest&size=20&cursor={more}"))
            == numbers[1::-1]
        )
        assert shown(get(world, "street", "/dispatch/?queue=dispatch&sort=oldest&size=20"))[0] == numbers[0]
        assert get(world, "street", f"/dispatch/?queue=dispatch&sort=oldest&cursor={more}").status_code == 400

    def test_the_form_is_filled_in_as_the_address_says_and_seals_a_phone(self, world: World) -> None:
        code = world.unit("community 0 0").code
        page = get(world, "street", f"/dispatch/filters/?queue=near&unit={code}&from=2026-03-01")
        assert f'<option value="{code}" selected>' in page.content.decode()
        assert 'name="from" value="2026-03-01"' in page.content.decode()
        answer = post(
            world, "street", "/cases/find/", {"in": "dispatch", "queue": "near", "q": "13812345678", "sort": "newest"}
        )
        assert "138" not in answer["Location"]
        assert answer["Location"].startswith("/dispatch/?queue=near&sort=newest&caller=")


class TestSaved:
    """Filters that a person keeps."""

    def test_kept_counted_renamed_and_removed(self, world: World) -> None:
        world.to_street()
        post(
            world,
            "street",
            "/dispatch/filters/save/?queue=dispatch&urgency=normal&cursor=x&q=13812345678",
            {"name": " 一般  件 "},
        )
        saved = SavedFilter.objects.get()
        assert (saved.name, saved.query) == ("一般 件", "queue=dispatch&urgency=normal")
        page = get(world, "street", f"/dispatch/?{saved.query}")
        assert [(one.saved.name, one.count, one.active) for one in page.context["saved"]] == [("一般 件", 1, True)]
        assert get(world, "district", "/dispatch/").context["saved"] == []
        post(world, "street", "/dispatch/filters/mine/", {"filter": saved.pk, "name": "日常"}, **HTMX)
        assert SavedFilter.objects.get().name == "日常"
        assert (
            post(world, "district", "/dispatch/filters/mine/", {"filter": saved.pk, "name": "我的"}).status_code == 404
        )
        post(world, "street", "/dispatch/filters/mine/", {"filter": saved.pk, "remove": "1"}, **HTMX)
        assert SavedFilter.objects.count() == 0

    def test_one_that_names_what_is_gone_is_shown_without_a_count(self, world: World) -> None:
        save_filter(actor=world["street"], name="旧", query="queue=dispatch&unit=gone")
        save_filter(actor=world["street"], name="错", query="queue=gone")
        assert [one.count for one in get(world, "street", "/dispatch/").context["saved"]] == [None, None]

    def test_names_are_given_once_and_there_is_an_end(self, world: World) -> None:
        street = world["street"]
        first = save_filter(actor=street, name="0", query="queue=near")
        assert save_filter(actor=street, name="0", query="queue=close") == first
        for number in range(1, 20):
            save_filter(actor=street, name=str(number), query="queue=near")
        for name in ("20", "", "长" * 31):
            with pytest.raises(InvalidInput) as refused:
                save_filter(actor=street, name=name, query="queue=near")
            assert list(refused.value.fields) == ["name"]
        with pytest.raises(InvalidInput):
            rename_filter(actor=street, filter_id=first.pk, name="1")
        remove_filter(actor=world["district"], filter_id=first.pk)
        assert SavedFilter.objects.filter(pk=first.pk).exists()

    def test_all_of_them_cost_two_queries_more_however_many(self, world: World) -> None:
        world.to_street()
        costs = []
        for number in range(3):
            save_filter(actor=world["street"], name=str(number), query="queue=dispatch&urgency=normal")
            costs.append(cost(world, "street", "/dispatch/?queue=dispatch"))
        assert costs == [13, 13, 13]


class TestReplies:
    """What a desk writes again and again."""

    def test_offered_where_the_action_is_taken_by_the_people_of_that_desk(self, world: World) -> None:
        unit_id = world.unit("street 0").pk
        for action, text in (("", "请尽快办理"), ("dispatch", "请当日清运"), ("return", "不属本单位")):
            add_reply(actor=world["street"], unit_id=unit_id, action=action, text=text)
        case = world.to_street()
        panel = get(world, "street", f"/cases/{case.number}/act/dispatch/", **HTMX)
        assert [reply.text for reply in panel.context["replies"]] == ["请当日清运", "请尽快办理"]
        assert get(world, "district", f"/cases/{case.number}/act/comment/", **HTMX).context["replies"] == []
        with pytest.raises(NotAllowed):
            add_reply(actor=world["street_b"], unit_id=unit_id, action="", text="别人的")

    def test_added_moved_and_removed_on_their_page(self, world: World) -> None:
        for text in ("甲", "乙", "乙"):
            assert post(world, "street", "/dispatch/replies/", {"text": text}).status_code == 302
        assert list(StandardReply.objects.order_by("position").values_list("text", flat=True)) == ["甲", "乙"]
        second = StandardReply.objects.get(text="乙")
        raise_reply(actor=world["street"], reply_id=second.pk)
        assert "乙" in words(get(world, "street", "/dispatch/replies/"))
        assert list(StandardReply.objects.order_by("position").values_list("text", flat=True)) == ["乙", "甲"]
        with pytest.raises(NotVisible):
            raise_reply(actor=world["street_b"], reply_id=second.pk)
        assert post(world, "street", f"/dispatch/replies/{second.pk}/remove/", {}).status_code == 302
        assert post(world, "street", "/dispatch/replies/", {"text": " "}).status_code == 422

    def test_constraints(self, world: World) -> None:
        reply = add_reply(actor=world["street"], unit_id=world.unit("street 0").pk, action="", text="甲")
        saved = save_filter(actor=world["street"], name="甲", query="")
        faults: list[tuple[str, Any]] = [
            ("cases_standardreply_text_given", StandardReply(unit=reply.unit, text="")),
            ("cases_standardreply_once", StandardReply(unit=reply.unit, text="甲")),
            ("cases_savedfilter_name_given", SavedFilter(user=saved.user, name="")),
            ("cases_savedfilter_user_name", SavedFilter(user=saved.user, name="甲")),
        ]
        for name, row in faults:
            with pytest.raises(IntegrityError, match=name), transaction.atomic():
                row.save()


class TestMapAndExport:
    """The same cases on the map and in a workbook."""

    def test_points_follow_queue_and_filters(self, world: World) -> None:
        case = world.to_street()
        Case.objects.filter(pk=world.to_street().pk).update(urgency="urgent")
        answer = get(world, "street", "/dispatch/points/?queue=dispatch&urgency=normal&view=map").json()
        assert [point["id"] for point in answer["points"]] == [case.number]
        assert answer["points"][0]["url"] == f"/dispatch/{case.number}/?queue=dispatch&urgency=normal&view=map"
        assert answer["more"] is False
        assert get(world, "street_b", "/dispatch/points/?queue=dispatch").json()["points"] == []
        page = get(world, "street", "/dispatch/?queue=dispatch&view=map").content.decode()
        assert "data-queue-map" in page
        assert f"/api/v1/units/{world.unit('street 0').code}/outlines/" in page

    def test_the_map_stops_and_says_so(self, world: World) -> None:
        copies(world.to_street(), 2000)
        answer = get(world, "street", "/dispatch/points/?queue=dispatch").json()
        assert (len(answer["points"]), answer["more"]) == (2000, True)
        found = list(queue_rows(world["street"], "dispatch", Wanted(), order="newest", at=world.at))
        assert len({case.pk for case in found}) == len(found) == 2001

    def test_the_workbook_has_the_cases_and_nobody_who_reported(self, world: World) -> None:
        case = world.report(by="station", caller=Caller(name="张三", phone="13812345678"), source="media")
        answer = get(world, "station", "/dispatch/export/?queue=screen")
        content = b"".join(answer.streaming_content)
        sheet = load_workbook(BytesIO(content)).active
        rows = list(sheet.iter_rows(values_only=True))
        assert [row[0] for row in rows[:2]] == ["编号", case.number]
        assert "张三" not in str(rows)
        assert "138" not in str([cell for row in rows for cell in row[1:]])


class TestPolling:
    """What the page asks for while it is open."""

    @pytest.mark.parametrize(
        ("shown", "rows"), [("0", 20), ("20", 20), ("21", 40), ("44", 45), ("x", 20), ("²", 20), ("9999999", 20)]
    )
    def test_as_many_whole_pages_as_are_shown(self, world: World, polled: str, shown: str, rows: int) -> None:
        page = get(world, "street", f"{polled}&shown={shown}", **HTMX)
        assert len(page.context["rows"]) == rows
        assert "shown=" not in page.content.decode()

    @pytest.fixture
    def polled(self, world: World) -> str:
        copies(world.to_street(), 44)
        return "/dispatch/?queue=dispatch&size=20&part=list"

    def test_the_number_of_rows_has_an_end_and_is_for_polling_alone(self, world: World, polled: str) -> None:
        copies(Case.objects.earliest("pk"), 500)
        assert len(get(world, "street", f"{polled}&shown=520").context["rows"]) == 500
        assert len(get(world, "street", "/dispatch/?queue=dispatch&size=20&shown=45").context["rows"]) == 20
        more = get(world, "street", polled).context["board"].page.next
        assert len(get(world, "street", f"{polled}&shown=45&cursor={more}").context["rows"]) == 20

    def test_who_did_what_since_the_case_was_read(self, world: World) -> None:
        case = world.to_street()
        read = case.version
        world.move(case, "dispatch", "street", agency=world.agencies["section"].code, note="请当日清运")
        world.move(case, "accept", "agency")
        page = get(world, "street", f"/dispatch/{case.number}/?part=since&version={read}", **HTMX)
        assert [entry.actor for entry in page.context["since"]] == [
            world.people[who].name for who in ("street", "agency")
        ]
        assert "请当日清运" in words(page)
        last = get(world, "street", f"/dispatch/{case.number}/?part=since&version=", **HTMX)
        assert len(last.context["since"]) == 1
        assert get(world, "street_b", f"/dispatch/{case.number}/?part=since&version={read}").status_code == 404
        assert get(world, "agency", f"/dispatch/{case.number}/?part=since&version={read}").status_code == 403

    def test_the_keys_of_the_page_are_no_keys_of_an_action(self, world: World) -> None:
        world.to_street()
        page = get(world, "street", "/dispatch/?queue=dispatch").content.decode()
        own = {"/", ",", ".", "n"}
        actions = {key for _icon, key in ICONS_AND_KEYS.values()}
        assert set(re.findall(r'data-key="(.)"', page)) - actions == own
        assert not (own | set("jkx[]?")) & actions

    @pytest.mark.parametrize(
        ("language", "often"),
        [
            ("zh-hans", ["dispatch", "settle", "settle_at_once", "escalate", "merge", "comment"]),
            ("en", ["dispatch", "settle", "settle_at_once", "escalate", "comment"]),
        ],
    )
    def test_a_long_bar_keeps_what_is_done_often_and_the_comment(self, language: str, often: list[str]) -> None:
        rows = {row.action: row for row in TRANSITIONS if row.by is By.DESK and "registered" in row.sources}
        rows |= {row.action: row for row in TRANSITIONS if row.action is Action.COMMENT}
        with translation.override(language):
            bar = buttons_of(rows.values())
        assert [button.action for button in bar if not button.seldom] == often
        assert "suspend" in {button.action for button in bar if button.seldom}

    def test_a_short_bar_hides_nothing(self) -> None:
        few = {Action.REOPEN, Action.WITHHOLD, Action.RATE, Action.COMMENT}
        rows = {row.action: row for row in TRANSITIONS if row.action in few}
        with translation.override("zh-hans"):
            assert {button.seldom for button in buttons_of(rows.values())} == {False}

    def test_no_two_buttons_of_a_bar_have_one_key(self) -> None:
        for capacity in By:
            bar = buttons_of({row.action: row for row in TRANSITIONS if row.by is capacity}.values())
            keys = [button.key for button in bar if button.key]
            assert len(keys) == len(set(keys))
        wanted = {Action.TABLE, Action.ASK_MISSING, Action.COMMENT}
        rows = {row.action: row for row in TRANSITIONS if row.action in wanted}.values()
        assert [(button.action, button.key) for button in buttons_of(rows)] == [
            ("table", "6"),
            ("ask_missing", "1"),
            ("comment", "m"),
        ]


class TestBefore:
    """What was at this place, and from this caller."""

    def test_of_the_place(self, world: World) -> None:
        case = world.report(address="第一街 8 号")
        lon, lat = world.point()
        other = world.report(category=make_category("暴露垃圾"))
        same_address = world.report(lon=lon, lat=lat + 0.002, address="第一街 8 号")
        world.report(lon=lon, lat=lat + 0.002)
        old = world.report()
        Case.objects.filter(pk=old.pk).update(reported_at=world.at - timedelta(days=370))
        page = get(world, "station", f"/cases/{case.number}/history/place/", **HTMX)
        assert [one.pk for one in page.context["cases"]] == [same_address.pk, other.pk]
        assert "<html" not in page.content.decode()
        assert get(world, "worker_b", f"/cases/{case.number}/history/place/").status_code == 404
        assert cost(world, "station", f"/cases/{case.number}/history/place/") == 7

    def test_of_the_caller(self, world: World) -> None:
        caller = Caller(name="张三", phone="021-62531234")
        case = world.report(by="station", caller=caller)
        again = world.report(by="station", caller=Caller(phone="02162531234"))
        world.report(by="station", caller=Caller(phone="13912345678"))
        page = get(world, "station", f"/cases/{case.number}/history/reporter/")
        assert [one.pk for one in page.context["cases"]] == [again.pk]
        assert get(world, "worker", f"/cases/{case.number}/history/reporter/").status_code == 403

    def test_on_paper(self, world: World) -> None:
        case = world.report(by="station", caller=Caller(name="张三", phone="13812345678"), description="三天未清")
        page = words(get(world, "station", f"/cases/{case.number}/sheet/"))
        assert case.number in page
        assert "三天未清" in page
        assert "张*" not in page


def test_the_address_reads_days(world: World) -> None:
    wanted = Wanted(since=date(2026, 3, 2), until=date(2026, 3, 2))
    world.to_street()
    assert len(list(queue_rows(world["street"], "dispatch", wanted, order="limit", at=world.at))) == 1
