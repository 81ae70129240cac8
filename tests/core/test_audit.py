"""Chains of events: what verification finds, and names."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.cases.models import Case, CaseEvent
from apps.core import anchors
from apps.core.audit import GENESIS, canonical, link_hash, payload_digest
from apps.core.models import AuditAnchor, AuditAnchorHead
from tests.factories.cases import World, make_world


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def case(world: World) -> Iterator[Case]:
    """A case of six events, with another beside it; the triggers rest so that a forger can be played."""
    made = world.handled()
    world.report()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE cases_caseevent DISABLE TRIGGER USER")
    yield made
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE cases_caseevent ENABLE TRIGGER USER")


def broken() -> list[tuple[str, int, str]]:
    return [(link.stream, link.sequence, link.reason) for link in anchors.verify()]


def events(case: Case) -> dict[int, CaseEvent]:
    return {event.sequence: event for event in CaseEvent.objects.filter(case=case)}


def stream(case: Case) -> str:
    return f"cases.caseevent:{case.pk}"


def test_whole_chains_hold(world: World, case: Case) -> None:
    assert broken() == []
    assert anchors.take_anchor(at=world.at) > 0
    assert broken() == []
    assert sorted(events(case)) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"payload": {"note": "改过"}}, "the content was altered"),
        ({"action": "close"}, "the event was altered"),
        ({"actor_id": None}, "the event was altered"),
        ({"salt": b"0" * 16}, "the content was altered"),
        ({"digest": b"0" * 32}, "the content was altered"),
        ({"hash": b"0" * 32}, "the event was altered"),
        ({"previous": b"0" * 32}, "the event was altered"),
    ],
)
def test_an_altered_event_is_named(case: Case, change: dict[str, object], reason: str) -> None:
    CaseEvent.objects.filter(case=case, sequence=3).update(**change)
    assert broken() == [(stream(case), 3, reason)]


def test_an_altered_moment_is_named(case: Case) -> None:
    event = events(case)[2]
    CaseEvent.objects.filter(pk=event.pk).update(at=event.at + timedelta(microseconds=1))
    assert broken() == [(stream(case), 2, "the event was altered")]


def test_a_forged_event_does_not_fit_the_next(case: Case) -> None:
    """Altered with a right digest and hash of its own, it no longer is what the next one follows."""
    event = events(case)[3]
    payload = {"note": "另一套说法"}
    digest = payload_digest(bytes(event.salt), payload)
    link = link_hash(
        stream=stream(case),
        sequence=3,
        at=event.at,
        actor_id=event.actor_id,
        action=event.action,
        digest=digest,
        previous=bytes(event.previous),
    )
    CaseEvent.objects.filter(pk=event.pk).update(payload=payload, digest=digest, hash=link)
    assert broken() == [(stream(case), 4, "the order was changed")]


def test_reordered_events_are_named(case: Case) -> None:
    second, third = events(case)[2], events(case)[3]
    CaseEvent.objects.filter(pk=second.pk).update(sequence=99)
    CaseEvent.objects.filter(pk=third.pk).update(sequence=2)
    CaseEvent.objects.filter(pk=second.pk).update(sequence=3)
    assert broken() == [(stream(case), 2, "the event was altered")]


def test_a_removed_middle_event_is_named(case: Case) -> None:
    CaseEvent.objects.filter(case=case, sequence=4).delete()
    assert broken() == [(stream(case), 4, "event 4 is missing; 5 follows")]


def test_a_removed_first_event_is_named(case: Case) -> None:
    CaseEvent.objects.filter(case=case, sequence=1).delete()
    assert broken() == [(stream(case), 1, "event 1 is missing; 2 follows")]


def test_a_removed_last_event_is_named(case: Case) -> None:
    CaseEvent.objects.filter(case=case, sequence=6).delete()
    assert broken() == [(stream(case), 6, "the last 1 event(s) are gone")]


def test_a_removed_chain_is_named(case: Case) -> None:
    CaseEvent.objects.filter(case=case).delete()
    assert broken() == [(stream(case), 1, "the whole chain of 6 events is gone")]


def test_a_head_set_back_with_its_events_is_found_by_the_anchor(world: World, case: Case) -> None:
    anchors.take_anchor(at=world.at)
    fifth = events(case)[5]
    CaseEvent.objects.filter(case=case, sequence=6).delete()
    Case.objects.filter(pk=case.pk).update(head_sequence=5, head_hash=fifth.hash)
    assert broken() == [(stream(case), 6, "an event that an anchor sealed is gone or was altered")]


def test_a_chain_removed_with_its_head_is_found_by_the_anchor(world: World, case: Case) -> None:
    anchors.take_anchor(at=world.at)
    CaseEvent.objects.filter(case=case).delete()
    Case.objects.filter(pk=case.pk).update(head_sequence=0, head_hash=GENESIS)
    assert broken() == [(stream(case), 6, "an event that an anchor sealed is gone or was altered")]


def test_a_removed_anchor_is_named(world: World, case: Case) -> None:
    for _ in range(3):
        world.report()
        anchors.take_anchor(at=world.tick())
    AuditAnchorHead.objects.filter(anchor__sequence=2).delete()
    assert ("core.auditanchor", 2, "the anchor was altered or removed") in broken()
    AuditAnchor.objects.filter(sequence=2).delete()
    assert ("core.auditanchor", 2, "the anchor was altered or removed") in broken()


def test_an_anchor_seals_what_moved(world: World, case: Case) -> None:
    anchors.take_anchor(at=world.at)
    assert anchors.take_anchor(at=world.tick()) == 0
    world.move(case, "comment", "leader", note="阅")
    assert anchors.take_anchor(at=world.tick()) == 1
    assert AuditAnchor.objects.count() == 2


def test_an_erased_payload_does_not_break_the_chain(case: Case) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cases_caseevent ENABLE TRIGGER USER")
        cursor.execute("UPDATE cases_caseevent SET payload = NULL WHERE case_id = %s", [case.pk])
    assert broken() == []


def test_the_command_names_the_first_broken_link(case: Case) -> None:
    said = StringIO()
    call_command("verify_chain", stdout=said)
    assert said.getvalue() == "every chain and anchor holds\n"
    CaseEvent.objects.filter(case=case, sequence=2).update(action="close")
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_chain", stdout=said)
    assert said.getvalue() == f"{stream(case)} #2: the event was altered\n"


def test_equal_payloads_have_one_spelling() -> None:
    assert canonical({"b": 1, "a": "字"}) == '{"a":"字","b":1}'.encode() == canonical({"a": "字", "b": 1})
