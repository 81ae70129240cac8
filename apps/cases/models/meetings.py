"""Joint meetings (联席会议): the weekly list of hard cases of a street or the district, and what is decided on each
(``spec/2-cases.md``, Hard cases)."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.cases.choices import ItemState, WhyTabled
from apps.cases.models.cases import Case
from apps.cases.models.orders import _agency, _person
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import scopes_of

if TYPE_CHECKING:
    from apps.grid.scopes import Person

OPEN_ITEM = [ItemState.LISTED, ItemState.DECIDED]


class JointMeetingQuerySet(models.QuerySet["JointMeeting"]):
    """Joint meetings."""

    def visible_to(self, user: "Person", permission: Permission = Permission.CASE_VIEW) -> Self:
        """Those of the units within the scope."""
        condition = Q(pk__in=[])
        for scope in scopes_of(user, permission):
            condition |= Q(unit__tree_id=scope.tree_id, unit__lft__gte=scope.lft, unit__rght__lte=scope.rght)
        return self.filter(condition)


class JointMeeting(models.Model):
    """The joint meeting of a street or the district for one week: a list of hard cases, open until that of another
    week is opened, and the minutes once it was held."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    week = models.DateField(_("周"), help_text="the Monday of the week it is for")
    opened_at = models.DateTimeField()
    opened_by = _person(null=True)
    closed_at = models.DateTimeField(null=True)
    held_on = models.DateField(_("会议日期"), null=True)
    chair = models.CharField(_("主持人"), max_length=60, blank=True)
    attended = models.CharField(_("参会单位和人员"), max_length=500, blank=True)
    summary = models.TextField(_("会议纪要"), max_length=4000, blank=True)
    recorded_by = _person(null=True)
    recorded_at = models.DateTimeField(null=True)

    objects = JointMeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-week", "-id"]
        indexes = [models.Index(fields=["-week", "-id"], name="cases_jointmeeting_recent")]
        constraints = [
            models.UniqueConstraint(fields=["unit", "week"], name="cases_jointmeeting_unit_week"),
            models.UniqueConstraint(
                fields=["unit"], condition=Q(closed_at__isnull=True), name="cases_jointmeeting_one_open"
            ),
            models.CheckConstraint(condition=Q(week__iso_week_day=1), name="cases_jointmeeting_week_on_monday"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                name="cases_jointmeeting_closed_after_opening",
            ),
            models.CheckConstraint(
                condition=Q(held_on__isnull=True, recorded_by__isnull=True, recorded_at__isnull=True)
                & Q(chair="", attended="", summary="")
                | Q(held_on__isnull=False, recorded_by__isnull=False, recorded_at__isnull=False, chair__gt=""),
                name="cases_jointmeeting_minutes_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.week}"


class MeetingItem(models.Model):
    """One case on the list of a meeting: why, how often it came back, what was decided, who does it by when, and what
    became of it. ``leader`` is the attached leader to whom it was brought after it came back twice."""

    meeting = models.ForeignKey(JointMeeting, on_delete=models.PROTECT, related_name="items", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="meeting_items", db_index=False)
    number = models.PositiveSmallIntegerField(help_text="its place on the list")
    why = models.CharField(max_length=10, choices=WhyTabled.choices)
    because = models.TextField(_("提交理由"), max_length=2000, blank=True)
    added_by = _person(null=True)
    added_at = models.DateTimeField()
    returns = models.PositiveSmallIntegerField(default=0, help_text="how often it came back unresolved")
    leader = _person(null=True)
    state = models.CharField(max_length=10, choices=ItemState.choices, default=ItemState.LISTED)
    decision = models.TextField(_("会议决定"), max_length=2000, blank=True)
    agency = _agency(null=True)
    due_on = models.DateField(_("完成期限"), null=True)
    decided_by = _person(null=True)
    decided_at = models.DateTimeField(null=True)
    ended_by = _person(null=True)
    ended_at = models.DateTimeField(null=True)
    result = models.TextField(_("办结情况"), max_length=2000, blank=True)

    class Meta:
        ordering = ["meeting", "number"]
        indexes = [
            models.Index(
                fields=["agency", "due_on"], condition=Q(state=ItemState.DECIDED), name="cases_meetingitem_due"
            ),
            models.Index(fields=["case", "id"], name="cases_meetingitem_case"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="cases_meetingitem_meeting_number"),
            models.UniqueConstraint(fields=["meeting", "case"], name="cases_meetingitem_meeting_case"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state__in=OPEN_ITEM), name="cases_meetingitem_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(why=WhyTabled.HAND) | Q(added_by__isnull=False, because__gt=""),
                name="cases_meetingitem_by_hand_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(decision="", agency__isnull=True, due_on__isnull=True)
                & Q(decided_by__isnull=True, decided_at__isnull=True)
                & ~Q(state=ItemState.DECIDED)
                | Q(decision__gt="", agency__isnull=False, due_on__isnull=False)
                & Q(decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(state=ItemState.LISTED),
                name="cases_meetingitem_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_ITEM, ended_at__isnull=True)
                | (~Q(state__in=OPEN_ITEM) & Q(ended_at__isnull=False, ended_at__gte=F("added_at"))),
                name="cases_meetingitem_ended_when_over",
            ),
            models.CheckConstraint(
                condition=Q(state=ItemState.RESOLVED, ended_by__isnull=False, result__gt="")
                | (~Q(state=ItemState.RESOLVED) & Q(result="")),
                name="cases_meetingitem_resolved_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.number} {self.state}"
