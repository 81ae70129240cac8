"""Who is told of what; and cases that follow their limits."""

from datetime import timedelta

import pytest

from apps.cases.announce import follow_limits
from apps.cases.models import Case
from apps.core import clock, outbox
from apps.core.models import OutboxMessage
from apps.deadlines.models import Limit
from apps.deadlines.sweep import sweep
from apps.notices.models import Notice
from tests.factories.cases import World, make_category


def told(world: World) -> dict[str, list[str]]:
    """Drain the outbox; who has which unread kinds of notice of cases, and take them as read."""
    with clock.frozen(world.at + timedelta(seconds=1)):
        outbox.drain()
    found: dict[str, list[str]] = {}
    for notice in Notice.objects.filter(kind__startswith="case.").select_related("recipient").order_by("id"):
        found.setdefault(notice.recipient.username, []).append(notice.kind.removeprefix("case."))
    Notice.objects.all().delete()
    return found


def test_everybody_hears_what_is_theirs(world: World) -> None:
    case = world.report()
    assert told(world) == {"station": ["report"]}
    world.move(case, "register", "station")
    assert told(world) == {}
    world.move(case, "escalate", "station", note="超出权限")
    assert told(world) == {"street": ["escalate"]}
    helper = world.agencies["helper"].code
    section = world.agencies["section"].code
    world.move(case, "dispatch", "street", agency=section, assisting=[helper])
    assert told(world) == {"agency": ["dispatch"], "assistant": ["dispatch"]}
    world.move(case, "return", "agency", note="不属本单位")
    assert told(world) == {"street": ["return"]}
    world.move(case, "dispatch", "street", agency=section)
    world.move(case, "accept", "agency")
    told(world)
    world.move(case, "supervise", "district", note="限期")
    assert told(world) == {"agency": ["supervise"]}
    world.move(case, "feedback", "agency", note="已清运")
    assert told(world) == {"worker": ["handled"]}
    world.move(case, "verify", "worker", passed=False, note="未清净")
    assert told(world) == {"agency": ["rework"]}
    world.move(case, "feedback", "agency", note="已清运")
    world.move(case, "verify", "grid_leader", passed=True)
    assert told(world) == {"worker": ["handled"], "street": ["verified"]}
    world.move(case, "close", "street")
    assert told(world) == {"worker": ["close"]}
    world.move(case, "reopen", "worker", note="又出现")
    assert told(world) == {"street": ["reopen"]}


@pytest.mark.parametrize(("action", "kind"), [("refuse", "refuse"), ("merge", "merge")])
def test_the_reporter_hears_how_it_ended(world: World, action: str, kind: str) -> None:
    other = world.report()
    case = world.report()
    told(world)
    world.move(case, action, "station", note="说明", into=other.number)
    assert told(world) == {"worker": [kind]}


def test_an_event_told_twice_is_one_notice(world: World) -> None:
    world.report()
    with clock.frozen(world.at):
        outbox.drain()
        OutboxMessage.objects.update(delivered_at=None, available_at=world.at)
        outbox.drain()
    notice = Notice.objects.get(kind="case.report")
    case = Case.objects.get()
    assert (notice.recipient.username, notice.url) == ("station", f"/cases/{case.number}/")
    assert notice.params["subject"] == f"{case.number} 路边堆放垃圾"


class TestCards:
    """The ladder's cards on cases."""

    def sweep_at(self, world: World, moment: object) -> None:
        world.at = moment  # type: ignore[assignment]
        with clock.frozen(world.at):
            sweep(at=world.at)
            outbox.drain()

    def test_yellow_then_red_then_under_supervision(self, world: World) -> None:
        case = world.accepted()
        due = case.due_at
        self.sweep_at(world, due - timedelta(minutes=30))
        assert Case.objects.get(pk=case.pk).card == "yellow"
        self.sweep_at(world, due + timedelta(minutes=1))
        kept = Case.objects.get(pk=case.pk)
        assert (kept.card, kept.supervised, kept.version) == ("red", False, case.version)
        self.sweep_at(world, due + timedelta(days=4))
        kept = Case.objects.get(pk=case.pk)
        assert (kept.supervised, kept.supervisor) == (True, world.centre("street"))
        case = world.move(case, "feedback", "agency", note="迟到的处置")
        assert (case.card, case.state) == ("", "handled")

    def test_a_step_told_late_does_not_touch_the_next_holder(self, world: World) -> None:
        case = world.accepted()
        world.at = case.due_at + timedelta(minutes=1)
        with clock.frozen(world.at):
            sweep(at=world.at)
        world.move(case, "feedback", "agency", note="刚办完")
        with clock.frozen(world.at):
            outbox.drain()
        assert Case.objects.get(pk=case.pk).card == ""

    def test_an_assistants_limit_leaves_the_case_alone(self, world: World) -> None:
        quick = make_category("占道", urgency="urgent")
        case = world.dispatched(assisting=("helper",), category=quick)
        assistant = next(leg for leg in world.legs(case) if leg.role == "assist" and leg.state == "offered")
        lead = next(leg for leg in world.legs(case) if leg.role == "lead" and leg.state == "offered")
        Limit.objects.filter(subject_id=lead.pk).update(next_step_at=None)
        self.sweep_at(world, assistant.due_at + timedelta(minutes=1))
        assert Limit.objects.get(subject_kind="case_leg", subject_id=assistant.pk).card == "red"
        assert Case.objects.get(pk=case.pk).card == ""

    def test_the_callback_bears_repeats(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        heard: list[object] = []

        def hear(steps: object) -> None:
            heard.append(steps)
            follow_limits(steps)  # type: ignore[arg-type]

        monkeypatch.setattr("apps.deadlines.announcements._callbacks", [hear])
        case = world.accepted()
        self.sweep_at(world, case.due_at + timedelta(minutes=1))
        before = Case.objects.filter(pk=case.pk).values().get()
        follow_limits(heard[0])  # type: ignore[arg-type]
        assert Case.objects.filter(pk=case.pk).values().get() == before
        assert before["card"] == "red"
