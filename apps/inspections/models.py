"""Daily logs and their entries."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.cases.models import Case
from apps.grid.permissions import Permission
from apps.grid.placed import Placed, PlacedQuerySet, path_constraint
from apps.grid.scopes import scope_q, scopes_of
from apps.inspections import rules
from apps.inspections.choices import LogState, Rating, Subject

if TYPE_CHECKING:
    from apps.grid.scopes import Person


class DailyLogQuerySet(PlacedQuerySet):
    """Daily logs."""

    def visible_to(self, user: "Person", permission: Permission = Permission.LOG_VIEW) -> Self:
        """Filed logs within the scope and the user's own; a draft is seen by its writer alone."""
        own = Q(worker=user.pk)
        return self.filter(own | (scope_q(user, permission) & ~Q(state=LogState.DRAFT)))

    def visible_branches(self, user: "Person", permission: Permission = Permission.LOG_VIEW) -> list[Self]:
        """What ``visible_to`` says, as one queryset per grant and one for one's own, each of which one index serves."""
        branches = [self.filter(worker=user.pk)]
        for scope in scopes_of(user, permission):
            branches.append(self.filed().filter(**{scope.column: scope.unit_id}))
        return branches

    def filed(self) -> Self:
        """Logs that were handed in, reviewed or not."""
        return self.exclude(state=LogState.DRAFT)


class DailyLog(Placed):
    """What one person recorded on one day. Written by ``inspections.services`` alone."""

    client_id = models.UUIDField(unique=True)
    worker = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    date = models.DateField(_("日期"))
    state = models.CharField(_("状态"), max_length=8, choices=LogState.choices, default=LogState.DRAFT)
    opened_at = models.DateTimeField()
    filed_at = models.DateTimeField(_("提交时间"), null=True)
    phone_at = models.DateTimeField(_("手机时间"), null=True)
    late = models.BooleanField(_("迟交"), default=False)
    reported_cases = models.PositiveSmallIntegerField(default=0)
    verified_cases = models.PositiveSmallIntegerField(default=0)
    content_mark = models.BinaryField(max_length=32, null=True, editable=False)
    reviewed_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reviewed_at = models.DateTimeField(null=True)
    rating = models.PositiveSmallIntegerField(_("评价"), choices=Rating.choices, null=True)
    comment = models.CharField(_("评语"), max_length=500, blank=True)

    objects = DailyLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("网格日志")
        ordering = ["-date", "-id"]
        indexes = [
            models.Index(fields=[column, "-date", "-id"], name=f"inspections_log_{column}")
            for column in ("district", "street", "community", "grid")
        ]
        constraints = [
            path_constraint("inspections_dailylog"),
            models.UniqueConstraint(fields=["worker", "date"], name="inspections_dailylog_one_per_day"),
            models.CheckConstraint(condition=Q(state__in=LogState.values), name="inspections_dailylog_state_known"),
            models.CheckConstraint(
                condition=Q(state="draft", filed_at__isnull=True, content_mark__isnull=True, late=False)
                | (~Q(state="draft") & Q(filed_at__isnull=False, content_mark__isnull=False)),
                name="inspections_dailylog_filed_when_not_draft",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="reviewed",
                    reviewed_by__isnull=False,
                    reviewed_at__isnull=False,
                    rating__isnull=False,
                )
                | (
                    ~Q(state="reviewed")
                    & Q(reviewed_by__isnull=True, reviewed_at__isnull=True, rating__isnull=True, comment="")
                ),
                name="inspections_dailylog_review_complete",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("worker")),
                name="inspections_dailylog_not_own_reviewer",
            ),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__in=Rating.values),
                name="inspections_dailylog_rating_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.worker_id} {self.date}"

    def is_sealed(self, at: datetime) -> bool:
        """Whether the log can no longer be changed at that moment."""
        return rules.is_sealed(reviewed=self.state == LogState.REVIEWED, filed_at=self.filed_at, at=at)

    @property
    def clock_is_off(self) -> bool:
        """Whether the phone's clock was wrong when the log was filed."""
        return rules.clock_is_off(self.phone_at, self.filed_at)


class LogEntry(models.Model):
    """One thing worth recording; it may have become a case."""

    client_id = models.UUIDField(unique=True)
    log = models.ForeignKey(DailyLog, on_delete=models.PROTECT, related_name="entries", db_index=False)
    sequence = models.PositiveSmallIntegerField()
    subject = models.CharField(_("事项"), max_length=10, choices=Subject.choices)
    text = models.TextField(_("内容"), max_length=rules.LONGEST_TEXT)
    happened_at = models.DateTimeField(_("发生时间"))
    recorded_at = models.DateTimeField()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="log_entries", db_index=False)

    class Meta:
        verbose_name = _("日志条目")
        ordering = ["log", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["log", "sequence"], name="inspections_logentry_log_sequence"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(case__isnull=False), name="inspections_logentry_one_per_case"
            ),
            models.CheckConstraint(condition=Q(subject__in=Subject.values), name="inspections_logentry_subject_known"),
            models.CheckConstraint(condition=~Q(text__regex=r"^\s*$"), name="inspections_logentry_text_given"),
        ]

    def __str__(self) -> str:
        return self.text[:40]
