"""Stories into the database: their lines for COPY, one batch in one transaction."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from random import Random
from typing import NamedTuple

from django.db import transaction

from apps.assessment.copying import array, copy_rows, id_sequence, line, reserve, text_cell, trust_references
from apps.assessment.seeding.columns import (
    CASE_COLUMNS,
    CHANGE_COLUMNS,
    EVENT_COLUMNS,
    LEG_COLUMNS,
    LIMIT_COLUMNS,
    ORDER_COLUMNS,
    PUBLICATION_COLUMNS,
    STEP_COLUMNS,
    SUSPENSION_COLUMNS,
)
from apps.assessment.seeding.drafts import LegDraft, Story
from apps.assessment.seeding.story import NUMBERED
from apps.assessment.seeding.texts import REFUSE_NOTES
from apps.assessment.seeding.world import Span
from apps.cases.choices import LEG_SUBJECT, ORDER_SUBJECT, WHOLE_SUBJECT, HowSettled
from apps.cases.models import Case, CaseEvent, Leg, Publication, Supervision, Suspension
from apps.cases.services.reporting import format_number
from apps.cases.words import words_of
from apps.core.audit import GENESIS, link_hash
from apps.core.clock import local
from apps.deadlines.choices import CARD_OF_STEP, ChangeKind, StepKind
from apps.deadlines.models import LadderStep, Limit, LimitChange
from apps.deadlines.reckoning import PlannedStep

_spell = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


Place = tuple[int, int, int, int]
Facts = tuple[Place, str, str]
"""What the limits of one case share: its path, their label, its number."""


class Course(NamedTuple):
    """How a limit ran: from when, until when its steps fell, and how it stands."""

    began: datetime
    until: datetime
    state: str
    paused: datetime | None
    ended: datetime | None


def _card_of(kinds: Iterable[str]) -> str:
    return next((card for card in ("red", "yellow") if card in kinds), "none")


class Ids:
    """Numbers from the sequences of cases, legs, limits and case numbers."""

    def __init__(self) -> None:
        tables = [model._meta.db_table for model in (Case, Leg, Limit, Supervision)]
        self._names = {"number": "cases_number", **{table: id_sequence(table) for table in tables}}

    def take(self, name: str, count: int) -> Iterator[int]:
        """The next ``count`` numbers of a table, or of ``number``."""
        return iter(reserve(self._names[name], count))


class Batch:
    """The lines of some stories, table by table."""

    def __init__(self, ids: Ids, now: datetime, rng: Random) -> None:
        self._ids = ids
        self._now = now
        self._rng = rng
        self.cases: list[str] = []
        self.legs: list[str] = []
        self.limits: list[str] = []
        self.steps: list[str] = []
        self.orders: list[str] = []
        self.changes: list[str] = []
        self.pauses: list[str] = []
        self.publications: list[str] = []
        self.events: list[str] = []
        self._openings: dict[int, tuple[int, str, Story]] = {}

    def add(self, stories: Sequence[Story]) -> "Batch":
        """Give the stories their ids and turn them into lines; returns the batch itself."""
        legs = sum(len(story.legs) for story in stories)
        case_ids = self._ids.take(Case._meta.db_table, len(stories))
        numbers = self._ids.take("number", len(stories))
        leg_ids = self._ids.take(Leg._meta.db_table, legs)
        beside = sum((story.whole is not None) + (story.order is not None) for story in stories)
        limit_ids = self._ids.take(Limit._meta.db_table, legs + beside)
        for story in stories:
            self._add(story, next(case_ids), next(numbers), leg_ids, limit_ids)
        return self

    def write(self) -> None:
        """One transaction for the whole batch."""
        with transaction.atomic():
            trust_references()
            copy_rows(Case._meta.db_table, CASE_COLUMNS, self.cases)
            copy_rows(Leg._meta.db_table, LEG_COLUMNS, self.legs)
            copy_rows(Supervision._meta.db_table, ORDER_COLUMNS, self.orders)
            copy_rows(Suspension._meta.db_table, SUSPENSION_COLUMNS, self.pauses)
            copy_rows(Publication._meta.db_table, PUBLICATION_COLUMNS, self.publications)
            copy_rows(Limit._meta.db_table, LIMIT_COLUMNS, self.limits)
            copy_rows(LadderStep._meta.db_table, STEP_COLUMNS, self.steps)
            copy_rows(LimitChange._meta.db_table, CHANGE_COLUMNS, self.changes)
            copy_rows(CaseEvent._meta.db_table, EVENT_COLUMNS, self.events)

    def _add(self, story: Story, case_id: int, sequence: int, leg_ids: Iterator[int], limit_ids: Iterator[int]) -> None:
        number = format_number(story.reported, sequence)
        place = (story.ground.district, story.ground.street, story.ground.community, story.ground.grid)
        merged_into = None
        if story.merged:
            merged_into = self._merge(story)
        else:
            self._openings[story.ground.community] = (case_id, number, story)
        label = text_cell(f"{number} {story.title}")
        own_legs: list[int] = []
        card, supervisor, carded = "none", None, False
        for leg in story.legs:
            leg_id = next(leg_ids)
            own_legs.append(leg_id)
            card, escalated = self._leg(leg, case_id, leg_id, next(limit_ids), place, label, number)
            supervisor = leg.head if escalated else supervisor
            carded = carded or card != "none"
        facts = (place, label, number)
        carded = self._whole(story, case_id, limit_ids, facts) or carded
        carded = self._order(story, case_id, limit_ids, facts) or carded
        self._pause(story, case_id, own_legs)
        self._publication(story, case_id)
        head = self._chain(story, case_id, own_legs)
        self.cases.append(
            line(
                case_id,
                number,
                story.kind.id,
                story.title,
                story.description,
                array(words_of(story.title, story.description, story.address)),
                story.kind.urgency,
                story.source,
                f"{story.source[-5:]}-{number}" if story.source in NUMBERED else None,
                story.lon,
                story.lat,
                story.address,
                story.state,
                story.suspended_from,
                story.review_on,
                story.pause.promised_on if story.pause else None,
                1 if story.pause else 0,
                story.open,
                story.holder,
                story.desk.id,
                story.due,
                "" if card == "none" else card,
                story.supervised,
                story.supervisor or supervisor,
                1 if story.order else 0,
                False,
                carded,
                0,
                story.version,
                story.reporter,
                story.ground.worker,
                story.handler.id if story.handler else None,
                story.handled_by,
                story.settled_kind,
                story.publication.state if story.publication else "",
                story.reworks,
                story.returns,
                0,
                merged_into,
                story.solved,
                story.satisfied,
                story.reported,
                story.registered,
                story.dispatched,
                story.handled,
                story.verified,
                story.closed,
                story.handling_due,
                story.handled_in_time,
                *place,
                len(story.events),
                head,
            )
        )

    def _merge(self, story: Story) -> int | None:
        """The earlier case of the same community that this one follows; where none was open then, it was refused."""
        other = self._openings.get(story.ground.community)
        last = story.events[-1]
        if other is None or (other[2].closed is not None and other[2].closed <= last.at):
            story.state = last.after = "refused"
            last.action, last.payload = "refuse", {"for": story.ground.station.name, "note": REFUSE_NOTES[1]}
            return None
        last.payload = {"for": story.ground.station.name, "into": other[1]}
        return other[0]

    def _leg(
        self,
        leg: LegDraft,
        case_id: int,
        leg_id: int,
        limit_id: int,
        place: tuple[int, int, int, int],
        label: str,
        number: str,
    ) -> tuple[str, bool]:
        span = leg.span
        self.legs.append(
            line(
                leg_id,
                case_id,
                leg.sequence,
                leg.agency.id,
                leg.desk.id,
                "lead",
                leg.stage,
                leg.state,
                leg.version,
                span.due,
                leg.in_time,
                leg.handled_by,
                leg.note,
                leg.opened,
                leg.accepted,
                leg.ended,
            )
        )
        until = leg.ended or leg.paused or self._now
        state = "ended" if leg.ended else "paused" if leg.paused else "running"
        taken = self._limit(
            limit_id,
            (LEG_SUBJECT, leg_id, leg.stage),
            (place, label, number),
            span,
            (leg.agency.id, leg.head),
            Course(leg.opened, until, state, leg.paused, leg.ended),
            lambda _moment: leg.agency.id,
        )
        kinds = {step.kind for step in taken}
        return _card_of(kinds), "escalate" in kinds

    def _whole(self, story: Story, case_id: int, limit_ids: Iterator[int], facts: Facts) -> bool:
        """The limit of the whole case on its desk; says whether it got a card."""
        if story.whole is None or story.registered is None:
            return False
        _since, desk, head = story.desks[-1]
        paused = next((leg.paused for leg in story.legs if leg.paused), None)
        state = "ended" if story.closed else "paused" if paused else "running"
        until = story.closed or paused or self._now
        taken = self._limit(
            next(limit_ids),
            (WHOLE_SUBJECT, case_id, "whole"),
            facts,
            story.whole,
            (desk.id, head),
            Course(story.registered, until, state, paused, story.closed),
            lambda moment: story.desk_at(moment).id,
        )
        return _card_of({step.kind for step in taken}) != "none"

    def _order(self, story: Story, case_id: int, limit_ids: Iterator[int], facts: Facts) -> bool:
        """The order that waits for a reply, with its limit; says whether it got a card."""
        order = story.order
        if order is None:
            return False
        order_id = next(self._ids.take(Supervision._meta.db_table, 1))
        self.orders.append(
            line(
                order_id,
                case_id,
                1,
                "centre",
                order.centre.id,
                order.centre.person,
                order.at,
                order.text,
                order.span.due,
                "open",
                "",
            )
        )
        taken = self._limit(
            next(limit_ids),
            (ORDER_SUBJECT, order_id, "supervision"),
            facts,
            order.span,
            (order.holder.id, order.head),
            Course(order.at, self._now, "running", None, None),
            lambda _moment: order.holder.id,
        )
        return _card_of({step.kind for step in taken}) != "none"

    def _pause(self, story: Story, case_id: int, legs: list[int]) -> None:
        """How the case was set aside, by its desk."""
        pause = story.pause
        if pause is not None:
            who, desk = pause.desk.person, pause.desk.id
            dates = (story.review_on, pause.promised_on)
            cells = (case_id, 1, legs[-1], desk, who, pause.at, pause.reason, *dates, "running", who, pause.at, "")
            self.pauses.append(line(*cells))

    def _publication(self, story: Story, case_id: int) -> None:
        """What the public reads of it, or will read."""
        out = story.publication
        if out is None or story.closed is None:
            return
        spot = story.settled_kind == "spot"
        place = (story.ground.district, story.ground.street, story.ground.community)
        how, agency = (HowSettled.SPOT, None) if spot else (HowSettled.HANDLED, story.handler)
        days = (local(story.reported).date(), local(story.closed).date())
        said = (how.value, agency.id if agency else None, "", "", *days, out.publish_at, out.published_at, "")
        self.publications.append(line(case_id, out.state, story.kind.id, *place, *said))

    def _limit(
        self,
        limit_id: int,
        subject: tuple[str, int, str],
        facts: Facts,
        span: Span,
        hands: tuple[int, int | None],
        course: "Course",
        holder_at: Callable[[datetime], int],
    ) -> list[PlannedStep]:
        """One limit with the steps taken on it; ``subject`` is kind, key and stage, ``hands`` holder and head."""
        (subject_kind, subject_id, stage), (place, label, number) = subject, facts
        taken = [step for step in span.steps if step.due_at <= course.until]
        waits = course.state == "running" and len(taken) < len(span.steps)
        self.limits.append(
            line(limit_id, *place, stage, subject_kind, subject_id)
            + f"\t{label}\t/cases/{number}/\t"
            + line(
                *hands,
                course.began,
                course.began,
                course.paused,
                course.ended,
                "done" if course.ended else "",
                course.state,
                _card_of({step.kind for step in taken}),
                0,
                taken[-1].step if taken else 0,
                span.steps[len(taken)].due_at if waits else None,
            )
            + span.cells
        )
        if course.state == "paused":
            self.changes.append(line(limit_id, ChangeKind.PAUSED.value, course.paused, span.due, span.due, ""))
        for step in taken:
            card = CARD_OF_STEP[StepKind(step.kind)].value
            holder = holder_at(step.due_at)
            self.steps.append(line(limit_id, step.step, step.kind, card, holder, step.due_at, step.due_at))
        return taken

    def _chain(self, story: Story, case_id: int, legs: list[int]) -> bytes:
        stream = CaseEvent.stream_name(case_id)
        previous = GENESIS
        for sequence, event in enumerate(story.events, start=1):
            payload = _spell(event.payload)
            salt = self._rng.randbytes(16)
            digest = hashlib.sha256(salt + payload.encode()).digest()
            link = link_hash(
                stream=stream,
                sequence=sequence,
                at=event.at,
                actor_id=event.actor,
                action=event.action,
                digest=digest,
                previous=previous,
            )
            self.events.append(
                line(
                    case_id,
                    legs[event.leg] if event.leg is not None else None,
                    sequence,
                    event.at,
                    event.actor,
                    event.action,
                    payload,
                    salt,
                    digest,
                    previous,
                    link,
                    event.before,
                    event.after,
                )
            )
            previous = link
        return previous
