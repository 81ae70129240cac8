"""A notice in somebody's inbox."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.notices import kinds, texts
from apps.notices.announcements.models import Announcement, Receipt
from apps.notices.delivery_models import (
    ChannelState,
    ContactAddress,
    Delivery,
    DeliveryQuerySet,
    NoticeHours,
    NoticePreference,
)

if TYPE_CHECKING:
    from apps.grid.scopes import Person

__all__ = [
    "Announcement",
    "ChannelState",
    "ContactAddress",
    "Delivery",
    "DeliveryQuerySet",
    "Notice",
    "NoticeHours",
    "NoticePreference",
    "NoticeQuerySet",
    "Receipt",
]


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Notices."""

    def visible_to(self, user: "Person") -> "NoticeQuerySet":
        """A person's own notices: nobody reads another's inbox, whatever the role."""
        return self.filter(recipient_id=user.pk) if user.is_authenticated else self.none()

    def unread(self) -> "NoticeQuerySet":
        """Those not read yet."""
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """One message to one person. ``title`` and ``body`` are message ids filled in from ``params`` when read.

    ``dedupe_key`` names the occasion: a second notice of the same occasion to the same person is dropped.
    """

    recipient = models.ForeignKey(
        "accounts.User", on_delete=models.CASCADE, related_name="notices", db_index=False, verbose_name=_("收件人")
    )
    kind = models.CharField(max_length=40, verbose_name=_("类别"))
    urgent = models.BooleanField(default=False)
    title = models.CharField(max_length=200)
    body = models.CharField(max_length=500, blank=True)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(verbose_name=_("时间"))
    read_at = models.DateTimeField(null=True)
    dedupe_key = models.CharField(max_length=200)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notices_notice_inbox"),
            models.Index(fields=["recipient", "-id"], condition=Q(read_at__isnull=True), name="notices_notice_unread"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["recipient", "dedupe_key"], name="notices_notice_once"),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True) | Q(read_at__gte=F("created_at")),
                name="notices_notice_read_after_sent",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="notices_notice_title_given"),
            models.CheckConstraint(condition=~Q(dedupe_key=""), name="notices_notice_dedupe_key_given"),
            models.CheckConstraint(
                condition=Q(url="") | Q(url__startswith="/") & ~Q(url__startswith="//"),
                name="notices_notice_url_is_local",
            ),
        ]

    def __str__(self) -> str:
        return self.title_text

    @property
    def look(self) -> kinds.Look:
        """Icon and tone of the kind."""
        return kinds.look_of(self.kind)

    @property
    def title_text(self) -> str:
        """The title in the language in use."""
        return texts.render(self.title, self.params, at=clock.now())

    @property
    def body_text(self) -> str:
        """The body in the language in use."""
        return texts.render(self.body, self.params, at=clock.now())
