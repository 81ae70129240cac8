"""Rows that carry no domain noun: idempotency keys, the outbox, jobs, the timetable, attachments and audit anchors."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class IdempotencyKey(models.Model):
    """The first answer to a write, kept to answer its repeats (``spec/interfaces.md``, REST)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=200)
    fingerprint = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="core_idempotencykey_user_key"),
            models.CheckConstraint(
                condition=Q(status__gte=200, status__lt=300), name="core_idempotencykey_only_success"
            ),
        ]


class OutboxMessage(models.Model):
    """Something that must happen outside the transaction that decided it; delivered at least once, by lease."""

    topic = models.CharField(max_length=60)
    payload = models.JSONField()
    dedupe_key = models.CharField(max_length=200, null=True, unique=True)
    created_at = models.DateTimeField()
    available_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["available_at", "id"],
                condition=Q(delivered_at__isnull=True, dead_at__isnull=True),
                name="core_outbox_waiting",
            ),
            models.Index(
                fields=["delivered_at"], condition=Q(delivered_at__isnull=False), name="core_outbox_delivered"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=True) | Q(dead_at__isnull=True), name="core_outboxmessage_one_end"
            ),
        ]


class JobState(models.TextChoices):
    """Where a background job stands."""

    WAITING = "waiting", _("等待")
    RUNNING = "running", _("进行中")
    DONE = "done", _("完成")
    FAILED = "failed", _("失败")
    CANCELLED = "cancelled", _("已取消")


class Job(models.Model):
    """A long piece of work that somebody started and can watch, cancel and try again.

    ``attempts`` counts how often a worker began it: one more whenever its worker died under it.
    """

    kind = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.WAITING)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    progress = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    retry_of = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="retried_as")
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], condition=Q(finished_at__isnull=True), name="core_job_unfinished"),
            models.Index(fields=["started_by", "-id"], name="core_job_of_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(cancelled_by__isnull=True) | Q(cancel_requested=True), name="core_job_cancelled_on_request"
            ),
            models.CheckConstraint(condition=Q(error="") | Q(state="failed"), name="core_job_error_when_failed"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"], finished_at__isnull=True)
                | Q(state__in=["done", "failed", "cancelled"], finished_at__isnull=False),
                name="core_job_finished_when_ended",
            ),
        ]


class PeriodicTask(models.Model):
    """One line per task of the timetable: when it last ran and how that ended; not one line per run.

    ``watched_since`` stands for the last success as long as there was none.
    """

    name = models.CharField(max_length=80, unique=True)
    watched_since = models.DateTimeField()
    last_started_at = models.DateTimeField(null=True)
    last_ended_at = models.DateTimeField(null=True)
    last_ok_at = models.DateTimeField(null=True)
    last_result = models.JSONField(null=True)
    last_error = models.CharField(max_length=500, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="failed runs since the last success")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_error="", failures=0) | ~Q(last_error="") & Q(failures__gt=0),
                name="core_periodictask_failures_have_error",
            ),
            models.CheckConstraint(
                condition=Q(last_started_at__isnull=True, last_ended_at__isnull=True)
                | Q(last_started_at__isnull=False, last_ended_at__isnull=False),
                name="core_periodictask_run_has_both_ends",
            ),
        ]


class Standstill(models.Model):
    """A stretch in which a watched task did not succeed for longer than it may; noticed once, ended once."""

    name = models.CharField(max_length=80)
    since = models.DateTimeField(help_text="the last success before it")
    noticed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(ended_at__isnull=True), name="core_standstill_one_open"
            ),
            models.CheckConstraint(condition=Q(noticed_at__gt=F("since")), name="core_standstill_noticed_after_start"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gt=F("since")),
                name="core_standstill_ended_after_start",
            ),
        ]


class Attachment(models.Model):
    """A photo or file that hangs on one row of some room and is served only to those who see that row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client_id = models.UUIDField(null=True, unique=True)
    target_kind = models.CharField(max_length=30)
    target_id = models.BigIntegerField()
    purpose = models.CharField(max_length=20, default="evidence")
    file = models.FileField(upload_to="attachments/%Y/%m/%d", max_length=200)
    thumbnail = models.FileField(upload_to="attachments/%Y/%m/%d", max_length=200)
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField(help_text="bytes")
    width = models.PositiveIntegerField(help_text="pixels")
    height = models.PositiveIntegerField(help_text="pixels")
    sha256 = models.BinaryField(max_length=32)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    copied = models.BooleanField(
        default=False, db_default=False, help_text="shares the files of another row, which counts alone"
    )

    class Meta:
        indexes = [
            models.Index(fields=["target_kind", "target_id"], name="core_attachment_target"),
            models.Index(fields=["uploaded_by", "uploaded_at"], name="core_attachment_uploader_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(size__gt=0, width__gt=0, height__gt=0), name="core_attachment_not_empty"
            ),
        ]


class AttachmentUse(models.Model):
    """What the photos of one unit take up, counted in the transaction of each. ``unit_id`` is the id of a unit
    of the tree, which a room above knows."""

    unit_id = models.BigIntegerField(unique=True)
    files = models.PositiveIntegerField()
    size = models.BigIntegerField(help_text="bytes")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(files__gt=0, size__gt=0), name="core_attachmentuse_not_empty"),
        ]


class AuditAnchor(models.Model):
    """A seal over every chain head that moved since the anchor before; anchors form a chain themselves."""

    sequence = models.PositiveIntegerField(unique=True)
    at = models.DateTimeField()
    previous = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["sequence"]


class AuditAnchorHead(models.Model):
    """The head of one stream as an anchor saw it."""

    anchor = models.ForeignKey(AuditAnchor, on_delete=models.PROTECT, related_name="heads")
    model = models.CharField(max_length=60)
    parent_id = models.BigIntegerField()
    sequence = models.PositiveIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["model", "parent_id", "anchor"], name="core_auditanchorhead_model_parent_anchor"
            ),
            models.CheckConstraint(condition=Q(sequence__gt=0), name="core_auditanchorhead_not_empty"),
        ]
