"""The real messages live again by the clock: reported and answered when they were, in the order it happened.

Each becomes a case that is passed at once to the level that settles it, and stays there until the moment of the true
reply. Sweeps run in between. The steps and cards on it are those that ``replies_reckoned`` reckons the slow way.
"""

import random
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from apps.cases.models import Case, Leg
from apps.core import clock, outbox
from apps.core.models import OutboxMessage
from apps.deadlines.models import LadderStep, LimitPreset, PresetChoice
from apps.deadlines.sweep import sweep
from tests.cases.replies_reckoned import Matter
from tests.factories.cases import World
from tests.factories.messages import Message, read_messages, where_they_are

pytestmark = where_they_are

LEVELS = ("community", "street", "agency", "district")
COMPLEXITIES = ("general", "complex", "major")
STREETS = ((0, "station", "street", "agency"), (1, "station_b", "street_b", "agency_b"))
SEED = 20_261_126
PARTS = 8


class Replay:
    """One message as a case: what is done with it at its two moments."""

    def __init__(self, world: World, message: Message) -> None:
        self.world, self.message = world, message
        byte = iter(message.digest("replay"))
        self.street, self.station, self.centre, self.agency = STREETS[next(byte) % 2]
        self.matter = Matter(
            level=LEVELS[next(byte) % 4],
            urgent=next(byte) % 6 == 0,
            complexity=COMPLEXITIES[next(byte) % 3],
            demand=self.street == 1,
        )
        self.case: Case

    def _do(self, action: str, by: str, at: datetime, **given: Any) -> None:
        self.case = self.world.move(self.case, action, by, at=at, **given)

    def report(self) -> None:
        """Heard, taken on and handed to whoever settles it, in one moment."""
        at, level = self.message.reported, self.matter.level
        self.world.at = at - timedelta(minutes=1)
        self.case = self.world.report(
            by=self.station,
            place=f"grid {self.street} 0 0",
            title=self.message.title or "来信",
            description=self.message.text,
            source="letter_box",
            source_number=self.message.number,
            urgency="urgent" if self.matter.urgent else "normal",
        )
        self._do("register", self.station, at, complexity=self.matter.complexity)
        if level == "community":
            return
        self._do("escalate", self.station, at, note="超出社区权限")
        if level == "agency":
            section = self.world.agencies["section" if self.street == 0 else "section_b"]
            self._do("dispatch", self.centre, at, agency=section.code)
            self._do("accept", self.agency, at)
        elif level == "district":
            self._do("escalate", self.centre, at, note="需区级协调")

    def reply(self) -> None:
        """Answered, seen and closed."""
        at = self.message.replied
        desk = {"community": self.station, "street": self.centre, "agency": self.centre, "district": "district"}
        action, who = (
            ("feedback", self.agency) if self.matter.level == "agency" else ("settle", desk[self.matter.level])
        )
        self._do(action, who, at, note="已答复")
        self._do("verify", "worker" if self.street == 0 else "worker_b", at, passed=True)
        self._do("close", desk[self.matter.level], at)

    def steps(self) -> dict[str, list[tuple[int, str, datetime]]]:
        """What is written on its limits, by stage."""
        legs = Leg.objects.filter(case=self.case).values_list("pk", flat=True)
        subjects = [("case", self.case.pk), *(("case_leg", leg) for leg in legs)]
        found: dict[str, list[tuple[int, str, datetime]]] = {"handling": [], "whole": []}
        rows = LadderStep.objects.on(subjects).order_by("limit_id", "step")
        for stage, *step in rows.values_list("limit__stage", "step", "kind", "due_at"):
            found.setdefault(stage, []).append(tuple(step))
        return found


def replay(world: World, messages: list[Message]) -> Counter[str]:
    """Everything in the order in which it happened, then each case against what was reckoned; how many got what."""
    PresetChoice.objects.create(
        unit=world.tree.street(1), preset=LimitPreset.objects.get(code="demand"), effective_from=date(2004, 1, 1)
    )
    lives = [Replay(world, message) for message in messages]
    moments = [(life.message.reported, place, life.report) for place, life in enumerate(lives)]
    moments += [(life.message.replied, place, life.reply) for place, life in enumerate(lives)]
    drawn = random.Random(SEED)
    for at, _place, happen in sorted(moments, key=lambda one: (one[0], one[1])):
        happen()
        if drawn.random() < 0.2:
            with clock.frozen(at):
                sweep(at=at)
                outbox.drain()
    counted: Counter[str] = Counter()
    for life in lives:
        begun, answered = life.message.reported, life.message.replied
        expected = {stage: life.matter.steps(stage, begun, answered) for stage in ("handling", "whole")}
        assert life.steps() == expected, (life.message.number, life.matter)
        kept = Case.objects.get(pk=life.case.pk)
        in_time = answered <= life.matter.due("handling", begun)
        assert (kept.state, kept.handled_in_time) == ("closed", in_time), life.message.number
        kinds = [kind for _number, kind, _moment in expected["handling"]]
        counted.update(["red" if "red" in kinds else "yellow" if "yellow" in kinds else "no card"])
        counted.update(["in time" if in_time else "late"])
    assert not OutboxMessage.objects.filter(dead_at__isnull=False).exists()
    return counted


def test_a_sample_of_replies_gives_the_cards_one_would_expect(world: World) -> None:
    quick = [message for message in read_messages() if message.replied - message.reported < timedelta(days=9)]
    drawn = random.Random(SEED)
    counted = replay(world, [*drawn.sample(quick, 8), *drawn.sample(read_messages(), 4)])
    assert set(counted) >= {"red", "no card", "in time", "late"}


@pytest.mark.soak
@pytest.mark.parametrize("part", range(PARTS))
def test_all_replies_give_the_cards_one_would_expect(world: World, part: int) -> None:
    messages = read_messages()[part::PARTS]
    print(f"{len(messages)} messages by their true times: {dict(sorted(replay(world, messages).items()))}")
