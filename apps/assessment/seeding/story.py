"""One case from report to archive, told as ``cases.services`` would write it, and cut off at the present moment.

Pure: random numbers and the world come in, drafts of rows come out. ``tests/assessment`` holds a story against the
same acts done through ``perform``.
"""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from apps.assessment.seeding import texts
from apps.assessment.seeding.drafts import EventDraft, LegDraft, OrderDraft, PauseDraft, Story, stamp
from apps.assessment.seeding.names import address
from apps.assessment.seeding.publishing import plan_publication
from apps.assessment.seeding.world import Ground, Kind, Office, World
from apps.core import clock
from apps.deadlines.choices import Stage

PUBLIC_SOURCES = ("hotline_12345", "hotline_12345", "hotline_12345", "letter_box", "service_hall", "petition", "wechat")
GRID_SOURCES = ("patrol", "patrol", "patrol", "log", "log", "inspection")
SCREENING, HANDLING, VERIFYING = Stage.SCREENING.value, Stage.HANDLING.value, Stage.VERIFYING.value
WHOLE, SUPERVISION = Stage.WHOLE.value, Stage.SUPERVISION.value
URGENT_SHARE = 0.45
NUMBERED = frozenset({"hotline_12345", "petition"})


class Cut(Exception):
    """The story has reached the present moment."""


class Teller:
    """Tells stories about one world up to ``now``. ``stuck`` is the share of cases that come to rest before their end;
    ``quantum`` rounds every moment to so many seconds, which makes large volumes cheap."""

    def __init__(self, world: World, rng: Random, *, now: datetime, stuck: float = 0.02, quantum: int = 1) -> None:
        self.world = world
        self.rng = rng
        self.now = now
        self.stuck = stuck
        self.quantum = quantum

    def tell(self, at: datetime) -> Story:
        """The case reported at ``at`` (aware), as it stands now."""
        rng = self.rng
        ground = self.world.ground(rng)
        kind = self.world.kind(rng)
        story = self._report(ground, kind, self._rounded(at))
        run = _Run(self, story)
        try:
            run.live()
        except Cut:
            run.settle_down()
        plan_publication(story, now=self.now)
        return story

    def _rounded(self, at: datetime) -> datetime:
        if self.quantum == 1:
            return at.replace(microsecond=0)
        extra = timedelta(seconds=int(at.timestamp()) % self.quantum, microseconds=at.microsecond)
        return at - extra

    def _report(self, ground: Ground, kind: Kind, at: datetime) -> Story:
        rng = self.rng
        found = rng.random() < (0.72 if kind.with_spot else 0.35)
        source = rng.choice(GRID_SOURCES if found else PUBLIC_SOURCES)
        reporter = ground.worker if found else ground.station.person
        title = f"{rng.choice(texts.SPOTS)}{kind.name}" if kind.with_spot else kind.name
        lon, lat = self.world.points.point(rng, ground.grid)
        story = Story(
            ground,
            kind,
            title,
            rng.choice(kind.sayings),
            address(rng),
            lon,
            lat,
            source,
            reporter,
            at,
            ground.station,
        )
        _Run(self, story).open_leg(ground.station, ground.station, SCREENING, at, head=ground.centre.id)
        payload = {"title": title, "category": kind.key, "source": source, "desk": ground.station.name}
        story.events.append(EventDraft(at, reporter, "report", payload, "", "reported", 0))
        return story


class _Run:
    """Moves one story forward, act by act."""

    def __init__(self, teller: Teller, story: Story) -> None:
        self.teller = teller
        self.rng = teller.rng
        self.world = teller.world
        self.story = story
        self.at = story.reported
        pace = self.world.quality
        self.pace = (pace[story.ground.street] + pace[story.ground.community] + pace[story.ground.grid]) / 3
        self.stuck_at = self.rng.randrange(1, 7) if self.rng.random() < teller.stuck else 0
        self.steps = 0

    # Time

    def wait(self, low: float, high: float, *, can_rest: bool = True) -> datetime:
        """Let some working minutes pass, scaled by how quick this place is; the story may come to rest here."""
        if can_rest:
            self.steps += 1
            if self.steps == self.stuck_at:
                raise Cut
        minutes = self.rng.triangular(low, high, low + (high - low) / 4) * self.pace
        if self.story.kind.urgency == "urgent":
            self._pass(self.at + timedelta(minutes=minutes * URGENT_SHARE))
        else:
            self._pass(self.world.times.later(self.at, minutes))
        return self.at

    def _pass(self, moment: datetime) -> None:
        moment = self.teller._rounded(moment)
        if moment <= self.at:
            moment = self.at + timedelta(seconds=self.teller.quantum)
        if moment > self.teller.now:
            raise Cut
        self.at = moment

    # Rows

    def open_leg(
        self, agency: Office, desk: Office, stage: str, at: datetime, *, head: int | None, offered: bool = False
    ) -> None:
        story = self.story
        place = story.ground.place
        span = self.world.times.span(stage=stage, level=agency.level, kind=story.kind, place=place, at=at)
        state = "offered" if offered else "accepted"
        leg = LegDraft(len(story.legs) + 1, agency, desk, stage, state, at, span, head)
        leg.accepted = None if offered else at
        story.legs.append(leg)
        story.holder, story.desk, story.due = agency.id, desk, span.due
        if stage == HANDLING:
            story.handling_due = span.due

    def act(
        self,
        actor: int | Office,
        action: str,
        to: str | None = None,
        note: str = "",
        leg: int | None = None,
        **details: Any,
    ) -> None:
        """Write one event; an ``Office`` as actor is its person, acting for it."""
        story = self.story
        before = story.state
        story.state = to or before
        if action != "comment":
            story.version += 1
        if isinstance(actor, Office):
            details["for"] = actor.name
            actor = actor.person
        payload = {"note": note, **details} if note else details
        story.events.append(EventDraft(self.at, actor, action, payload, before, story.state, leg))

    def head_of(self, desk: Office) -> int | None:
        ground = self.story.ground
        above = {"community": ground.centre, "street": ground.top}.get(desk.unit_kind)
        return above.id if above else None

    @property
    def leg(self) -> LegDraft:
        return self.story.legs[-1]

    def due(self) -> str:
        return stamp(self.leg.span.due)

    # Acts

    def live(self) -> None:
        """From screening to archive; raises ``Cut`` where the present moment or the case's rest is reached."""
        story, rng = self.story, self.rng
        if story.kind.on_the_spot and story.reporter == story.ground.worker and rng.random() < 0.45:
            self.wait(6, 45, can_rest=False)
            return self.settle_on_the_spot()
        self.wait(8, 150)
        roll = rng.random()
        if roll < 0.02:
            return self.finish_screening("refuse", "refused", rng.choice(texts.REFUSE_NOTES))
        if roll < 0.028:
            story.merged = True
            return self.finish_screening("merge", "merged")
        self.register()
        way = rng.random()
        if way < (0.5 if story.kind.with_spot else 0.62):
            self.wait(30, 520)
            self.settle(story.ground.station)
        else:
            self.pass_on(to_district=way > 0.94)
        self.verify()
        self.wait(5, 90)
        self.finish("close", "closed", story.desk)
        return self.rate()

    def settle_on_the_spot(self) -> None:
        story = self.story
        story.handled, story.handled_by, story.handled_in_time = self.at, story.reporter, True
        story.settled_kind = "spot"
        self._end_case("closed")
        self.act(story.reporter, "settle", "closed", self.rng.choice(texts.SPOT_NOTES), on_the_spot=True)

    def finish_screening(self, action: str, state: str, note: str = "") -> None:
        self._end_case(state)
        details: dict[str, Any] = {"into": ""} if action == "merge" else {}
        self.act(self.story.ground.station, action, state, note, **details)

    def _end_case(self, state: str) -> None:
        self.leg.end("ended", self.at)
        self.story.closed, self.story.holder, self.story.due = self.at, None, None

    def finish(self, action: str, state: str, actor: Office) -> None:
        self._end_case(state)
        self.act(actor, action, state)

    def register(self) -> None:
        story, desk = self.story, self.story.desk
        self.leg.end("ended", self.at)
        self.open_leg(desk, desk, HANDLING, self.at, head=self.head_of(desk))
        story.registered = self.at
        story.whole = self.world.times.span(
            stage=WHOLE, level=desk.level, kind=story.kind, place=story.ground.place, at=self.at
        )
        story.desks.append((self.at, desk, self.head_of(desk)))
        self.act(desk, "register", "registered", due=self.due())

    def settle(self, desk: Office) -> None:
        note = self.rng.choice(texts.SETTLE_NOTES)
        leg = self.leg
        leg.handled_by = desk.person
        leg.end("fed_back", self.at, note)
        self._handled(leg, desk.person)
        self.act(desk, "settle", "handled", note, due=self.due())

    def _handled(self, leg: LegDraft, person: int) -> None:
        story = self.story
        story.handled, story.handled_by, story.handler = self.at, person, leg.agency
        story.handled_in_time = leg.in_time
        story.settled_kind = leg.desk.unit_kind
        self.open_leg(leg.desk, leg.desk, VERIFYING, self.at, head=self.head_of(leg.desk))

    def pass_on(self, *, to_district: bool) -> None:
        story, ground = self.story, self.story.ground
        self.wait(10, 180)
        self.escalate(ground.centre, texts.UP_NOTES)
        agency = self.world.office(ground.street, story.kind.duty)
        if to_district or agency is None:
            self.wait(10, 160)
            self.escalate(ground.top, texts.UP_DISTRICT_NOTES)
            agency = self.world.office(ground.district, story.kind.duty)
        self.wait(8, 150)
        if agency is None:
            return self.settle(story.desk)
        self.dispatch(agency)
        if self.rng.random() < 0.05:
            self.wait(15, 160)
            self.give_back(agency)
            self.wait(10, 90)
            self.dispatch(agency)
        self.wait(5, 150)
        self.accept(agency)
        self.wait(90, 1650)
        return self.feed_back(agency)

    def escalate(self, above: Office, notes: tuple[str, ...]) -> None:
        story = self.story
        desk = story.desk
        self.leg.end("ended", self.at)
        self.open_leg(above, above, HANDLING, self.at, head=self.head_of(above))
        story.desks.append((self.at, above, self.head_of(above)))
        self.act(desk, "escalate", "registered", self.rng.choice(notes), agency=above.name, due=self.due())

    def dispatch(self, agency: Office) -> None:
        story, desk = self.story, self.story.desk
        self.leg.end("ended", self.at)
        self.open_leg(agency, desk, HANDLING, self.at, head=desk.id, offered=True)
        story.dispatched = self.at
        details: dict[str, Any] = {
            "agency": agency.name,
            "agency_code": agency.code,
            "assisting": [],
            "due": self.due(),
        }
        self.act(desk, "dispatch", "dispatched", **details)

    def give_back(self, agency: Office) -> None:
        note = self.rng.choice(texts.RETURN_NOTES)
        leg, desk = self.leg, self.story.desk
        leg.end("returned", self.at, note)
        self.story.returns += 1
        self.open_leg(desk, desk, HANDLING, self.at, head=self.head_of(desk))
        self.act(agency, "return", "registered", note, leg.sequence - 1, agency=agency.name, role="lead")

    def accept(self, agency: Office) -> None:
        leg = self.leg
        leg.state, leg.accepted, leg.version = "accepted", self.at, leg.version + 1
        self.act(agency, "accept", leg=leg.sequence - 1, agency=agency.name, role="lead")

    def feed_back(self, agency: Office) -> None:
        note = self.rng.choice(texts.DONE_NOTES)
        leg = self.leg
        leg.handled_by = agency.person
        leg.end("fed_back", self.at, note)
        self._handled(leg, agency.person)
        details: dict[str, Any] = {"agency": agency.name, "role": "lead", "in_time": leg.in_time}
        self.act(agency, "feedback", "handled", note, leg.sequence - 1, **details)

    def verify(self) -> None:
        story, rng = self.story, self.rng
        self.wait(20, 380)
        while rng.random() < 0.045 * self.pace:
            self._send_back()
            if story.state == "registered":
                self.wait(30, 400)
                self.settle(story.desk)
            else:
                self.wait(60, 900)
                self.feed_back(story.handler or story.desk)
            self.wait(20, 380)
        story.verified = self.at
        self.act(story.ground.worker, "verify", "verified", passed=True)

    def _send_back(self) -> None:
        story, desk = self.story, self.story.desk
        handler = story.handler or desk
        self.leg.end("ended", self.at)
        last = next(leg for leg in reversed(story.legs) if leg.state == "fed_back")
        last.state, last.version = "failed", last.version + 1
        own = handler.id == desk.id
        self.open_leg(handler, desk, HANDLING, self.at, head=self.head_of(desk) if own else desk.id)
        story.reworks += 1
        story.handled = story.handled_by = story.handled_in_time = story.verified = None
        note = self.rng.choice(texts.FAIL_NOTES)
        to = "registered" if own else "dispatched"
        details: dict[str, Any] = {"passed": False, "agency": handler.name, "due": self.due()}
        self.act(story.ground.worker, "verify", to, note, **details)

    def rate(self) -> None:
        story, rng = self.story, self.rng
        if rng.random() > 0.3:
            return
        try:
            self.wait(60, 900, can_rest=False)
        except Cut:
            return
        story.solved = rng.random() < 0.95
        story.satisfied = story.solved and rng.random() < 0.95
        desk = story.desk
        rater: int | Office = desk.person if desk.person == story.reporter else desk
        self.act(rater, "rate", solved=story.solved, satisfied=story.satisfied)

    def press(self, centre: Office, text: str) -> None:
        """An order from the centre to whoever holds the case."""
        story, holder = self.story, self.leg.agency
        head = self.head_of(holder) if centre.id == holder.id else centre.id
        span = self.world.times.span(
            stage=SUPERVISION, level=holder.level, kind=story.kind, place=story.ground.place, at=self.at
        )
        story.order = OrderDraft(centre, holder, head, self.at, text, span)
        details: dict[str, Any] = {"agency": centre.name, "office": "centre", "holder": holder.name, "order": 1}
        self.act(centre.person, "supervise", note=text, due=stamp(span.due), **details)

    def settle_down(self) -> None:
        """What may still happen to a case that rests: an order from above, or being set aside."""
        story, rng = self.story, self.rng
        if self.teller.now - story.reported < timedelta(days=2):
            return
        desk = story.desk
        try:
            if story.state in {"registered", "dispatched"} and desk.unit_kind != "community" and rng.random() < 0.2:
                self.wait(30, 300, can_rest=False)
                self.leg.paused = self.at
                until = clock.local(self.teller.now).date() + timedelta(days=rng.randrange(5, 40))
                story.suspended_from, story.review_on = story.state, until
                promised, why = until + timedelta(days=14), rng.choice(texts.HOLD_NOTES)
                story.pause = PauseDraft(desk, self.at, why, promised)
                dates: dict[str, Any] = {"until": until.isoformat(), "promised": promised.isoformat()}
                self.act(desk, "suspend", "suspended", why, **dates)
            elif rng.random() < 0.3:
                self.wait(500, 900, can_rest=False)
                story.supervised = True
                centre = story.ground.centre
                story.supervisor = centre.id
                self.press(centre, rng.choice(texts.PRESS_NOTES))
        except Cut:
            return
