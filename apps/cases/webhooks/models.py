"""Who is told of cases, and each message on its way there."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from apps.cases.webhooks.choices import (
    EVENT_LABELS,
    EVENT_TYPES,
    WEBHOOK_OPEN,
    WEBHOOK_TONES,
    WebhookFailure,
    WebhookState,
)
from apps.core.crypto import EncryptedTextField
from apps.grid.permissions import Permission
from apps.grid.scopes import holds

if TYPE_CHECKING:
    from apps.grid.scopes import Person


class WebhookSubscriberQuerySet(models.QuerySet["WebhookSubscriber"]):
    """Subscribers."""

    def visible_to(self, user: "Person") -> Self:
        """All of them, for those who administer the system; none for others."""
        return self if holds(user, Permission.SYSTEM_MANAGE) else self.none()

    def listening(self) -> Self:
        """Those who are told of what happens now: switched on, and not paused because nothing reached them."""
        return self.filter(active=True, paused_at__isnull=True)

    def with_work(self, at: datetime) -> Self:
        """Those listening to whom something is due and who are not given a rest."""
        due = WebhookDelivery.objects.filter(subscriber=OuterRef("pk"), state__in=WEBHOOK_OPEN, next_attempt_at__lte=at)
        return self.listening().filter(Q(rest_until__isnull=True) | Q(rest_until__lte=at), Exists(due))


class WebhookSubscriber(models.Model):
    """Another system that is told of the cases of a unit's subtree, or of those an agency holds or has held.

    ``events`` are the types it wants, all where empty. ``secret`` signs; the ``previous_secret`` signs too until
    ``previous_until``. ``failing_since`` is the first failure since the last success, ``rest_until`` a short pause
    after failures in a row, ``paused_at`` when it was given up on until somebody resumes it.
    """

    name = models.CharField(_("名称"), max_length=60, unique=True)
    url = models.CharField(_("接收地址"), max_length=500)
    secret = EncryptedTextField()
    previous_secret = EncryptedTextField()
    previous_until = models.DateTimeField(null=True)
    events = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    unit = models.ForeignKey("grid.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    agency = models.ForeignKey("organisation.Agency", on_delete=models.PROTECT, null=True, related_name="+")
    active = models.BooleanField(default=True)
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    rest_until = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)

    objects = WebhookSubscriberQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=False, agency__isnull=True) | Q(unit__isnull=True, agency__isnull=False),
                name="cases_webhooksubscriber_one_scope",
            ),
            models.CheckConstraint(condition=Q(secret__isnull=False), name="cases_webhooksubscriber_has_secret"),
            models.CheckConstraint(
                condition=Q(previous_secret__isnull=True, previous_until__isnull=True)
                | Q(previous_secret__isnull=False, previous_until__isnull=False),
                name="cases_webhooksubscriber_previous_ends",
            ),
            models.CheckConstraint(
                condition=Q(failures=0, failing_since__isnull=True, rest_until__isnull=True, paused_at__isnull=True)
                | Q(failures__gt=0, failing_since__isnull=False),
                name="cases_webhooksubscriber_pause_has_cause",
            ),
        ]

    def secrets_at(self, at: datetime) -> list[str]:
        """The secrets that sign at a moment, the present one first."""
        rotating = self.previous_until is not None and self.previous_until > at
        return [str(self.secret), *([str(self.previous_secret)] if rotating else [])]

    @property
    def scope_name(self) -> str:
        """The unit or agency whose cases it hears of."""
        return str(self.unit.name if self.unit else self.agency.name if self.agency else "")

    @property
    def standing(self) -> str:
        """``off``, ``paused``, ``failing`` or ``ok``."""
        if not self.active:
            return "off"
        if self.paused_at:
            return "paused"
        return "failing" if self.failures else "ok"

    @property
    def event_names(self) -> list[str]:
        """The events it wants, in words; none where it wants all."""
        return [str(EVENT_LABELS[one]) for one in EVENT_TYPES.values() if one in self.events]


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    """Messages on their way."""

    def visible_to(self, user: "Person") -> Self:
        """All of them, for those who administer the system; none for others."""
        return self if holds(user, Permission.SYSTEM_MANAGE) else self.none()

    def due(self, subscriber_id: int, at: datetime) -> Self:
        """What a subscriber should get now. A message waits until what came before it on the same case has arrived or
        was given up; a replay waits only for its own.
        """
        before = WebhookDelivery.objects.filter(
            subscriber=subscriber_id, case=OuterRef("case"), state__in=WEBHOOK_OPEN, sequence__lt=OuterRef("sequence")
        )
        live = Exists(before.filter(replay__isnull=True))
        replayed = Exists(before.filter(replay=OuterRef("replay")))
        waiting = self.filter(subscriber=subscriber_id, state__in=WEBHOOK_OPEN, next_attempt_at__lte=at)
        free = Q(replay__isnull=True) & ~live | Q(replay__isnull=False) & ~replayed
        return waiting.filter(free).order_by("next_attempt_at", "id")


class WebhookDelivery(models.Model):
    """One event for one subscriber, at least once. ``body`` is what is signed and sent, byte for byte.

    ``key`` stays the same through all attempts, so that a receiver can drop repeats. ``replay`` is the job that sent an
    event of the past again; the message about no case is a test. What was answered last is kept, its beginning only.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subscriber = models.ForeignKey(WebhookSubscriber, on_delete=models.CASCADE, related_name="deliveries")
    # Without a constraint in the database: its check would lock the case, against whoever locks two to merge them.
    case = models.ForeignKey(
        "cases.Case", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    sequence = models.PositiveIntegerField(default=0)
    event_type = models.CharField(max_length=40)
    replay = models.ForeignKey("core.Job", on_delete=models.PROTECT, null=True, related_name="+")
    body = models.TextField()
    state = models.CharField(max_length=10, choices=WebhookState.choices, default=WebhookState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=20, choices=WebhookFailure.choices, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    milliseconds = models.PositiveIntegerField(null=True)
    request_headers = models.JSONField(default=dict)
    answer_headers = models.JSONField(default=dict)
    answer_body = models.TextField(blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["subscriber", "next_attempt_at", "id"],
                condition=Q(state__in=WEBHOOK_OPEN),
                name="cases_webhook_due",
            ),
            models.Index(
                fields=["subscriber", "case", "sequence"],
                condition=Q(state__in=WEBHOOK_OPEN),
                name="cases_webhook_before",
            ),
            models.Index(fields=["subscriber", "state", "-id"], name="cases_webhook_by_state"),
            models.Index(fields=["subscriber", "-id"], name="cases_webhook_of_subscriber"),
            models.Index(fields=["sent_at"], condition=Q(state=WebhookState.SENT), name="cases_webhook_to_forget"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "case", "sequence"],
                condition=Q(replay__isnull=True, case__isnull=False),
                name="cases_webhookdelivery_once",
            ),
            models.UniqueConstraint(
                fields=["replay", "case", "sequence"],
                condition=Q(replay__isnull=False),
                name="cases_webhookdelivery_replayed_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=WebhookState.values), name="cases_webhookdelivery_state_known"
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=False, sequence__gt=0) | Q(case__isnull=True, sequence=0, replay__isnull=True),
                name="cases_webhookdelivery_of_event",
            ),
            models.CheckConstraint(
                condition=Q(state=WebhookState.SENT, sent_at__isnull=False)
                | ~Q(state=WebhookState.SENT) & Q(sent_at__isnull=True),
                name="cases_webhookdelivery_sent_is_dated",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(sent_at__gte=F("created_at")),
                name="cases_webhookdelivery_sent_after_made",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[WebhookState.WAITING, WebhookState.SENT]) | ~Q(failure=""),
                name="cases_webhookdelivery_failure_named",
            ),
        ]

    @property
    def tone(self) -> str:
        """The meaning colour of the state."""
        return WEBHOOK_TONES[WebhookState(self.state)]

    @property
    def event_name(self) -> str:
        """The event in words."""
        return str(EVENT_LABELS.get(self.event_type, self.event_type))

    @property
    def is_open(self) -> bool:
        """Whether it is still to be sent."""
        return self.state in WEBHOOK_OPEN
