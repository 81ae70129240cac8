"""Following up closed cases by telephone: the share that is drawn, the draws, whom to call, and every call."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.cases.calls import CallOutcome, FollowUpState, WhyCalled
from apps.cases.models.cases import Case, CaseReporter
from apps.cases.models.lots import Draw, Share
from apps.cases.models.orders import _agency, _person
from apps.grid.placed import Placed, PlacedQuerySet, path_constraint
from apps.grid.scopes import KINDS

ANSWERS = ("contacted", "solved", "satisfied")
UNANSWERED = Q(**{f"{name}__isnull": True for name in ANSWERS}, rejected=False, said="", reached_by__isnull=True)
ANSWERED = Q(**{f"{name}__isnull": False for name in ANSWERS}, reached_by__isnull=False)


class FollowUpShare(Share):
    """The share of a unit's closed cases whose reporters are called without having asked for it."""

    default_percent = 20


class FollowUpDraw(Draw):
    """One drawing of lots among the cases that one desk closed in a week and whose reporters can be called."""


class FollowUp(Placed):
    """One closing of a case whose reporter is called: because he asked for it, or because the case was drawn.

    Whoever handled the case (``handled_by``) does not call. ``agency`` is the one that is judged: the handling agency,
    else the desk. ``call_on`` is the day from which to call, the next one after a call in vain. It lapses where the
    case is opened again first. It lies where its case lies.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="follow_ups", db_index=False)
    closed_at = models.DateTimeField()
    reporter = models.ForeignKey(CaseReporter, on_delete=models.PROTECT, related_name="+", db_index=False)
    why = models.CharField(max_length=5, choices=WhyCalled.choices)
    draw = models.ForeignKey(
        FollowUpDraw, on_delete=models.PROTECT, null=True, related_name="follow_ups", db_index=False
    )
    desk = _agency()
    agency = _agency()
    handled_by = _person(null=True)
    due_at = models.DateTimeField(_("回访时限"))
    call_on = models.DateField()
    state = models.CharField(max_length=9, choices=FollowUpState.choices, default=FollowUpState.WAITING)
    attempts_made = models.PositiveSmallIntegerField(default=0)
    contacted = models.BooleanField(_("是否及时联系"), null=True)
    solved = models.BooleanField(_("是否解决"), null=True)
    satisfied = models.BooleanField(_("是否满意"), null=True)
    rejected = models.BooleanField(default=False, help_text="the reporter did not accept the result: it is reopened")
    said = models.TextField(_("反映人怎么说"), max_length=2000, blank=True)
    reached_by = _person(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        indexes = [
            *(
                models.Index(
                    fields=[level, "due_at", "id"],
                    condition=Q(state=FollowUpState.WAITING),
                    name=f"cases_followup_{level}_open",
                )
                for level in KINDS
            ),
            *(
                models.Index(
                    fields=[level, "-ended_at", "-id"],
                    condition=Q(ended_at__isnull=False),
                    name=f"cases_followup_{level}_done",
                )
                for level in KINDS
            ),
        ]
        constraints = [
            path_constraint("cases_followup"),
            models.UniqueConstraint(fields=["case", "closed_at"], name="cases_followup_once_a_closing"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state=FollowUpState.WAITING), name="cases_followup_one_waiting"
            ),
            models.CheckConstraint(
                condition=Q(why=WhyCalled.ASKED, draw__isnull=True) | Q(why=WhyCalled.DRAWN, draw__isnull=False),
                name="cases_followup_drawn_in_a_draw",
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("closed_at")), name="cases_followup_due_after_closing"),
            models.CheckConstraint(
                condition=(Q(state=FollowUpState.WAITING, ended_at__isnull=True) & UNANSWERED)
                | (Q(state=FollowUpState.LAPSED, ended_at__isnull=False) & UNANSWERED)
                | (Q(state=FollowUpState.UNREACHED, ended_at__isnull=False, attempts_made__gte=1) & UNANSWERED)
                | (Q(state=FollowUpState.REACHED, ended_at__isnull=False, attempts_made__gte=1) & ANSWERED),
                name="cases_followup_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(reached_by__isnull=True) | Q(handled_by__isnull=True) | ~Q(reached_by=F("handled_by")),
                name="cases_followup_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(rejected=False) | Q(solved=False), name="cases_followup_rejected_unsolved"
            ),
            models.CheckConstraint(
                condition=~Q(state=FollowUpState.REACHED) | Q(solved=True, satisfied=True) | Q(said__gt=""),
                name="cases_followup_discontent_told",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.state}"


class FollowUpAttempt(models.Model):
    """One call: when, by whom, what came of it. ``handled_by`` is whoever handled the case, who does not call."""

    follow_up = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="attempts", db_index=False)
    number = models.PositiveSmallIntegerField(help_text="the first, second … call")
    outcome = models.CharField(max_length=12, choices=CallOutcome.choices)
    called_by = _person()
    handled_by = _person(null=True)
    called_at = models.DateTimeField()
    called_on = models.DateField(help_text="its day in Shanghai")
    note = models.TextField(max_length=2000, blank=True)

    class Meta:
        ordering = ["follow_up", "number"]
        constraints = [
            models.UniqueConstraint(fields=["follow_up", "number"], name="cases_followupattempt_number"),
            models.UniqueConstraint(
                fields=["follow_up"],
                condition=Q(outcome__in=[CallOutcome.REACHED, CallOutcome.REFUSED]),
                name="cases_followupattempt_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=CallOutcome.values), name="cases_followupattempt_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(handled_by__isnull=True) | ~Q(called_by=F("handled_by")),
                name="cases_followupattempt_by_somebody_else",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.follow_up_id} {self.number} {self.outcome}"
