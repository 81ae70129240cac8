"""The district's special list: proposed by a street, listed with somebody responsible, controlled, taken off."""

import io
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from apps.cases.models import Case, CaseEvent, CaseParty, SpecialControl, SpecialListing
from apps.cases.reviews import remind_controls
from apps.core import clock, outbox
from apps.core.errors import InvalidInput, NotAllowed, WrongState
from apps.core.waiting import waiting_for
from apps.notices.models import Notice
from tests.factories.accounts import api_of, client_of
from tests.factories.cases import World
from tests.factories.deadlines import shanghai

FIRST, SECOND = date(2026, 3, 9), date(2026, 3, 16)


def put(world: World, case: Case, by: str = "district", **given: Any) -> Case:
    """Onto the list; the department answers for it unless somebody else is named."""
    named = {"agency": world.agencies["department"].code} if not {"agency", "leader"} & set(given) else {}
    return world.move(case, "list_special", by, **{"note": "产权不清，历史遗留", "until": FIRST, **named, **given})


def control(world: World, case: Case, by: str = "department", **given: Any) -> Case:
    return world.move(case, "record_control", by, **{"note": "已约谈产权单位", "until": SECOND, **given})


def waits(world: World, name: str, at: datetime | None = None) -> list[str]:
    """What the person's home shows about the list."""
    with clock.frozen(at or world.at):
        return [str(item.kind) for item in waiting_for(world[name]) if item.kind in {"决定专案", "专案管控"}]


def heard(world: World, kind: str) -> list[str]:
    """Who was told of ``kind``."""
    with clock.frozen(world.at + timedelta(seconds=1)):
        outbox.drain()
    return sorted(Notice.objects.filter(kind=f"case.{kind}").values_list("recipient__username", flat=True))


def get(world: World, who: str, path: str) -> Any:
    client = client_of(world[who])
    with clock.frozen(world.tick()):
        return client.get(path)


class TestListing:
    """A street proposes, the district decides."""

    def test_what_a_street_proposed_the_district_lists(self, world: World) -> None:
        case = world.case_in("suspended")
        case = world.move(case, "propose_special", "street", note="十年遗留")
        assert (case.special, case.special_asked, case.state) == (False, True, "suspended")
        assert (waits(world, "district"), waits(world, "street")) == (["决定专案"], [])
        assert heard(world, "propose_special") == ["district"]
        with pytest.raises(WrongState):
            world.move(case, "propose_special", "street", note="再提")
        case = put(world, case, note="同意列入")
        entry = SpecialListing.objects.get(case=case)
        assert (entry.state, entry.reason, entry.decision, entry.agency, entry.control_on) == (
            "listed",
            "十年遗留",
            "同意列入",
            world.agencies["department"],
            FIRST,
        )
        assert (case.special, case.special_asked, waits(world, "district")) == (True, False, [])
        assert heard(world, "list_special") == ["department", "street"]

    def test_the_district_lists_on_its_own_with_a_leader(self, world: World) -> None:
        case = put(world, world.case_in("suspended"), leader="leader")
        entry = SpecialListing.objects.get(case=case)
        assert (entry.proposer, entry.reason, entry.leader, entry.agency, entry.answerable) == (
            None,
            "产权不清，历史遗留",
            world.people["leader"],
            None,
            "leader",
        )
        assert heard(world, "list_special") == ["leader", "street"]

    def test_a_declined_proposal_may_be_made_again(self, world: World) -> None:
        case = world.move(world.case_in("suspended"), "propose_special", "street", note="十年遗留")
        case = world.move(case, "decline_special", "district", note="街道可自行协调")
        assert (case.special_asked, SpecialListing.objects.get(case=case).state) == (False, "declined")
        assert heard(world, "decline_special") == ["street"]
        world.move(case, "propose_special", "street", note="补充材料")
        assert list(SpecialListing.objects.filter(case=case).values_list("number", "state")) == [
            (1, "declined"),
            (2, "proposed"),
        ]

    def test_a_proposal_lapses_when_the_case_goes_on(self, world: World) -> None:
        case = world.move(world.case_in("suspended"), "propose_special", "street", note="十年遗留")
        case = world.move(case, "resume", "street")
        assert (case.special_asked, SpecialListing.objects.get(case=case).state) == (False, "lapsed")

    @pytest.mark.parametrize("who", ["street", "station", "leader", "agency", "worker"])
    def test_only_the_districts_centre_lists(self, world: World, who: str) -> None:
        case = world.case_in("suspended")
        if who == "agency":
            case = world.move(world.accepted(), "suspend", "street", note="等材料", until=FIRST)
        with pytest.raises(NotAllowed):
            put(world, case, who)

    def test_only_what_is_suspended_is_listed(self, world: World) -> None:
        with pytest.raises(WrongState):
            put(world, world.accepted())

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"agency": ""}, "agency"),
            ({"agency": "nobody"}, "agency"),
            ({"leader": "leader_b"}, "leader"),
            ({"until": date(2026, 3, 2)}, "until"),
            ({"until": None}, "until"),
            ({"note": " "}, "note"),
        ],
    )
    def test_what_is_wrong_is_named_and_nothing_is_written(
        self, world: World, given: dict[str, Any], field: str
    ) -> None:
        case = world.case_in("suspended")
        with pytest.raises(InvalidInput) as refused:
            put(world, case, **given)
        assert list(refused.value.fields) == [field]
        assert not SpecialListing.objects.exists()

    def test_whoever_answers_sees_the_case_from_then_on(self, world: World) -> None:
        case = world.case_in("suspended")
        path = f"/api/v1/cases/{case.number}/"
        assert api_of(world["department"]).get(path).status_code == 404
        put(world, case)
        shown = api_of(world["department"]).get(path).json()
        assert (shown["special"], shown["actions"]) == (True, ["record_control"])
        assert shown["special_listing"] == {
            "state": "listed",
            "reason": "产权不清，历史遗留",
            "agency": world.agencies["department"].code,
            "leader": None,
            "control_on": "2026-03-09",
            "controls_made": 0,
        }
        assert [row["number"] for row in api_of(world["department"]).get("/api/v1/cases/").json()["results"]] == [
            case.number
        ]


class TestControl:
    """Recorded by whoever answers, reminded of when due."""

    def test_each_control_sets_the_next(self, world: World) -> None:
        case = put(world, world.case_in("suspended"))
        case = control(world, case)
        case = control(world, case, "street", until=date(2026, 3, 30), at=shanghai("2026-03-18 10:00"))
        rows = SpecialControl.objects.filter(listing__case=case).values_list("number", "planned_on", "next_on")
        assert list(rows) == [(1, FIRST, SECOND), (2, SECOND, date(2026, 3, 30))]
        entry = SpecialListing.objects.get(case=case)
        assert (entry.controls_made, entry.control_on) == (2, date(2026, 3, 30))
        late = CaseEvent.objects.filter(case=case, action="record_control").order_by("sequence")
        assert [(event.payload or {})["late"] for event in late] == [False, True]
        said = get(world, "district", f"/cases/{case.number}/").content.decode()
        assert [(event.payload or {})["for"] for event in late] == ["绿化市容局", "第1街道网格化中心"]
        assert "第 1 次管控，下次 03-16 周一" in said
        assert "第 2 次管控，逾期，下次 03-30 周一" in said

    def test_a_leader_who_answers_records_it_too(self, world: World) -> None:
        case = put(world, world.case_in("suspended"), leader="leader")
        control(world, case, "leader")
        assert heard(world, "record_control") == ["district", "street"]

    @pytest.mark.parametrize("who", ["worker", "agency", "leader"])
    def test_nobody_else_records_it(self, world: World, who: str) -> None:
        case = world.move(world.accepted(), "suspend", "street", note="等材料", until=FIRST)
        put(world, case)
        with pytest.raises(NotAllowed):
            control(world, case, who)

    def test_on_its_day_it_waits_at_home_and_each_is_told_once(self, world: World) -> None:
        put(world, world.case_in("suspended"))
        before, after = shanghai("2026-03-08 23:59"), shanghai("2026-03-09 00:01")
        assert (waits(world, "department", before), remind_controls(at=before)) == ([], 0)
        assert (waits(world, "department", after), waits(world, "agency", after)) == (["专案管控"], [])
        assert [remind_controls(at=after), remind_controls(at=after + timedelta(days=1))] == [1, 1]
        assert heard(world, "control_due") == ["department", "district"]

    def test_off_the_list_with_a_reason_the_case_stays(self, world: World) -> None:
        case = put(world, world.case_in("suspended"))
        for who in ("street", "department"):
            with pytest.raises(NotAllowed):
                world.move(case, "unlist", who, note="已理顺")
        case = world.move(case, "unlist", "district", note="已理顺")
        assert (case.special, case.state) == (False, "suspended")
        entry = SpecialListing.objects.get(case=case)
        assert (entry.state, entry.end_reason, entry.ended_by) == ("removed", "已理顺", world.people["district"])
        assert heard(world, "unlist") == ["department", "street"]
        with pytest.raises(WrongState):
            world.move(case, "unlist", "district", note="再移")

    def test_a_resumed_case_stays_listed_until_it_is_closed(self, world: World) -> None:
        case = put(world, world.case_in("suspended"))
        case = world.move(case, "resume", "street")
        assert case.special
        case = world.move(case, "dispatch", "street", agency=world.agencies["section"].code)
        for action, who, given in (
            ("accept", "agency", {}),
            ("feedback", "agency", {"note": "已清"}),
            ("verify", "worker", {"passed": True}),
            ("close", "street", {}),
        ):
            case = world.move(case, action, who, **given)
        entry = SpecialListing.objects.get(case=case)
        assert (case.special, entry.state, entry.end_reason) == (False, "closed", "")


class TestPage:
    """The queue at the dispatch centre and the list with its workbook."""

    def test_the_queue_counts_it(self, world: World) -> None:
        put(world, world.case_in("suspended"))
        world.case_in("suspended")
        for who, count in (("district", 1), ("street", 1), ("street_b", 0)):
            counts = get(world, who, "/dispatch/?queue=special").context["board"].counts
            assert counts["special"] == count
        assert len(get(world, "street", "/dispatch/?queue=special").context["board"].page.rows) == 1

    def test_the_list_by_next_control(self, world: World) -> None:
        later = put(world, world.case_in("suspended"), until=SECOND)
        sooner = put(world, world.case_in("suspended"))
        page = get(world, "district", "/cases/special/")
        assert [row.case.number for row in page.context["page"].rows] == [sooner.number, later.number]
        world.at = shanghai("2026-03-11 10:00")
        page = get(world, "street", "/cases/special/?overdue=1")
        assert [row.case.number for row in page.context["page"].rows] == [sooner.number]
        assert "逾期" in page.content.decode()
        assert get(world, "street_b", "/cases/special/").context["page"].rows == []
        assert [row.case.number for row in get(world, "department", "/cases/special/").context["page"].rows] == [
            sooner.number,
            later.number,
        ]
        for who in ("worker", "clerk", "stranger"):
            assert get(world, who, "/cases/special/").status_code == 403
            assert get(world, who, "/cases/special/export/").status_code == 403

    def test_proposed_and_ended_stand_apart(self, world: World) -> None:
        asked = world.move(world.case_in("suspended"), "propose_special", "street", note="十年遗留")
        gone = world.move(put(world, world.case_in("suspended")), "unlist", "district", note="已理顺")
        for show, number in (("proposed", asked.number), ("ended", gone.number)):
            rows = get(world, "district", f"/cases/special/?show={show}").context["page"].rows
            assert [row.case.number for row in rows] == [number]
        assert get(world, "district", "/cases/special/?show=other").status_code == 400

    def test_the_workbook_has_the_same_rows(self, world: World) -> None:
        case = control(world, put(world, world.case_in("suspended")))
        answer = get(world, "street", "/cases/special/export/")
        sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
        rows = list(sheet.iter_rows(values_only=True))
        assert rows[0][:3] == ("编号", "标题", "类别")
        assert [(row[0], row[7], row[12], row[14]) for row in rows[1:]] == [
            (case.number, "绿化市容局", 1, "已约谈产权单位")
        ]
        empty = get(world, "street_b", "/cases/special/export/")
        assert load_workbook(io.BytesIO(b"".join(empty.streaming_content))).active.max_row == 1

    @pytest.mark.parametrize("rows", [1, 3])
    def test_cost(self, world: World, rows: int) -> None:
        for _ in range(rows):
            control(world, put(world, world.case_in("suspended")))
        client = client_of(world["district"])
        with clock.frozen(world.tick()), CaptureQueriesContext(connection) as asked:
            client.get("/cases/special/")
        assert len(asked) == 9
        case = Case.objects.first()
        assert case is not None
        with clock.frozen(world.tick()), CaptureQueriesContext(connection) as asked:
            assert client.get(f"/cases/{case.number}/").status_code == 200
        assert len(asked) == 16

    def test_the_form_offers_those_of_the_place(self, world: World) -> None:
        case = world.case_in("suspended")
        form = get(world, "district", f"/cases/{case.number}/act/list_special/").content.decode()
        assert "绿化市容局" in form
        assert "市容管理办" in form
        assert "市容管理二办" not in form
        assert '<option value="leader">' in form
        client = client_of(world["district"])
        with clock.frozen(world.tick()):
            body = {"version": case.version, "agency": "", "leader": "leader", "until": "2026-03-09", "note": "遗留"}
            assert client.post(f"/cases/{case.number}/act/list_special/", body).status_code == 302
        assert SpecialListing.objects.get(case=case).leader == world.people["leader"]


class TestConstraints:
    """The database refuses half an entry."""

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ({"reason": ""}, "reason_given"),
            ({"proposed_at": shanghai("2026-03-02 09:00")}, "proposed_whole"),
            ({"decided_by": None}, "decided_whole"),
            ({"agency": None}, "somebody_answers"),
            ({"control_on": None}, "somebody_answers"),
            ({"state": "removed", "end_reason": "了结"}, "ended_when_over"),
            ({"end_reason": "了结"}, "removed_with_reason"),
        ],
    )
    def test_half_an_entry(self, world: World, change: dict[str, Any], constraint: str) -> None:
        put(world, world.case_in("suspended"))
        with pytest.raises(IntegrityError, match=f"cases_speciallisting_{constraint}"), transaction.atomic():
            SpecialListing.objects.update(**change)

    def test_one_entry_at_a_time(self, world: World) -> None:
        case = put(world, world.case_in("suspended"))
        entry = SpecialListing.objects.get(case=case)
        entry.pk, entry.number = None, 2
        with pytest.raises(IntegrityError, match="cases_speciallisting_one_open"), transaction.atomic():
            entry.save(force_insert=True)
        entry.number = 1
        with pytest.raises(IntegrityError, match="cases_speciallisting_case_number"), transaction.atomic():
            entry.save(force_insert=True)

    def test_a_control_says_something(self, world: World) -> None:
        control(world, put(world, world.case_in("suspended")))
        with pytest.raises(IntegrityError, match="cases_specialcontrol_text_given"), transaction.atomic():
            SpecialControl.objects.update(text="")
        one = SpecialControl.objects.get()
        one.pk = None
        with pytest.raises(IntegrityError, match="cases_specialcontrol_listing_number"), transaction.atomic():
            one.save(force_insert=True)
        party = CaseParty.objects.get()
        party.pk = None
        with pytest.raises(IntegrityError, match="cases_caseparty_agency_case"), transaction.atomic():
            party.save(force_insert=True)

    def test_the_case_says_it_only_while_it_may(self, world: World) -> None:
        case = world.accepted()
        with pytest.raises(IntegrityError, match="cases_case_special_asked_while_suspended"), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(special_asked=True)
        closed = world.case_in("closed")
        with pytest.raises(IntegrityError, match="cases_case_special_while_open"), transaction.atomic():
            Case.objects.filter(pk=closed.pk).update(special=True)
