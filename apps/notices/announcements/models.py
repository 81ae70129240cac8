"""An announcement, and the receipt of each of its recipients."""

from datetime import date
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.grid.permissions import Permission
from apps.grid.placed import Placed, path_constraint
from apps.grid.scopes import scope_q
from apps.notices.announcements.choices import AnnouncementState, Reading

if TYPE_CHECKING:
    from apps.grid.scopes import Person

PATH = ("district", "street", "community", "grid")


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    """Announcements."""

    def managed_by(self, user: "Person") -> "AnnouncementQuerySet":
        """Those to units over which ``user`` may announce, drafts too."""
        return self.filter(scope_q(user, Permission.ANNOUNCE))

    def visible_to(self, user: "Person") -> "AnnouncementQuerySet":
        """Those ``user`` received, those to units over which he may announce, and those that reached people over whom
        he may announce; others do not exist for him.
        """
        if not user.is_authenticated:
            return self.none()
        reached = Receipt.objects.filter(announcement_id=models.OuterRef("pk"))
        return self.filter(
            scope_q(user, Permission.ANNOUNCE)
            | models.Exists(reached.filter(user_id=user.pk))
            | models.Exists(reached.filter(scope_q(user, Permission.ANNOUNCE)))
        )

    def in_force(self, on: date) -> "AnnouncementQuerySet":
        """Those that hold on a day: published, not replaced, within their dates."""
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=on),
            state=AnnouncementState.PUBLISHED,
            superseded_at__isnull=True,
            valid_from__lte=on,
        )


class Announcement(Placed):
    """A text for those who hold a role or a post in the subtree of the unit it lies at.

    ``roles`` and ``posts`` (codes) narrow the audience to those who hold any of them; both empty: everybody there.
    ``agencies`` adds the handlers of the agencies of these units. What was published is kept as it was published
    (a trigger sees to it); a correction is the next ``version`` and names in ``supersedes`` what it replaces.
    """

    title = models.CharField(_("标题"), max_length=100)
    text = models.TextField(_("正文"))
    urgent = models.BooleanField(_("紧急"), default=False)
    confirmation = models.BooleanField(_("需要确认阅知"), default=False)
    roles = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    posts = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    agencies = models.BooleanField(_("包括处置单位经办人"), default=False)
    valid_from = models.DateField(_("生效日期"))
    valid_until = models.DateField(_("截止日期"), null=True, blank=True)
    state = models.CharField(
        _("状态"), max_length=10, choices=AnnouncementState.choices, default=AnnouncementState.DRAFT
    )
    author = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("作者"))
    created_at = models.DateTimeField()
    published_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    recipients = models.PositiveIntegerField(default=0, help_text="people reached at publication")
    withdrawn_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(_("撤回原因"), max_length=200, blank=True)
    version = models.PositiveSmallIntegerField(default=1)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    superseded_at = models.DateTimeField(null=True)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["valid_from"],
                condition=Q(state="published", superseded_at__isnull=True),
                name="notices_announcement_force",
            ),
            *(
                models.Index(fields=[level, "-id"], name=f"notices_announcement_{level}")
                for level in ("district", "street", "community")
            ),
        ]
        constraints = [
            path_constraint("notices_announcement"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(text=""), name="notices_announcement_text_given"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="notices_announcement_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at__isnull=True, published_by__isnull=True, recipients=0)
                | (~Q(state="draft") & Q(published_at__isnull=False, published_by__isnull=False)),
                name="notices_announcement_published_by_whom",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state="withdrawn", withdrawn_at__gte=F("published_at"), withdrawn_by__isnull=False)
                    & ~Q(withdrawn_because="")
                )
                | (
                    ~Q(state="withdrawn")
                    & Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
                ),
                name="notices_announcement_withdrawn_why",
            ),
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True, version=1) | Q(supersedes__isnull=False, version__gt=1),
                name="notices_announcement_version_follows",
            ),
            models.CheckConstraint(
                condition=Q(superseded_at__isnull=True) | ~Q(state="draft"),
                name="notices_announcement_only_published_replaced",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_draft(self) -> bool:
        """Whether it may still be changed."""
        return self.state == AnnouncementState.DRAFT

    @property
    def is_current(self) -> bool:
        """Whether it is published and neither taken back nor replaced; its dates are another matter."""
        return self.state == AnnouncementState.PUBLISHED and self.superseded_at is None

    def has_ended(self, on: date) -> bool:
        """Whether its last day lies before ``on``."""
        return self.valid_until is not None and self.valid_until < on


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    """Receipts."""

    def visible_to(self, user: "Person") -> "ReceiptQuerySet":
        """The receipts of people at units over which ``user`` may announce."""
        return self.filter(scope_q(user, Permission.ANNOUNCE))

    def own(self, user: "Person") -> "ReceiptQuerySet":
        """What ``user`` himself received."""
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()

    def begun(self, on: date) -> "ReceiptQuerySet":
        """Of announcements whose first day has come."""
        return self.filter(announcement__valid_from__lte=on)

    def waiting(self, on: date) -> "ReceiptQuerySet":
        """Not read yet, of announcements that hold on a day."""
        return self.begun(on).filter(
            Q(announcement__valid_until__isnull=True) | Q(announcement__valid_until__gte=on),
            read_at__isnull=True,
            announcement__state=AnnouncementState.PUBLISHED,
            announcement__superseded_at__isnull=True,
        )

    def of(self, reading: str) -> "ReceiptQuerySet":
        """Those who have read it, those who have not, or all."""
        return self if reading == Reading.ALL else self.filter(read_at__isnull=reading == Reading.PENDING)


class Receipt(Placed):
    """That an announcement reached a person, where that person worked then, and when it was seen and read.

    The path is that of the person's lowest role or post in the audience on the day the receipt was made; it is a fact
    of that day and follows no later move. ``seen_at`` is when it was first opened; ``read_at`` is when it counts as
    read: at once, or where a confirmation is needed, when that was given.
    """

    announcement = models.ForeignKey(Announcement, on_delete=models.PROTECT, related_name="receipts", db_index=False)
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="receipts", db_index=False)
    agency = models.ForeignKey("organisation.Agency", on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(help_text="of the announcement, for the order of a person's list")
    reached_at = models.DateTimeField()
    joined = models.BooleanField(default=False, help_text="came into the audience after the publication")
    seen_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["user", "-published_at", "-id"], name="notices_receipt_list"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notices_receipt_unread"),
            *(
                models.Index(fields=["announcement", level, "id"], name=f"notices_receipt_{level}")
                for level in ("street", "community")
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["announcement", "user"], name="notices_receipt_once"),
            path_constraint("notices_receipt"),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True) | Q(seen_at__isnull=False, read_at__gte=F("seen_at")),
                name="notices_receipt_seen_before_read",
            ),
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True) | Q(seen_at__gte=F("reached_at")),
                name="notices_receipt_reached_before_seen",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.announcement_id}/{self.user_id}"
