"""Where people can be reached, what they chose, and each message on its way out of the inbox."""

import uuid
from datetime import time
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField
from apps.notices.addresses import mask
from apps.notices.choices import (
    CHANNEL_ICONS,
    OPEN_STATES,
    STATE_TONES,
    Channel,
    DeliveryState,
    Failure,
    Group,
    Timing,
)

if TYPE_CHECKING:
    from datetime import datetime

    from apps.grid.scopes import Person

QUIET_FROM = time(22)
QUIET_UNTIL = time(7)
DIGEST_HOURS = (time(8, 30), time(17))
MOST_DIGESTS = 4


def usual_digest_hours() -> list[time]:
    """When digests go out unless somebody chose otherwise."""
    return list(DIGEST_HOURS)


class ContactAddressQuerySet(models.QuerySet["ContactAddress"]):
    """Addresses of people."""

    def visible_to(self, user: "Person") -> "ContactAddressQuerySet":
        """A person's own addresses; nobody else sees them."""
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()


class ContactAddress(models.Model):
    """Where a person is reached by one channel: mail address, mobile number or account. Encrypted, shown masked."""

    user = models.ForeignKey(
        "accounts.User", on_delete=models.CASCADE, related_name="contact_addresses", db_index=False
    )
    channel = models.CharField(max_length=10, choices=Channel.choices)
    address = EncryptedTextField()
    changed_at = models.DateTimeField()

    objects = ContactAddressQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "channel"], name="notices_contactaddress_one_per_channel"),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="notices_contactaddress_channel_known"
            ),
            models.CheckConstraint(condition=Q(address__isnull=False), name="notices_contactaddress_given"),
        ]

    def __str__(self) -> str:
        return self.masked

    @property
    def text(self) -> str:
        """The address itself."""
        return str(self.address)

    @property
    def masked(self) -> str:
        """The address with its middle hidden."""
        return mask(Channel(self.channel), self.text)


class NoticePreferenceQuerySet(models.QuerySet["NoticePreference"]):
    """Choices of people."""

    def visible_to(self, user: "Person") -> "NoticePreferenceQuerySet":
        """A person's own choices."""
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()


class NoticePreference(models.Model):
    """By which channels, and when, a person gets one group of notices besides the inbox. No row: the inbox only."""

    user = models.ForeignKey(
        "accounts.User", on_delete=models.CASCADE, related_name="notice_preferences", db_index=False
    )
    group = models.CharField(max_length=20, choices=Group.choices)
    timing = models.CharField(max_length=10, choices=Timing.choices)
    channels = ArrayField(models.CharField(max_length=10, choices=Channel.choices))

    objects = NoticePreferenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "group"], name="notices_noticepreference_one_per_group"),
            models.CheckConstraint(condition=Q(group__in=Group.values), name="notices_noticepreference_group_known"),
            models.CheckConstraint(condition=Q(timing__in=Timing.values), name="notices_noticepreference_timing_known"),
            models.CheckConstraint(
                condition=Q(channels__contained_by=Channel.values) & Q(channels__len__gt=0),
                name="notices_noticepreference_channels_known",
            ),
        ]


class NoticeHours(models.Model):
    """When a person is left alone and when digests come, on Shanghai's clocks. No row: the usual hours.

    Equal ends of the quiet hours mean none. Urgent notices keep to neither.
    """

    user = models.OneToOneField(
        "accounts.User", on_delete=models.CASCADE, primary_key=True, related_name="notice_hours"
    )
    quiet_from = models.TimeField(default=QUIET_FROM)
    quiet_until = models.TimeField(default=QUIET_UNTIL)
    digest_hours = ArrayField(models.TimeField(), default=usual_digest_hours)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(digest_hours__len__gt=0) & Q(digest_hours__len__lte=MOST_DIGESTS),
                name="notices_noticehours_digests_given",
            ),
        ]


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Messages on their way."""

    def visible_to(self, user: "Person", *, everybodys: bool = False) -> "DeliveryQuerySet":
        """A person's own; ``everybodys`` for those who administer the system, who see no wording."""
        if not user.is_authenticated:
            return self.none()
        return self if everybodys else self.filter(recipient_id=user.pk)

    def due(self, channel: str, at: "datetime") -> "DeliveryQuerySet":
        """What a channel should send now, urgent ones first."""
        waiting = self.filter(channel=channel, digest=False, state__in=OPEN_STATES, next_attempt_at__lte=at)
        return waiting.order_by("-urgent", "next_attempt_at", "id")

    def to_gather(self, at: "datetime") -> "DeliveryQuerySet":
        """What belongs into a digest whose hour has come."""
        return self.filter(digest=True, bundle=None, state=DeliveryState.WAITING, next_attempt_at__lte=at)


class Delivery(models.Model):
    """One message to one person by one channel, written with its notice and carried out later, at least once.

    ``key`` stays the same through all attempts, so that a receiver can drop repeats. A row with ``digest`` waits to be
    gathered; the message in which it then goes out is a row without a notice, its ``bundle``, and its fate is the
    fate of those gathered in it.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    notice = models.ForeignKey(
        "notices.Notice", on_delete=models.CASCADE, null=True, related_name="deliveries", db_index=False
    )
    recipient = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel.choices, verbose_name=_("渠道"))
    urgent = models.BooleanField(default=False)
    digest = models.BooleanField(default=False)
    bundle = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="parts")
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    failure = models.CharField(max_length=20, blank=True, choices=Failure.choices)
    last_error = models.CharField(max_length=300, blank=True)
    gateway_id = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                "channel",
                F("urgent").desc(),
                "next_attempt_at",
                "id",
                condition=Q(digest=False, state__in=OPEN_STATES),
                name="notices_delivery_due",
            ),
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(digest=True, bundle__isnull=True, state=DeliveryState.WAITING),
                name="notices_delivery_to_gather",
            ),
            models.Index(fields=["state", "channel", "-id"], name="notices_delivery_by_state"),
            models.Index(
                fields=["sent_at"], condition=Q(state=DeliveryState.SENT), name="notices_delivery_sent_lately"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="notices_delivery_once"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="notices_delivery_channel_known"),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="notices_delivery_state_known"),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.SENT, sent_at__isnull=False)
                | ~Q(state=DeliveryState.SENT) & Q(sent_at__isnull=True),
                name="notices_delivery_sent_is_dated",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(sent_at__gte=F("created_at")),
                name="notices_delivery_sent_after_made",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[DeliveryState.WAITING, DeliveryState.SENT]) | ~Q(failure=""),
                name="notices_delivery_failure_named",
            ),
            models.CheckConstraint(
                condition=Q(bundle__isnull=True) | Q(digest=True), name="notices_delivery_bundle_of_digest"
            ),
            models.CheckConstraint(
                condition=Q(notice__isnull=False) | Q(digest=False, urgent=False),
                name="notices_delivery_bundle_is_sent_itself",
            ),
            models.CheckConstraint(condition=~Q(urgent=True, digest=True), name="notices_delivery_urgent_at_once"),
        ]

    @property
    def tone(self) -> str:
        """The meaning colour of the state."""
        return STATE_TONES[DeliveryState(self.state)]

    @property
    def icon(self) -> str:
        """The picture of the channel."""
        return CHANNEL_ICONS[Channel(self.channel)]

    @property
    def can_be_due(self) -> bool:
        """Whether it is still to be sent."""
        return self.state in OPEN_STATES

    @property
    def can_retry(self) -> bool:
        """Whether an administrator may send it again: given up, and a message of its own."""
        return self.state == DeliveryState.DEAD and not self.digest


class ChannelState(models.Model):
    """How a channel fares: failures in a row, the pause they caused, and from when the next message keeps its rate."""

    channel = models.CharField(max_length=10, primary_key=True, choices=Channel.choices)
    failures = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True)
    free_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="notices_channelstate_known"),
            models.CheckConstraint(
                condition=Q(paused_until__isnull=True) | Q(failures__gt=0), name="notices_channelstate_pause_has_cause"
            ),
        ]


__all__ = [
    "ChannelState",
    "ContactAddress",
    "Delivery",
    "NoticeHours",
    "NoticePreference",
]
