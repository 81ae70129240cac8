"""Stories into the database: their lines for COPY, one batch in one transaction."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from random import Random

from django.db import transaction

from apps.assessment.copying import array, copy_rows, id_sequence, line, reserve, text_cell, trust_references
from apps.assessment.seeding.drafts import LegDraft, Story
from apps.assessment.seeding.story import NUMBERED
from apps.assessment.seeding.texts import REFUSE_NOTES
from apps.cases.choices import LEG_SUBJECT
from apps.cases.models import Case, CaseEvent, Leg
from apps.cases.services.reporting import format_number
from apps.cases.words import words_of
from apps.core.audit import GENESIS, link_hash
from apps.deadlines.choices import CARD_OF_STEP, StepKind
from apps.deadlines.models import LadderStep, Limit

CASE_COLUMNS = [
    "id",
    "number",
    "category_id",
    "title",
    "description",
    "words",
    "urgency",
    "source",
    "source_number",
    "lon",
    "lat",
    "address",
    "state",
    "suspended_from",
    "review_on",
    "open",
    "holder_id",
    "desk_id",
    "due_at",
    "card",
    "supervised",
    "supervisor_id",
    "version",
    "reporter_id",
    "worker_id",
    "handler_id",
    "handled_by_id",
    "settled_kind",
    "rework_count",
    "return_count",
    "reopen_count",
    "merged_into_id",
    "solved",
    "satisfied",
    "reported_at",
    "registered_at",
    "dispatched_at",
    "handled_at",
    "verified_at",
    "closed_at",
    "handling_due_at",
    "handled_in_time",
    "district_id",
    "street_id",
    "community_id",
    "grid_id",
    "head_sequence",
    "head_hash",
]
LEG_COLUMNS = [
    "id",
    "case_id",
    "sequence",
    "agency_id",
    "desk_id",
    "role",
    "stage",
    "state",
    "version",
    "due_at",
    "in_time",
    "handled_by_id",
    "note",
    "opened_at",
    "accepted_at",
    "ended_at",
]
LIMIT_COLUMNS = [
    "id",
    "district_id",
    "street_id",
    "community_id",
    "grid_id",
    "stage",
    "subject_kind",
    "subject_id",
    "subject_label",
    "subject_url",
    "holder_id",
    "head_id",
    "started_at",
    "counts_from",
    "paused_at",
    "ended_at",
    "outcome",
    "state",
    "card",
    "extensions",
    "last_step",
    "next_step_at",
    "policy_id",
    "ladder_id",
    "measure",
    "due_at",
    "plan_steps",
    "plan_kinds",
    "plan_times",
]
STEP_COLUMNS = ["limit_id", "step", "kind", "card", "holder_id", "due_at", "done_at"]
EVENT_COLUMNS = [
    "case_id",
    "leg_id",
    "sequence",
    "at",
    "actor_id",
    "action",
    "payload",
    "salt",
    "digest",
    "previous",
    "hash",
    "from_state",
    "to_state",
]

_spell = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


class Ids:
    """Numbers from the sequences of cases, legs, limits and case numbers."""

    def __init__(self) -> None:
        tables = [model._meta.db_table for model in (Case, Leg, Limit)]
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
        self.events: list[str] = []
        self._openings: dict[int, tuple[int, str, Story]] = {}

    def add(self, stories: Sequence[Story]) -> "Batch":
        """Give the stories their ids and turn them into lines; returns the batch itself."""
        legs = sum(len(story.legs) for story in stories)
        case_ids = self._ids.take(Case._meta.db_table, len(stories))
        numbers = self._ids.take("number", len(stories))
        leg_ids = self._ids.take(Leg._meta.db_table, legs)
        limit_ids = self._ids.take(Limit._meta.db_table, legs)
        for story in stories:
            self._add(story, next(case_ids), next(numbers), leg_ids, limit_ids)
        return self

    def write(self) -> None:
        """One transaction for the whole batch."""
        with transaction.atomic():
            trust_references()
            copy_rows(Case._meta.db_table, CASE_COLUMNS, self.cases)
            copy_rows(Leg._meta.db_table, LEG_COLUMNS, self.legs)
            copy_rows(Limit._meta.db_table, LIMIT_COLUMNS, self.limits)
            copy_rows(LadderStep._meta.db_table, STEP_COLUMNS, self.steps)
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
        card, supervisor = "none", None
        for leg in story.legs:
            leg_id = next(leg_ids)
            own_legs.append(leg_id)
            card, escalated = self._leg(leg, case_id, leg_id, next(limit_ids), place, label, number)
            supervisor = leg.head if escalated else supervisor
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
                story.open,
                story.holder,
                story.desk.id,
                story.due,
                "" if card == "none" else card,
                story.supervised,
                story.supervisor or supervisor,
                story.version,
                story.reporter,
                story.ground.worker,
                story.handler.id if story.handler else None,
                story.handled_by,
                story.settled_kind,
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
        taken = [step for step in span.steps if step.due_at <= until]
        kinds = {step.kind for step in taken}
        card = "red" if "red" in kinds else "yellow" if "yellow" in kinds else "none"
        state = "ended" if leg.ended else "paused" if leg.paused else "running"
        pending = span.steps[len(taken)].due_at if state == "running" and len(taken) < len(span.steps) else None
        self.limits.append(
            line(
                limit_id,
                *place,
                leg.stage,
                LEG_SUBJECT,
                leg_id,
            )
            + f"\t{label}\t/cases/{number}/\t"
            + line(
                leg.agency.id,
                leg.head,
                leg.opened,
                leg.opened,
                leg.paused,
                leg.ended,
                "done" if leg.ended else "",
                state,
                card,
                0,
                taken[-1].step if taken else 0,
                pending,
            )
            + span.cells
        )
        for step in taken:
            self.steps.append(
                line(
                    limit_id,
                    step.step,
                    step.kind,
                    CARD_OF_STEP[StepKind(step.kind)].value,
                    leg.agency.id,
                    step.due_at,
                    step.due_at,
                )
            )
        return card, "escalate" in kinds

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
