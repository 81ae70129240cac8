"""Joint meetings: the weekly list of hard cases, decisions with somebody to carry them out, and what comes back."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.cases.models import Case, CaseEvent, JointMeeting, MeetingItem
from apps.cases.selectors.meetings import candidates_for, this_week
from apps.cases.services.meetings import fill_meeting, open_due_meetings, open_meeting, record_minutes
from apps.core import clock, outbox
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from apps.core.waiting import waiting_for
from apps.deadlines.models import LadderStep, Limit
from apps.notices.models import Notice
from apps.organisation.models import PostKind, Staffing
from tests.factories.accounts import api_of, client_of
from tests.factories.cases import World
from tests.factories.deadlines import shanghai
from tests.factories.grid import grant

MONDAY, NEXT, AFTER_NEXT = date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 16)
FRIDAYS = [shanghai(f"2026-03-{day:02d} 06:35") for day in (6, 13, 20, 27)]


def open_list(world: World, place: str = "street 0", *, by: str = "") -> JointMeeting | None:
    """The list due now."""
    at = world.tick()
    actor = world[by] if by else None
    return open_meeting(unit=world.unit(place), week=this_week(at), at=at, actor=actor)


def rows(meeting: JointMeeting | None) -> list[tuple[str, str, int]]:
    """What stands on a list: case, why, how often it came back."""
    items = MeetingItem.objects.filter(meeting=meeting).order_by("number")
    return [(item.case.number, item.why, item.returns) for item in items.select_related("case")]


def decide(world: World, case: Case, by: str = "street", **given: Any) -> Case:
    named = {"agency": world.agencies["section"].code, "until": date(2026, 3, 12)}
    return world.move(case, "record_decision", by, **{"note": "由市容办牵头清运", **named, **given})


def returned_twice(world: World) -> Case:
    case = world.to_street()
    for _ in range(2):
        world.move(case, "dispatch", "street", agency=world.agencies["section"].code)
        case = world.move(case, "return", "agency", note="不属本单位")
    return case


def red(world: World, case: Case, *, ladder: bool = False) -> Case:
    """A case past its end with a red card; with ``ladder`` so long that its ladder names it for the meeting."""
    Case.objects.filter(pk=case.pk).update(card="red", due_at=world.at - timedelta(days=1))
    if ladder:
        limit = Limit.objects.get(subject_kind="case_leg", subject_id=world.legs(case)[-1].pk)
        LadderStep.objects.create(
            limit=limit, step=5, kind="meeting", card="", holder=limit.holder, due_at=world.at, done_at=world.at
        )
    return case


def heard(world: World, kind: str) -> list[str]:
    """Who was told of ``kind``."""
    with clock.frozen(world.at + timedelta(seconds=1)):
        outbox.drain()
    return sorted(Notice.objects.filter(kind=f"case.{kind}").values_list("recipient__username", flat=True))


def waits(world: World, name: str) -> list[str]:
    """What the person's home shows of meetings."""
    with clock.frozen(world.at):
        return [str(item.kind) for item in waiting_for(world[name]) if item.kind in {"会议决定", "包联协调"}]


def get(world: World, who: str, path: str) -> Any:
    client = client_of(world[who])
    with clock.frozen(world.tick()):
        return client.get(path)


class TestOpening:
    """What is hard enough is on the list by itself, at the level it belongs to."""

    def test_a_streets_hard_cases_with_the_reason(self, world: World) -> None:
        suspended = world.case_in("suspended")
        twice = returned_twice(world)
        late = red(world, world.accepted())
        world.accepted()
        assert rows(open_list(world)) == [
            (suspended.number, "suspended", 0),
            (twice.number, "returned", 0),
            (late.number, "overdue", 0),
        ]
        assert Case.objects.filter(tabled=True).count() == 3
        assert heard(world, "meeting_opened") == ["street"]

    def test_special_and_long_overdue_cases_go_before_the_district(self, world: World) -> None:
        long = red(world, world.accepted(), ladder=True)
        special = world.case_in("suspended")
        code = world.agencies["department"].code
        special = world.move(special, "list_special", "district", note="遗留", until=NEXT, agency=code)
        passed_up = world.to_street()
        world.move(passed_up, "escalate", "street", note="需区级协调")
        passed_up = world.move(passed_up, "suspend", "district", note="等批复", until=NEXT)
        assert rows(open_list(world, "district")) == [
            (special.number, "special", 0),
            (long.number, "ladder", 0),
            (passed_up.number, "suspended", 0),
        ]
        assert open_list(world) is None

    def test_every_case_says_so_in_its_chain(self, world: World) -> None:
        case = world.case_in("suspended")
        open_list(world)
        event = CaseEvent.objects.get(case=case, action="table")
        assert (event.actor, (event.payload or {})["why"], (event.payload or {})["week"]) == (
            None,
            "suspended",
            "2026-03-02",
        )
        kept = Case.objects.get(pk=case.pk)
        assert (kept.version, kept.head_sequence) == (case.version + 1, case.head_sequence + 1)
        said = get(world, "street", f"/cases/{case.number}/").content.decode()
        assert "列入第1街道 03-02 周一 当周联席会议：挂起" in said

    def test_on_friday_the_next_list_opens_once(self, world: World) -> None:
        world.case_in("suspended")
        assert [open_due_meetings(at=at) for at in (FRIDAYS[0], FRIDAYS[0] + timedelta(days=2))] == [1, 0]
        meeting = JointMeeting.objects.get()
        assert (meeting.unit, meeting.week, meeting.opened_by) == (world.unit("street 0"), NEXT, None)

    def test_one_missed_is_opened_later(self, world: World) -> None:
        world.case_in("suspended")
        assert open_due_meetings(at=shanghai("2026-03-04 06:35")) == 1
        assert JointMeeting.objects.get().week == MONDAY

    def test_nothing_hard_no_list_but_a_convener_may_open_one(self, world: World) -> None:
        world.accepted()
        assert open_list(world) is None
        meeting = open_list(world, by="street")
        assert rows(meeting) == []
        assert open_list(world, by="street") == meeting
        for who in ("district", "station", "leader"):
            with pytest.raises(NotAllowed):
                open_list(world, by=who)

    def test_the_list_is_not_endless(self, world: World) -> None:
        for _ in range(3):
            world.case_in("suspended")
        assert len(candidates_for(world.unit("street 0"), at=world.at, most=2)) == 2


class TestActs:
    """By hand, decided, resolved."""

    def test_put_on_the_list_by_hand(self, world: World) -> None:
        case = world.accepted()
        hard = world.case_in("suspended")
        case = world.move(case, "table", "street", note="三方扯皮")
        meeting = JointMeeting.objects.get()
        assert rows(meeting) == [(case.number, "hand", 0)]
        item = MeetingItem.objects.get(case=case)
        assert (item.because, item.added_by, case.tabled) == ("三方扯皮", world.people["street"], True)
        assert heard(world, "table") == ["agency"]
        assert rows(meeting) == [(case.number, "hand", 0), (hard.number, "suspended", 0)]
        fill_meeting(meeting_id=meeting.pk, at=world.at)
        assert len(rows(meeting)) == 2
        with pytest.raises(WrongState):
            world.move(case, "table", "street", note="再提")
        for who in ("station", "leader", "agency", "worker"):
            with pytest.raises(NotAllowed):
                world.move(case, "table", who, note="三方扯皮")

    def test_the_district_puts_it_on_its_own(self, world: World) -> None:
        case = world.move(world.accepted(), "table", "district", note="需区级协调")
        assert MeetingItem.objects.get(case=case).meeting.unit == world.unit("district")
        with pytest.raises(WrongState):
            decide(world, case, "street")
        decide(world, case, "district")

    def test_a_decision_names_who_and_by_when(self, world: World) -> None:
        case = world.move(world.to_street(), "table", "street", note="三方扯皮")
        case = decide(world, case, agency=world.agencies["department"].code)
        item = MeetingItem.objects.get(case=case)
        assert (item.state, item.decision, item.agency, item.due_on) == (
            "decided",
            "由市容办牵头清运",
            world.agencies["department"],
            date(2026, 3, 12),
        )
        assert heard(world, "record_decision") == ["department"]
        assert (waits(world, "department"), waits(world, "agency")) == (["会议决定"], [])
        shown = api_of(world["department"]).get(f"/api/v1/cases/{case.number}/").json()["meeting_item"]
        assert shown == {
            "unit": "310106001",
            "week": "2026-03-02",
            "why": "hand",
            "state": "decided",
            "returns": 0,
            "leader": None,
            "decision": "由市容办牵头清运",
            "agency": world.agencies["department"].code,
            "due_on": "2026-03-12",
        }

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"until": date(2026, 3, 1)}, "until"),
            ({"until": None}, "until"),
            ({"agency": "nobody"}, "agency"),
            ({"agency": None}, "agency"),
            ({"note": ""}, "note"),
        ],
    )
    def test_half_a_decision_is_refused(self, world: World, given: dict[str, Any], field: str) -> None:
        case = world.move(world.to_street(), "table", "street", note="三方扯皮")
        with pytest.raises(InvalidInput) as refused:
            decide(world, case, **given)
        assert list(refused.value.fields) == [field]
        assert MeetingItem.objects.get().state == "listed"

    def test_resolved_it_does_not_come_back(self, world: World) -> None:
        case = decide(world, world.move(world.to_street(), "table", "street", note="三方扯皮"))
        case = world.move(case, "resolve_item", "street", note="已明确由市容办负责")
        item = MeetingItem.objects.get(case=case)
        assert (case.tabled, item.state, item.result, waits(world, "agency")) == (
            False,
            "resolved",
            "已明确由市容办负责",
            [],
        )
        assert heard(world, "resolve_item") == ["agency"]
        assert [open_due_meetings(at=at) for at in FRIDAYS[:2]] == [0, 0]

    def test_a_closed_case_is_off_the_list(self, world: World) -> None:
        case = world.move(world.verified(), "table", "street", note="三方扯皮")
        case = world.move(case, "close", "street")
        assert (case.tabled, MeetingItem.objects.get(case=case).state) == (False, "ended")


class TestComingBack:
    """What is not resolved comes back by itself, the second time to the attached leader."""

    def attach(self, world: World) -> None:
        """Make ``leader`` the attached leader of the case's community."""
        post = PostKind.objects.create(
            code="attached_leader", name="挂钩领导", name_en="Attached leader", unit_kind="community"
        )
        Staffing.objects.create(
            user=world.people["leader"], unit=world.unit("community 0 0"), post=post, valid_from=MONDAY
        )

    def test_undecided_it_comes_back_the_second_time_to_the_attached_leader(self, world: World) -> None:
        self.attach(world)
        case = world.case_in("suspended")
        for at in FRIDAYS:
            open_due_meetings(at=at)
        items = list(MeetingItem.objects.filter(case=case).order_by("added_at"))
        assert [(item.state, item.why, item.returns, item.leader and item.leader.username) for item in items] == [
            ("back", "suspended", 0, None),
            ("back", "back", 1, None),
            ("back", "back", 2, "leader"),
            ("listed", "back", 3, "leader"),
        ]
        assert [meeting.closed_at for meeting in JointMeeting.objects.order_by("week")] == [*FRIDAYS[1:], None]
        world.at = FRIDAYS[3]
        assert heard(world, "brought") == ["leader", "leader"]
        assert waits(world, "leader") == ["包联协调"]

    def test_without_an_attached_leader_a_leader_of_the_street(self, world: World) -> None:
        grant(world.people["stranger"], "leader", world.unit("street 0"))
        world.case_in("suspended")
        for at in FRIDAYS[:3]:
            open_due_meetings(at=at)
        last = MeetingItem.objects.get(state="listed")
        assert (last.returns, last.leader) == (2, world.people["stranger"])

    def test_an_attached_leader_who_could_not_open_it_is_passed_over(self, world: World) -> None:
        self.attach(world)
        Staffing.objects.update(user=world.people["leader_b"])
        world.case_in("suspended")
        for at in FRIDAYS[:3]:
            open_due_meetings(at=at)
        assert MeetingItem.objects.get(state="listed").leader == world.people["leader"]

    def test_decided_it_comes_back_only_after_its_day(self, world: World) -> None:
        case = decide(world, world.move(world.to_street(), "table", "street", note="三方扯皮"))
        assert [open_due_meetings(at=at) for at in FRIDAYS[:2]] == [0, 1]
        meeting = JointMeeting.objects.get(closed_at__isnull=True)
        assert (meeting.week, rows(meeting)) == (AFTER_NEXT, [(case.number, "back", 1)])
        event = CaseEvent.objects.filter(case=case, action="table").latest("sequence")
        assert ((event.payload or {})["why"], (event.payload or {})["returns"]) == ("back", 1)


class TestPage:
    """The meetings of the scope, the agenda, the minutes."""

    def test_the_agenda_with_what_was_decided_before(self, world: World) -> None:
        case = decide(world, world.move(world.to_street(), "table", "street", note="三方扯皮"))
        open_due_meetings(at=FRIDAYS[1])
        hard = world.case_in("suspended")
        world.at = FRIDAYS[1]
        meeting = JointMeeting.objects.get(closed_at__isnull=True)
        page = get(world, "street", f"/meetings/{meeting.pk}/")
        said = page.content.decode()
        for words in (case.number, "由市容办牵头清运", "第 1 次返回清单", hard.number, "可列入的疑难案件"):
            assert words in said
        assert "可列入的疑难案件" not in get(world, "leader", f"/meetings/{meeting.pk}/").content.decode()
        assert get(world, "street_b", f"/meetings/{meeting.pk}/").status_code == 404
        listed = get(world, "district", "/meetings/").context["page"].rows
        assert [(one.week, one.counts["all"], one.counts["back"]) for one in listed] == [
            (AFTER_NEXT, 1, 0),
            (MONDAY, 1, 1),
        ]
        assert get(world, "street_b", "/meetings/").context["page"].rows == []
        assert get(world, "district", "/meetings/?unit=310106002").context["page"].rows == []

    def test_minutes_are_written_and_printed(self, world: World) -> None:
        world.case_in("suspended")
        meeting = open_list(world)
        assert meeting is not None
        client = client_of(world["street"])
        body = {"held_on": "2026-03-02", "chair": "周岚", "attended": "市容办、城管中队", "summary": "议定一件"}
        with clock.frozen(world.tick()):
            wrong = client.post(f"/meetings/{meeting.pk}/minutes/", body | {"held_on": "2026-03-03"})
            right = client.post(f"/meetings/{meeting.pk}/minutes/", body)
        assert (wrong.status_code, right.status_code) == (422, 302)
        meeting.refresh_from_db()
        assert (meeting.held_on, meeting.chair, meeting.recorded_by) == (MONDAY, "周岚", world.people["street"])
        sheet = get(world, "leader", f"/meetings/{meeting.pk}/sheet/").content.decode()
        assert "议定一件" in sheet
        given = {"held_on": MONDAY, "chair": "x", "attended": "", "summary": "", "at": world.at}
        with pytest.raises(NotAllowed):
            record_minutes(actor=world["leader"], meeting_id=meeting.pk, **given)
        with pytest.raises(NotVisible):
            record_minutes(actor=world["street_b"], meeting_id=meeting.pk, **given)

    def test_opened_from_the_page(self, world: World) -> None:
        client = client_of(world["street"])
        with clock.frozen(world.tick()):
            assert client.post("/meetings/open/", {"unit": "310106001"}).status_code == 302
            assert client.post("/meetings/open/", {"unit": "310106002"}).status_code == 403
            assert client.post("/meetings/open/", {}).status_code == 400
        assert JointMeeting.objects.count() == 1

    @pytest.mark.parametrize("number", [1, 3])
    def test_cost(self, world: World, number: int) -> None:
        for _ in range(number):
            decide(world, world.move(world.to_street(), "table", "street", note="三方扯皮"))
        open_due_meetings(at=FRIDAYS[1])
        for _ in range(number):
            world.case_in("suspended")
        world.at = FRIDAYS[1]
        meeting = JointMeeting.objects.get(closed_at__isnull=True)
        client = client_of(world["street"])
        costs = []
        for path in ("/meetings/", f"/meetings/{meeting.pk}/", f"/meetings/{meeting.pk}/sheet/"):
            with clock.frozen(world.tick()), CaptureQueriesContext(connection) as asked:
                assert client.get(path).status_code == 200
            costs.append(len(asked))
        assert costs == [11, 9, 9]


class TestConstraints:
    """The database refuses half a meeting."""

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ({"week": date(2026, 3, 3)}, "week_on_monday"),
            ({"closed_at": shanghai("2026-03-01 09:00")}, "closed_after_opening"),
            ({"chair": "周岚"}, "minutes_whole"),
            ({"held_on": MONDAY}, "minutes_whole"),
        ],
    )
    def test_half_a_meeting(self, world: World, change: dict[str, Any], constraint: str) -> None:
        open_list(world, by="street")
        with pytest.raises(IntegrityError, match=f"cases_jointmeeting_{constraint}"), transaction.atomic():
            JointMeeting.objects.update(**change)

    def test_one_meeting_a_week_and_one_open(self, world: World) -> None:
        meeting = open_list(world, by="street")
        assert meeting is not None
        meeting.pk = None
        with pytest.raises(IntegrityError, match="cases_jointmeeting_(unit_week|one_open)"), transaction.atomic():
            meeting.save(force_insert=True)
        meeting.week = NEXT
        with pytest.raises(IntegrityError, match="cases_jointmeeting_one_open"), transaction.atomic():
            meeting.save(force_insert=True)

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ({"because": ""}, "by_hand_with_reason"),
            ({"added_by": None}, "by_hand_with_reason"),
            ({"state": "decided"}, "decided_whole"),
            ({"decision": "某"}, "decided_whole"),
            ({"state": "ended"}, "ended_when_over"),
            ({"result": "某"}, "resolved_whole"),
        ],
    )
    def test_half_an_item(self, world: World, change: dict[str, Any], constraint: str) -> None:
        world.move(world.to_street(), "table", "street", note="三方扯皮")
        with pytest.raises(IntegrityError, match=f"cases_meetingitem_{constraint}"), transaction.atomic():
            MeetingItem.objects.update(**change)

    def test_a_case_is_on_one_list_only(self, world: World) -> None:
        case = world.move(world.to_street(), "table", "street", note="三方扯皮")
        item = MeetingItem.objects.get()
        item.pk, item.number = None, 2
        with pytest.raises(IntegrityError, match="cases_meetingitem_(one_open|meeting_case)"), transaction.atomic():
            item.save(force_insert=True)
        closed = world.case_in("closed")
        with pytest.raises(IntegrityError, match="cases_case_tabled_while_open"), transaction.atomic():
            Case.objects.filter(pk=closed.pk).update(tabled=True)
        assert Case.objects.get(pk=case.pk).tabled
