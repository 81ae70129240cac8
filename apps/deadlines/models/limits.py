"""Limits that run, the steps taken on them, appeals against cards, and the sweeps."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.deadlines.choices import (
    CARD_STEPS,
    AppealState,
    Card,
    ChangeKind,
    LimitState,
    Measure,
    Outcome,
    Stage,
    StepKind,
)
from apps.grid.permissions import Permission
from apps.grid.placed import Placed, PlacedQuerySet, path_constraint
from apps.grid.scopes import scope_q
from apps.organisation.models import Agency, agency_ids_of

if TYPE_CHECKING:
    from apps.grid.scopes import Person
from apps.deadlines.models.rules import CalendarChange, Ladder, LimitPolicy


class Limit(Placed):
    """One running, paused or ended limit of any kind of subject, with its ladder reckoned in advance.

    ``policy`` gave the time unless ``due_given``: then whoever started the limit named its end. ``ladder`` is the one
    that it climbs, whatever is chosen later.

    ``plan_steps``, ``plan_kinds`` and ``plan_times`` are parallel; steps up to ``last_step`` are taken. ``counts_from``
    is ``started_at`` moved by the pauses. ``next_step_at`` is null when no step is pending. ``due_fixed`` says that the
    end was agreed, by an extension or from the start: it keeps its date when the calendar changes.
    """

    stage = models.CharField(max_length=20, choices=Stage.choices)
    subject_kind = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    subject_label = models.CharField(max_length=200)
    subject_url = models.CharField(max_length=200)
    holder = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    head = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    policy = models.ForeignKey(LimitPolicy, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    ladder = models.ForeignKey(Ladder, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    due_given = models.BooleanField(default=False, db_default=False)
    measure = models.CharField(max_length=20, choices=Measure.choices)
    started_at = models.DateTimeField()
    counts_from = models.DateTimeField()
    due_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    state = models.CharField(max_length=10, choices=LimitState.choices, default=LimitState.RUNNING)
    card = models.CharField(max_length=10, choices=Card.choices, default=Card.NONE)
    extensions = models.PositiveSmallIntegerField(default=0)
    plan_steps = ArrayField(models.PositiveSmallIntegerField())
    plan_kinds = ArrayField(models.CharField(max_length=10))
    plan_times = ArrayField(models.DateTimeField())
    due_fixed = models.BooleanField(default=False, db_default=False)
    last_step = models.PositiveSmallIntegerField(default=0)
    next_step_at = models.DateTimeField(null=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["next_step_at", "id"],
                condition=Q(next_step_at__isnull=False),
                name="deadlines_limit_next_step",
            ),
            models.Index(fields=["subject_kind", "subject_id"], name="deadlines_limit_subject"),
            models.Index(fields=["id"], condition=~Q(state=LimitState.ENDED), name="deadlines_limit_open"),
            models.Index(fields=["community"], condition=~Q(card=Card.NONE), name="deadlines_limit_carded"),
        ]
        constraints = [
            path_constraint("deadlines_limit"),
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "stage"],
                condition=~Q(state=LimitState.ENDED),
                name="deadlines_limit_one_open",
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("started_at")), name="deadlines_limit_due_after_start"),
            models.CheckConstraint(
                condition=Q(state=LimitState.RUNNING, paused_at__isnull=True, ended_at__isnull=True, outcome="")
                | Q(state=LimitState.PAUSED, paused_at__isnull=False, ended_at__isnull=True, outcome="")
                | Q(state=LimitState.ENDED, ended_at__isnull=False, outcome__in=Outcome.values),
                name="deadlines_limit_state_pairs",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="deadlines_limit_end_after_start",
            ),
            models.CheckConstraint(
                condition=Q(next_step_at__isnull=True) | Q(state=LimitState.RUNNING),
                name="deadlines_limit_steps_only_running",
            ),
            models.CheckConstraint(
                condition=Q(plan_steps__len=F("plan_times__len"), plan_kinds__len=F("plan_times__len")),
                name="deadlines_limit_plan_parallel",
            ),
            models.CheckConstraint(condition=Q(card__in=Card.values), name="deadlines_limit_card"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="deadlines_limit_stage"),
            models.CheckConstraint(condition=Q(measure__in=Measure.values), name="deadlines_limit_measure"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id} {self.stage}"

    def is_overdue(self, at: datetime) -> bool:
        """Whether the limit's end has passed unmet at ``at``; judged by the end alone, never by a sweep.

        A limit that ended while it was paused is judged by when the pause began.
        """
        return (self.paused_at or self.ended_at or at) > self.due_at


class LadderStepQuerySet(models.QuerySet["LadderStep"]):
    """Steps taken."""

    def cards(self) -> Self:
        """The steps that issued a card."""
        return self.filter(kind__in=CARD_STEPS)

    def on(self, subjects: Iterable[tuple[str, int]]) -> Self:
        """The steps on limits of these (subject kind, subject id) pairs."""
        by_kind: dict[str, list[int]] = {}
        for kind, subject_id in subjects:
            by_kind.setdefault(kind, []).append(subject_id)
        condition = Q(pk__in=[])
        for kind, ids in by_kind.items():
            condition |= Q(limit__subject_kind=kind, limit__subject_id__in=ids)
        return self.filter(condition)

    def cards_on(self, subjects: Iterable[tuple[str, int]]) -> Self:
        """The cards issued on these subjects, oldest first, with limit, holder and appeal."""
        related = ("limit__head__unit", "holder__unit", "appeal__decider__unit")
        return self.cards().on(subjects).select_related(*related).order_by("done_at", "id")

    def standing(self) -> Self:
        """The cards that no decided appeal has withdrawn."""
        return self.cards().exclude(appeal__state=AppealState.UPHELD)

    def visible_to(self, user: "Person", permission: Permission = Permission.CASE_VIEW) -> Self:
        """Steps on limits within the scope, and those taken on an agency of the user's."""
        return self.filter(scope_q(user, permission, "limit__") | Q(holder__in=agency_ids_of(user)))


class LadderStep(models.Model):
    """A step taken on a limit: itself the append-only event of a timeline. ``holder`` is who held it then."""

    limit = models.ForeignKey(Limit, on_delete=models.PROTECT, related_name="steps", db_index=False)
    step = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=StepKind.choices)
    card = models.CharField(max_length=10, choices=Card.choices, default=Card.NONE)
    holder = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField()

    objects = LadderStepQuerySet.as_manager()

    class Meta:
        ordering = ["limit_id", "step"]
        indexes = [
            models.Index(fields=["-done_at", "-id"], condition=Q(kind__in=CARD_STEPS), name="deadlines_step_cards"),
            models.Index(
                fields=["holder", "-done_at", "-id"],
                condition=Q(kind__in=CARD_STEPS),
                name="deadlines_step_holder_cards",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["limit", "step"], name="deadlines_ladderstep_once"),
            models.CheckConstraint(condition=Q(done_at__gte=F("due_at")), name="deadlines_ladderstep_done_when_due"),
            models.CheckConstraint(condition=Q(kind__in=StepKind.values), name="deadlines_ladderstep_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.limit_id} {self.step} {self.kind}"


class LimitChange(models.Model):
    """What befell a limit's end: append-only by trigger. Pauses and extensions can be replayed from it.

    ``cause`` is the change of the calendar by which an end was recomputed.
    """

    limit = models.ForeignKey(Limit, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=10, choices=ChangeKind.choices)
    at = models.DateTimeField()
    old_due = models.DateTimeField()
    new_due = models.DateTimeField()
    actor = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    because = models.CharField(max_length=200, blank=True)
    cause = models.ForeignKey(CalendarChange, on_delete=models.PROTECT, null=True, related_name="moved", db_index=False)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["cause", "id"], condition=Q(cause__isnull=False), name="deadlines_limitchange_cause")
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ChangeKind.values), name="deadlines_limitchange_kind"),
            models.CheckConstraint(
                condition=Q(kind=ChangeKind.RECOMPUTED, cause__isnull=False)
                | (~Q(kind=ChangeKind.RECOMPUTED) & Q(cause__isnull=True)),
                name="deadlines_limitchange_cause_of_recomputed",
            ),
            models.CheckConstraint(
                condition=Q(kind=ChangeKind.PAUSED, new_due=F("old_due"))
                | Q(kind=ChangeKind.RESUMED, new_due__gte=F("old_due"))
                | Q(kind=ChangeKind.EXTENDED, new_due__gt=F("old_due"))
                | (Q(kind=ChangeKind.RECOMPUTED) & ~Q(new_due=F("old_due"))),
                name="deadlines_limitchange_moves_as_its_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.limit_id} {self.kind}"


class SweepRun(models.Model):
    """What one sweep did, or why it failed; a run without an end was killed, and the next one went on where it
    stopped.
    """

    started_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)
    limits = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    batches = models.PositiveIntegerField(default=0)
    lag_seconds = models.PositiveIntegerField(default=0, help_text="how late the oldest step was taken")
    by_kind = models.JSONField(default=dict)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["-id"], condition=Q(steps__gt=0), name="deadlines_sweeprun_busy"),
            models.Index(fields=["-id"], condition=~Q(error=""), name="deadlines_sweeprun_failed"),
            models.Index(fields=["-id"], condition=Q(ended_at__isnull=True), name="deadlines_sweeprun_open"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="deadlines_sweeprun_end_after_start",
            ),
            models.CheckConstraint(
                condition=Q(error="") | Q(ended_at__isnull=False), name="deadlines_sweeprun_failure_has_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M:%S}"

    @property
    def kinds(self) -> list[tuple[str, int]]:
        """How many steps of each kind, named in the language in use, in the ladder's order."""
        return [(str(kind.label), self.by_kind[kind]) for kind in StepKind if kind in self.by_kind]

    @property
    def lag_minutes(self) -> int:
        """The lag in whole minutes."""
        return self.lag_seconds // 60

    @property
    def seconds(self) -> float | None:
        """How long it took, in seconds; ``None`` while it has no end."""
        return (self.ended_at - self.started_at).total_seconds() if self.ended_at else None


class CardAppeal(models.Model):
    """An appeal against one card by whoever got it. Decided in favour, it withdraws the card; the step stays written.

    ``agency`` is the card's holder, ``decider`` the centre asked to decide; none where the leaders of the district do.
    """

    step = models.OneToOneField(LadderStep, on_delete=models.PROTECT, related_name="appeal")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    decider = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    reason = models.TextField(_("申诉理由"), max_length=2000)
    state = models.CharField(max_length=10, choices=AppealState.choices, default=AppealState.OPEN)
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(_("裁定理由"), max_length=2000, blank=True)

    class Meta:
        ordering = ["made_at", "id"]
        indexes = [
            models.Index(
                fields=["decider", "made_at"], condition=Q(state=AppealState.OPEN), name="deadlines_cardappeal_waiting"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="deadlines_cardappeal_reason_given"),
            models.CheckConstraint(
                condition=Q(state=AppealState.OPEN, decided_at__isnull=True, decided_by__isnull=True, decision="")
                | (
                    Q(state__in=[AppealState.UPHELD, AppealState.REJECTED], decided_by__isnull=False)
                    & Q(decided_at__isnull=False, decided_at__gte=F("made_at"))
                    & ~Q(decision="")
                ),
                name="deadlines_cardappeal_decided_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step_id} {self.state}"
