"""Seeded history: told stories are what the services would have written, and every chain, limit and point holds."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Q
from shapely.geometry import Point, shape

from apps.accounts.models import User
from apps.assessment.seeding.announcing import seed_announcements
from apps.assessment.seeding.demo import month_start
from apps.assessment.seeding.history import Diary, moments, write_cases
from apps.assessment.seeding.people import DEMO_NAMES, choose_places, hire_staff, set_demo_password
from apps.assessment.seeding.scenes import seed_scenes
from apps.assessment.seeding.screening import seed_screenings
from apps.assessment.seeding.story import Teller
from apps.assessment.seeding.world import World
from apps.assessment.seeding.writing import Batch, Ids
from apps.cases import services
from apps.cases.catalogue import load_categories
from apps.cases.models import (
    Case,
    CaseEvent,
    Category,
    DualReport,
    DutyRuling,
    FollowUp,
    HazardListing,
    JointMeeting,
    Leg,
    Mediation,
    Publication,
    ScreeningPeriod,
    ScreeningReturn,
    SpecialListing,
    SpotCheck,
    Summons,
    Supervision,
)
from apps.cases.routing_catalogue import load_routing
from apps.cases.services.publication import BACKLOG, publish_results
from apps.core import clock
from apps.core.models import OutboxMessage
from apps.deadlines.models import LadderStep, Limit
from apps.deadlines.sweep import settle
from apps.grid.models import Boundary
from apps.grid.permissions import Permission
from apps.grid.scopes import scopes_of
from apps.notices.announcements.models import Announcement, Receipt
from apps.notices.models import Notice
from apps.organisation.catalogue import load_posts
from apps.organisation.models import GrantEvent, RoleGrant
from tests.factories.deadlines import load_rules, shanghai
from tests.factories.grid import Tree, make_tree

NOW = shanghai("2026-11-20 15:00")


@pytest.fixture(scope="module")
def tree(django_db_setup, django_db_blocker):
    """A small district with its staff."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_rules()
        load_categories()
        load_routing()
        load_posts()
        made = make_tree()
        hire_staff(made.district, rng=Random(1), since=date(2024, 6, 1), at=shanghai("2024-06-01 09:00"), demo=True)
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def db() -> None:
    """Keeps pytest-django from opening a transaction of its own; that of the file is used."""


@pytest.fixture
def staffed(tree: Tree, db: None):
    mark = transaction.savepoint()
    yield tree
    transaction.set_rollback(False)
    transaction.savepoint_rollback(mark)


class Inline:
    """Writes batches at once in the transaction of the test."""

    def put(self, write) -> None:
        write()


def write(tree: Tree, count: int, *, seed: int = 5, stuck: float = 0.3) -> list[Case]:
    rng = Random(seed)
    world = World(tree.district, rng)
    teller = Teller(world, rng, now=NOW, stuck=stuck)
    at = moments(world, rng, count=count, first=date(2026, 9, 1), until=NOW)
    assert write_cases(teller, at, rng=rng, writer=Inline()) == count
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = origin")
    return list(Case.objects.order_by("id"))


CASE_FACTS = (
    "category_id title description words urgency source lon lat address state suspended_from review_on"
    " open holder_id desk_id"
    " due_at version reporter_id worker_id handler_id handled_by_id settled_kind rework_count return_count"
    " solved satisfied"
    " reported_at registered_at dispatched_at handled_at verified_at closed_at handling_due_at"
    " handled_in_time supervised publicity orders_open extension_asked appeals_open"
    " district_id street_id community_id grid_id head_sequence"
).split()
LEG_FACTS = (
    "sequence agency_id desk_id role stage state version due_at in_time handled_by_id note opened_at"
    " accepted_at ended_at"
).split()
LIMIT_FACTS = (
    "stage holder_id head_id policy_id measure started_at counts_from due_at paused_at ended_at outcome state card"
    " plan_steps plan_kinds plan_times last_step next_step_at district_id street_id community_id grid_id"
).split()
ORDER_FACTS = "number office centre_id ordered_by_id ordered_at text due_at state".split()
EVENT_FACTS = "sequence at actor_id action from_state to_state".split()


def facts(row, names) -> dict:
    return {name: getattr(row, name) for name in names}


def whole(case: Case) -> dict:
    """Everything of a case that does not name its own ids and number."""
    legs = list(Leg.objects.filter(case=case).order_by("sequence"))
    events = CaseEvent.objects.filter(case=case).select_related("leg").order_by("sequence")
    limits = [Limit.objects.get(subject_kind="case_leg", subject_id=leg.pk) for leg in legs]
    orders = Supervision.objects.filter(case=case).order_by("number")
    beside = Limit.objects.filter(
        Q(subject_kind="case", subject_id=case.pk)
        | Q(subject_kind="case_supervision", subject_id__in=orders.values("pk"))
    )
    return {
        "beside": [facts(limit, LIMIT_FACTS) for limit in beside.order_by("subject_kind")],
        "orders": list(
            orders.values("number", "office", "centre", "ordered_by", "ordered_at", "text", "due_at", "state")
        ),
        "case": facts(case, CASE_FACTS),
        "legs": [facts(leg, LEG_FACTS) for leg in legs],
        "limits": [facts(limit, LIMIT_FACTS) for limit in limits],
        "events": [facts(event, EVENT_FACTS) | {"payload": event.payload} for event in events],
        "event_legs": [event.leg.sequence if event.leg else None for event in events],
        "steps": list(
            LadderStep.objects.filter(limit__in=limits)
            .order_by("limit__started_at", "limit__id", "step")
            .values_list("step", "kind", "card", "holder_id", "due_at", "done_at")
        ),
    }


INPUTS = {
    "dispatch": {"agency": "agency_code"},
    "verify": {"passed": "passed"},
    "suspend": {"until": "until", "promised": "promised"},
}


def replay(case: Case) -> Case:
    """The same acts by the same people at the same moments, through the services."""
    events = list(CaseEvent.objects.filter(case=case).select_related("actor").order_by("sequence"))
    first = events[0]
    again = services.report_case(
        actor=first.actor,
        category=case.category,
        title=case.title,
        description=case.description,
        lon=case.lon,
        lat=case.lat,
        address=case.address,
        unit=case.grid,
        source=case.source,
        at=first.at,
    )
    for event in events[1:]:
        if event.actor_id is None:
            assert event.action == "publish"
            publish_results(at=event.at)
            continue
        given = {name: event.payload[key] for name, key in INPUTS.get(event.action, {}).items()}
        if event.action == "rate":
            given = {"solved": event.payload["solved"], "satisfied": event.payload["satisfied"]}
        if event.action == "suspend":
            given = {name: date.fromisoformat(event.payload[name]) for name in ("until", "promised")}
        again = services.perform(
            number=again.number,
            action=event.action,
            actor=User.objects.get(pk=event.actor_id),
            at=event.at,
            version=None,
            note=event.payload.get("note", ""),
            **given,
        )
    again.refresh_from_db()
    return again


def test_a_story_is_what_the_services_would_have_written(staffed: Tree) -> None:
    cases = [case for case in write(staffed, 260) if case.state != "merged"]
    chosen: dict[tuple, Case] = {}
    for case in cases:
        actions = tuple(CaseEvent.objects.filter(case=case).order_by("sequence").values_list("action", flat=True))
        if case.closed_at is not None or case.state in {"reported", "registered", "dispatched", "handled", "suspended"}:
            chosen.setdefault((case.state, actions), case)
    assert {"closed", "refused", "registered", "dispatched", "handled"} <= {state for state, _actions in chosen}
    assert any("return" in actions for _state, actions in chosen)
    assert any(case.rework_count for case in chosen.values())
    for case in chosen.values():
        again = replay(case)
        settle(list(Limit.objects.filter(next_step_at__lte=NOW, state="running").values_list("pk", flat=True)), at=NOW)
        told, done = whole(case), whole(Case.objects.get(pk=again.pk))
        if case.closed_at is not None and case.closed_at < NOW - BACKLOG:
            done["case"]["publicity"] = ""  # closed before results were published
        for ours, theirs in zip(told["events"], done["events"], strict=True):
            assert ours == theirs
        for part in ("case", "legs", "limits", "beside", "orders", "events", "event_legs"):
            assert (part, told[part]) == (part, done[part])
        assert [step[:5] for step in told["steps"]] == [step[:5] for step in done["steps"]]


def test_what_is_written_holds_together(staffed: Tree) -> None:
    cases = write(staffed, 400)
    states = Counter(case.state for case in cases)
    assert states["closed"] > 200
    assert {"refused", "registered", "dispatched", "handled"} <= states.keys()
    call_command("verify_chain")
    outlines = {row.unit_id: shape(row.geometry) for row in Boundary.objects.filter(unit__kind="grid")}
    assert all(outlines[case.grid_id].contains(Point(case.lon, case.lat)) for case in cases)
    assert len({case.number for case in cases}) == len(cases)
    for case in cases:
        lead = Leg.objects.filter(case=case, state__in=["offered", "accepted"]).first()
        assert (lead is not None) == case.open
        if lead:
            assert (case.holder_id, case.due_at) == (lead.agency_id, lead.due_at)
    for limit in Limit.objects.filter(state="running"):
        taken = list(limit.steps.order_by("step").values_list("due_at", flat=True))
        assert taken == [moment for moment in limit.plan_times if moment <= NOW]
        later = [moment for moment in limit.plan_times if moment > NOW]
        assert limit.next_step_at == (later[0] if later else None)


def test_every_reference_leads_somewhere(staffed: Tree) -> None:
    write(staffed, 150)
    for model in (Case, Leg, Limit, LadderStep, CaseEvent):
        for field in model._meta.concrete_fields:
            if not field.is_relation:
                continue
            wrong = model.objects.exclude(**{f"{field.name}__isnull": True}).exclude(
                **{f"{field.attname}__in": field.related_model._base_manager.values("pk")}
            )
            assert (model.__name__, field.name, wrong.count()) == (model.__name__, field.name, 0)


def test_the_same_seed_tells_the_same(staffed: Tree) -> None:
    def once() -> list[tuple]:
        rng = Random(9)
        world = World(staffed.district, rng)
        teller = Teller(world, rng, now=NOW)
        at = moments(world, rng, count=40, first=date(2026, 10, 1), until=NOW)
        return [
            (s.title, s.reported, s.state, s.lon, [(e.action, e.at) for e in s.events]) for s in map(teller.tell, at)
        ]

    assert once() == once()


def test_moments_are_in_order_and_mostly_on_working_days(staffed: Tree) -> None:
    world = World(staffed.district, Random(1))
    at = list(moments(world, Random(2), count=700, first=date(2026, 9, 28), until=NOW))
    assert len(at) == 700
    assert at == sorted(at)
    assert at[-1] <= NOW
    worked = sum(world.times.book.calendar.is_working_day(clock.local(moment).date()) for moment in at)
    assert worked > 600
    assert {clock.local(moment).hour for moment in at} <= set(range(7, 19))


def test_the_diary_counts_what_people_did(staffed: Tree) -> None:
    rng = Random(3)
    world = World(staffed.district, rng)
    teller = Teller(world, rng, now=NOW)
    diary = Diary()
    stories = [teller.tell(NOW - timedelta(days=9)) for _number in range(30)]
    for story in stories:
        diary.note(story)
    assert sum(diary.reported.values()) == 30
    assert sum(diary.verified.values()) == sum(e.action == "verify" for story in stories for e in story.events)


def test_demo_accounts_stand_in_one_chain(staffed: Tree) -> None:
    users = {name: User.objects.get(username=name) for name in DEMO_NAMES}
    assert all(user.is_demo for user in users.values())
    place = choose_places(staffed.district)

    def held(name: str, permission: Permission) -> list[int]:
        return [scope.unit_id for scope in scopes_of(users[name], permission)]

    assert held("worker", Permission.CASE_REPORT) == [place.grid.pk]
    assert held("station", Permission.CASE_REGISTER) == [place.community.pk]
    assert held("street", Permission.CASE_DISPATCH) == [place.street.pk]
    assert held("district", Permission.CASE_DISPATCH) == [staffed.district.pk]
    assert held("worker_b", Permission.CASE_REPORT) == [place.grid_b.pk]
    assert place.street.pk != place.street_b.pk
    assert held("admin", Permission.SYSTEM_MANAGE) == held("admin", Permission.BOUNDARY_EDIT) == [staffed.district.pk]
    agency = RoleGrant.objects.get(user=users["agency"]).agency
    assert (agency.unit_id, "sanitation" in agency.duties) == (place.street.pk, True)
    assert not User.objects.filter(is_demo=False, password__startswith="argon2").exists()


def test_grants_are_chained_and_the_staff_is_hired_once(staffed: Tree) -> None:
    people = User.objects.count()
    assert GrantEvent.objects.count() == RoleGrant.objects.count()
    assert hire_staff(staffed.district, rng=Random(1), since=date(2024, 6, 1), at=NOW, demo=True) == 0
    assert User.objects.count() == people


def test_the_password_is_set_once_and_taken_away_again(staffed: Tree) -> None:
    assert set_demo_password("first-password-here") == len(DEMO_NAMES)
    assert set_demo_password("first-password-here") == 0
    assert User.objects.get(username="leader").check_password("first-password-here")
    assert set_demo_password("second-password-here") == len(DEMO_NAMES)
    assert set_demo_password("") == len(DEMO_NAMES)
    assert not User.objects.get(username="leader").has_usable_password()
    assert set_demo_password("") == 0


@pytest.mark.parametrize(("back", "expected"), [(0, date(2026, 1, 1)), (1, date(2025, 12, 1)), (13, date(2024, 12, 1))])
def test_months_back(back: int, expected: date) -> None:
    assert month_start(date(2026, 1, 17), back) == expected


def test_a_batch_is_nothing_until_it_is_written(staffed: Tree) -> None:
    rng = Random(4)
    world = World(staffed.district, rng)
    story = Teller(world, rng, now=NOW).tell(NOW - timedelta(days=30))
    batch = Batch(Ids(), NOW, rng).add([story])
    assert Case.objects.count() == 0
    assert (len(batch.cases), len(batch.legs), len(batch.events)) == (1, len(story.legs), len(story.events))
    assert Category.objects.filter(pk=story.kind.id).exists()


def test_announcements_are_there_once_and_wait_for_the_demo_accounts(staffed: Tree):
    assert seed_announcements(staffed.district, now=NOW) == 4
    assert seed_announcements(staffed.district, now=NOW) == 0
    newest = Announcement.objects.order_by("-published_at").first()
    assert (newest.urgent, newest.confirmation, newest.is_current) == (True, True, True)
    read = Receipt.objects.filter(announcement=newest, read_at__isnull=False)
    assert 0 < read.count() < newest.recipients
    assert Receipt.objects.filter(announcement=newest, user__username="worker", read_at=None).exists()
    assert not read.filter(user__is_demo=True).exists()
    assert Announcement.objects.filter(superseded_at__isnull=False).count() == 1
    assert Notice.objects.filter(created_at__gt=NOW).count() == 0


def test_screenings_are_returned_once_with_the_disputes_of_their_unit_and_weeks(staffed: Tree) -> None:
    written = seed_screenings(staffed.district, rng=Random(4), now=NOW)
    assert written == ScreeningReturn.objects.count() > 0
    assert seed_screenings(staffed.district, rng=Random(4), now=NOW) == 0
    assert {period.level for period in ScreeningPeriod.objects.all()} == {"community", "street"}
    for row in ScreeningReturn.objects.select_related("period"):
        assert row.filed_at <= NOW
        assert row.late == (row.filed_at > row.period.due_at)
        assert row.found == row.cases.count()


def test_the_scenes_show_what_is_rare_and_hold_together(staffed: Tree) -> None:
    write(staffed, 500, stuck=0.1)
    assert seed_scenes(staffed.district, rng=Random(6), now=NOW) > 80
    call_command("verify_chain")
    events = list(CaseEvent.objects.order_by("case", "sequence").values_list("case", "at"))
    assert events == sorted(events)
    assert max(at for _case, at in events) <= NOW
    assert Counter(Summons.objects.values_list("state", flat=True)) == {"reported": 3, "called": 1, "arrived": 1}
    assert Summons.objects.get(state="called").agency == RoleGrant.objects.get(user__username="agency").agency
    assert sorted(Summons.objects.filter(stars__isnull=False).values_list("stars", flat=True)) == [2, 4, 5]
    assert Counter(SpecialListing.objects.values_list("state", flat=True)) == {"listed": 2, "proposed": 1}
    assert SpecialListing.objects.filter(state="listed", controls_made=2).count() == 1
    past, coming = JointMeeting.objects.order_by("week")
    assert (past.unit, coming.unit, past.held_on is not None) == (staffed.street(0), staffed.street(0), True)
    assert (past.closed_at is None, coming.closed_at) == (False, None)
    assert list(past.items.order_by("number").values_list("state", flat=True)) == ["back", "resolved"]
    assert coming.items.filter(why="back", returns=1).count() == 1
    assert [row.accepted_at is None for row in HazardListing.objects.order_by("listed_at")] == [False, True]
    assert Counter(Mediation.objects.values_list("state", flat=True)) == {"agreed": 1, "failed": 1, "running": 1}
    assert DutyRuling.objects.filter(ruled_at__isnull=True).count() == 1
    noted = DualReport.objects.filter(acknowledged_at__isnull=False)
    assert (noted.count(), DualReport.objects.filter(acknowledged_at=None).count() > 1) == (1, True)
    checks = Counter(SpotCheck.objects.values_list("state", flat=True))
    assert (checks["failed"], checks["waiting"], checks["passed"] > 0) == (1, 2, True)
    asked = FollowUp.objects.filter(why="asked")
    assert Counter(asked.values_list("state", flat=True)) == {"reached": 4, "waiting": 3}
    assert (asked.filter(rejected=True).count(), asked.filter(satisfied=False).count()) == (1, 2)
    assert FollowUp.objects.filter(why="drawn", draw__percent=50).exists()
    assert Publication.objects.filter(state="withheld").count() == 2
    stale = OutboxMessage.objects.filter(delivered_at=None, created_at__lt=NOW - timedelta(days=1))
    assert list(stale.filter(topic__in=["case-event", "joint-meeting"])) == []
