"""Making limits happen: start, end, pause, resume, extend, hand over; each in the caller's transaction or its own."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput, NotVisible, WrongState
from apps.deadlines import reckoning, rulebook
from apps.deadlines.choices import (
    CARD_OF_STEP,
    STEPS_OF_STAGE,
    ChangeKind,
    Complexity,
    LimitState,
    Outcome,
    Stage,
    StepKind,
)
from apps.deadlines.models import LadderStep, Limit, LimitChange
from apps.deadlines.reckoning import PlannedStep
from apps.deadlines.rulebook import Rulebook
from apps.deadlines.sweep import settle
from apps.organisation.models import Agency

if TYPE_CHECKING:
    from apps.accounts.models import User

Place = Mapping[str, Any]


def start_limit(
    *,
    stage: str,
    subject_kind: str,
    subject_id: int,
    subject_label: str,
    subject_url: str,
    place: Place,
    holder: Agency,
    head: Agency | None,
    level: str,
    category_key: str,
    urgency: str,
    at: datetime,
    due_at: datetime | None = None,
    complexity: str = Complexity.GENERAL,
) -> Limit:
    """Start the clock of ``stage`` for a subject; two queries where the rules have not changed.

    ``place`` holds the four unit columns. ``head`` is told of cards and of escalation: the centre above the holder.
    ``due_at`` overrides the policy's end (a supervision names its own reply date). Raises ``NoPolicy`` when no policy
    is in force, ``InvalidInput`` when ``due_at`` is not after ``at``, ``IntegrityError`` when the stage runs already.
    """
    limit = make_limit(
        rulebook.held(),
        stage=stage,
        subject_kind=subject_kind,
        subject_id=subject_id,
        subject_label=subject_label,
        subject_url=subject_url,
        place=place,
        holder_id=holder.pk,
        head_id=head.pk if head else None,
        level=level,
        category_key=category_key,
        urgency=urgency,
        at=at,
        due_at=due_at,
        complexity=complexity,
    )
    limit.save(force_insert=True)
    return limit


def make_limit(
    book: Rulebook,
    *,
    stage: str,
    subject_kind: str,
    subject_id: int,
    subject_label: str,
    subject_url: str,
    place: Place,
    holder_id: int,
    head_id: int | None,
    level: str,
    category_key: str,
    urgency: str,
    at: datetime,
    due_at: datetime | None = None,
    complexity: str = Complexity.GENERAL,
) -> Limit:
    """An unsaved running limit by the rules of ``book``, without a query; for ``bulk_create`` of seeds and imports."""
    columns = unit_ids(place)
    policy = book.policy(
        stage=stage,
        level=level,
        category_key=category_key,
        urgency=urgency,
        complexity=complexity,
        place=columns,
        at=at,
    )
    ladder = book.ladder(stage=stage, urgency=urgency, complexity=complexity, place=columns, at=at)
    due = due_at or book.due(policy, at, columns)
    if due <= at:
        raise InvalidInput(fields={"due_at": [_("期限必须晚于现在。")]})
    limit = Limit(
        **columns,
        stage=stage,
        subject_kind=subject_kind,
        subject_id=subject_id,
        subject_label=subject_label[:200],
        subject_url=subject_url,
        holder_id=holder_id,
        head_id=head_id,
        policy_id=policy.pk,
        ladder_id=ladder.pk if ladder else None,
        due_given=due_at is not None,
        measure=policy.measure,
        started_at=at,
        counts_from=at,
        due_at=due,
        due_fixed=due_at is not None,
    )
    _set_plan(limit, book.plan_of(limit))
    return limit


def make_ended(limit: Limit, *, at: datetime, outcome: str = Outcome.DONE) -> Limit:
    """Turn an unsaved limit into one that ended at ``at``, with the card it would have; for seeds of past matters."""
    taken = [
        (step, kind)
        for step, kind, moment in zip(limit.plan_steps, limit.plan_kinds, limit.plan_times, strict=True)
        if moment <= at
    ]
    kinds = {kind for _step, kind in taken}
    limit.card = "red" if "red" in kinds else "yellow" if "yellow" in kinds else "none"
    limit.last_step = taken[-1][0] if taken else 0
    limit.state, limit.ended_at, limit.outcome, limit.next_step_at = LimitState.ENDED, at, outcome, None
    return limit


def steps_of(limit: Limit) -> list[LadderStep]:
    """Unsaved ladder steps of a saved limit made by ``make_ended``: those due before it ended; for seeds."""
    return [
        LadderStep(
            limit=limit,
            step=step,
            kind=kind,
            card=CARD_OF_STEP[StepKind(kind)],
            holder_id=limit.holder_id,
            due_at=moment,
            done_at=moment,
        )
        for step, kind, moment in zip(limit.plan_steps, limit.plan_kinds, limit.plan_times, strict=True)
        if step <= limit.last_step
    ]


def end_limit(
    *, subject_kind: str, subject_id: int, stage: str, at: datetime, outcome: str = Outcome.DONE
) -> Limit | None:
    """Stop the clock of a stage for good; ``None`` when it does not run. Steps due by then are taken first.

    One query when nothing is due.
    """
    ended = end_limits(subject_kind=subject_kind, subject_ids=[subject_id], stages=[stage], at=at, outcome=outcome)
    return ended[0] if ended else None


@transaction.atomic
def end_limits(
    *,
    subject_kind: str,
    subject_ids: Iterable[int],
    stages: Iterable[str] | None = None,
    at: datetime,
    outcome: str = Outcome.DONE,
) -> list[Limit]:
    """Stop the open clocks of several subjects, all stages unless named; returns the limits as they ended.

    A limit that a clock running ahead began later than ``at`` ends when it began.
    """
    open_limits = Limit.objects.filter(
        subject_kind=subject_kind, subject_id__in=list(subject_ids), state__in=[LimitState.RUNNING, LimitState.PAUSED]
    )
    if stages is not None:
        open_limits = open_limits.filter(stage__in=list(stages))
    limits = list(open_limits.select_for_update(of=("self",)).order_by("pk"))
    if not limits:
        return []
    _settle_due(limits, at=at)
    for limit in limits:
        limit.state, limit.outcome, limit.next_step_at = LimitState.ENDED, outcome, None
        limit.ended_at = max(at, limit.started_at)
    Limit.objects.filter(pk__in=[limit.pk for limit in limits]).update(
        state=LimitState.ENDED, ended_at=Greatest(Value(at), F("started_at")), outcome=outcome, next_step_at=None
    )
    return limits


@transaction.atomic
def pause_limit(
    *,
    subject_kind: str,
    subject_id: int,
    at: datetime,
    stage: str | None = None,
    actor: "User | None" = None,
    because: str = "",
) -> list[Limit]:
    """Stop the clock of a subject's running stages (or the one named) until they are resumed.

    Steps due by then are taken first. Writes one ``LimitChange`` each, naming who asked and why.
    """
    limits = _locked(subject_kind, subject_id, stage, LimitState.RUNNING)
    _settle_due(limits, at=at)
    for limit in limits:
        limit.state, limit.paused_at, limit.next_step_at = LimitState.PAUSED, at, None
        limit.save(update_fields=["state", "paused_at", "next_step_at"])
    _record(limits, ChangeKind.PAUSED, [limit.due_at for limit in limits], actor=actor, because=because, at=at)
    return limits


@transaction.atomic
def resume_limit(
    *,
    subject_kind: str,
    subject_id: int,
    at: datetime,
    stage: str | None = None,
    actor: "User | None" = None,
    because: str = "",
) -> list[Limit]:
    """Let paused clocks go on: the end and the steps not yet taken move by the time paused, taken ones stay.

    A limit whose end had passed before the pause stays overdue from that end; only its later steps move. A pause that
    began later than ``at``, by a clock that ran ahead, lasted no time. Writes one ``LimitChange`` each.
    """
    limits = _locked(subject_kind, subject_id, stage, LimitState.PAUSED)
    if not limits:
        return []
    book = rulebook.held()
    old_dues = [limit.due_at for limit in limits]
    for limit in limits:
        calendar, measure = book.calendar_for(limit.place), limit.measure
        paused_at = min(limit.paused_at or at, at)
        if limit.due_at > paused_at:
            limit.due_at = reckoning.moved_by_pause(calendar, limit.due_at, paused_at, at, measure)
            limit.counts_from = reckoning.moved_by_pause(calendar, limit.counts_from, paused_at, at, measure)
            _set_plan(limit, book.plan_of(limit))
        else:
            moved = [
                PlannedStep(step, kind, reckoning.moved_by_pause(calendar, moment, paused_at, at, measure))
                for step, kind, moment in zip(limit.plan_steps, limit.plan_kinds, limit.plan_times, strict=True)
            ]
            _set_plan(limit, moved)
        limit.state, limit.paused_at = LimitState.RUNNING, None
        limit.save()
    _record(limits, ChangeKind.RESUMED, old_dues, actor=actor, because=because, at=at)
    return limits


@transaction.atomic
def extend_limit(
    limit: Limit,
    *,
    due_at: datetime,
    at: datetime,
    allowed: int = 1,
    actor: "User | None" = None,
    because: str = "",
) -> Limit:
    """Move the end of an open limit to ``due_at``; pending steps move with it, taken ones are not repeated.

    ``allowed`` is how often this limit may be extended in all (once; twice with the district's approval). The new end
    is agreed: a change of the calendar no longer moves it. Writes a ``LimitChange``. Raises ``WrongState`` when the
    limit has ended or was extended that often, ``InvalidInput`` when ``due_at`` is not later than the
    present end and ``at``.
    """
    limit = Limit.objects.select_for_update(of=("self",)).get(pk=limit.pk)
    if limit.state == LimitState.ENDED:
        raise WrongState(_("时限已结束，不能延期。"))
    if limit.extensions >= allowed:
        raise WrongState(_("延期次数已用完。"))
    if due_at <= limit.due_at or due_at <= at:
        raise InvalidInput(fields={"due_at": [_("新的期限必须晚于原期限和现在。")]})
    _settle_due([limit], at=at)
    book, old_due = rulebook.held(), limit.due_at
    limit.due_at, limit.due_fixed = due_at, True
    limit.extensions += 1
    _set_plan(limit, book.plan_of(limit))
    if limit.state == LimitState.PAUSED:
        limit.next_step_at = None
    limit.save()
    _record([limit], ChangeKind.EXTENDED, [old_due], actor=actor, because=because, at=at)
    return limit


def change_holder(
    *, subject_kind: str, subject_id: int, holder: Agency, head: Agency | None, stage: str | None = None
) -> int:
    """Hand the open limits of a subject to another holder; their clocks run on. Returns how many."""
    limits = Limit.objects.filter(
        subject_kind=subject_kind, subject_id=subject_id, state__in=[LimitState.RUNNING, LimitState.PAUSED]
    )
    if stage is not None:
        limits = limits.filter(stage=stage)
    return limits.update(holder=holder, head=head)


def get_open_limit(*, subject_kind: str, subject_id: int, stage: str) -> Limit:
    """The open limit of a stage; raises ``NotVisible`` when there is none."""
    limit = Limit.objects.filter(
        subject_kind=subject_kind,
        subject_id=subject_id,
        stage=stage,
        state__in=[LimitState.RUNNING, LimitState.PAUSED],
    ).first()
    if limit is None:
        raise NotVisible
    return limit


def unit_ids(place: Place) -> dict[str, int | None]:
    """The four unit columns as ids, whether ``place`` names units or their ids."""
    columns: dict[str, int | None] = {}
    for name in ("district", "street", "community", "grid"):
        unit = place.get(name, place.get(f"{name}_id"))
        columns[f"{name}_id"] = getattr(unit, "pk", unit)
    return columns


def _locked(subject_kind: str, subject_id: int, stage: str | None, state: str) -> list[Limit]:
    limits = Limit.objects.filter(subject_kind=subject_kind, subject_id=subject_id, state=state)
    if stage is not None:
        limits = limits.filter(stage=stage)
    return list(limits.select_for_update(of=("self",)).order_by("pk"))


def _settle_due(limits: list[Limit], *, at: datetime) -> None:
    due = [limit for limit in limits if limit.next_step_at is not None and limit.next_step_at <= at]
    if not due:
        return
    settle([limit.pk for limit in due], at=at)
    for limit in due:
        limit.refresh_from_db(fields=["last_step", "card", "next_step_at"])


def _record(
    limits: list[Limit], kind: str, old_dues: list[datetime], *, actor: "User | None", because: str, at: datetime
) -> None:
    """Write down what befell the ends of ``limits``, in one statement."""
    LimitChange.objects.bulk_create(
        LimitChange(
            limit=limit, kind=kind, at=at, old_due=old_due, new_due=limit.due_at, actor=actor, because=because[:200]
        )
        for limit, old_due in zip(limits, old_dues, strict=True)
    )


def _set_plan(limit: Limit, planned: list[PlannedStep]) -> None:
    """Keep the steps not yet taken; the first of them is what the sweep waits for."""
    kinds = STEPS_OF_STAGE.get(Stage(limit.stage))
    pending = [step for step in planned if step.step > limit.last_step and (kinds is None or step.kind in kinds)]
    limit.plan_steps = [step.step for step in pending]
    limit.plan_kinds = [step.kind for step in pending]
    limit.plan_times = [step.due_at for step in pending]
    limit.next_step_at = pending[0].due_at if pending else None
