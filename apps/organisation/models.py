"""Agencies that can be given a case, posts and who fills them, and the record of every role grant."""

from typing import TYPE_CHECKING

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from apps.core.audit import ChainedEvent
from apps.grid.models import Unit
from apps.grid.permissions import AGENCY_PERMISSIONS, Permission, Role
from apps.grid.scopes import scopes_of

if TYPE_CHECKING:
    from apps.grid.scopes import Person


class AgencyKind(models.TextChoices):
    """Who can be given a case."""

    CENTRE = "centre", _("中心")
    DEPARTMENT = "department", _("部门")
    SECTION = "section", _("科室")
    DETACHMENT = "detachment", _("派出机构")
    UTILITY = "utility", _("公用事业")
    PROPERTY = "property", _("物业")


class AgencyQuerySet(models.QuerySet["Agency"]):
    """Agencies."""

    def visible_to(self, user: "Person", permission: Permission = Permission.UNIT_VIEW) -> "AgencyQuerySet":
        """Agencies of the units within the scope, those above them, and the user's own."""
        condition = Q(pk__in=agency_ids_of(user))
        for scope in scopes_of(user, permission):
            condition |= Q(unit__tree_id=scope.tree_id, unit__lft__gte=scope.lft, unit__rght__lte=scope.rght)
            condition |= Q(unit__tree_id=scope.tree_id, unit__lft__lt=scope.lft, unit__rght__gt=scope.rght)
        return self.filter(condition)


def agency_ids_of(user: "Person") -> tuple[int, ...]:
    """The agencies for which ``user`` handles cases. One query per user object."""
    kept: tuple[int, ...] | None = getattr(user, "_agency_ids", None)
    if kept is None:
        kept = ()
        if user.is_authenticated and user.is_active:
            rows = AgencyUserObjectPermission.objects.filter(
                user_id=user.pk, permission__codename=Permission.LEG_HANDLE.value
            )
            kept = tuple(rows.order_by("content_object_id").values_list("content_object_id", flat=True))
        user._agency_ids = kept  # type: ignore[union-attr]
    return kept


class Agency(models.Model):
    """A desk, department, section, detachment, utility or property company at one unit. Every unit but a grid has
    exactly one of kind ``centre``, so that giving a case to a community and to a department is the same act."""

    code = models.CharField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    kind = models.CharField(_("类别"), max_length=12, choices=AgencyKind.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="agencies", verbose_name=_("所属单元"))
    duties = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    enforces = models.BooleanField(_("有执法权"), default=False, db_default=False)
    is_active = models.BooleanField(default=True)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("处置单位")
        default_permissions = ()
        permissions = [(permission.value, permission.value) for permission in AGENCY_PERMISSIONS]
        ordering = ["unit__tree_id", "unit__lft", "kind", "id"]
        indexes = [GinIndex(fields=["duties"], name="organisation_agency_duties")]
        constraints = [
            models.UniqueConstraint(fields=["unit"], condition=Q(kind="centre"), name="organisation_agency_one_centre"),
            models.CheckConstraint(condition=~Q(name=""), name="organisation_agency_name_given"),
        ]

    def __str__(self) -> str:
        return self.name


class AgencyUserObjectPermission(UserObjectPermissionBase):
    """Guardian's row: a user handles cases for an agency. Written only by ``organisation.services``."""

    content_object = models.ForeignKey(Agency, on_delete=models.CASCADE)


class AgencyGroupObjectPermission(GroupObjectPermissionBase):
    """Guardian asks for it; groups carry no rights here."""

    content_object = models.ForeignKey(Agency, on_delete=models.CASCADE)


class DateRange(Func):
    """The days from one date to another, open where there is no end."""

    function = "DATERANGE"
    template = "%(function)s(%(expressions)s, '[]')"


class RoleGrant(models.Model):
    """The record that a person holds a role on a unit or an agency, from when, to when and why. Guardian's rows are
    kept equal to the grants in force; a grant is ended, never deleted."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(_("角色"), max_length=20, choices=Role.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="grants")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="grants")
    valid_from = models.DateField(_("起"))
    valid_to = models.DateField(_("止"), null=True)
    because = models.CharField(_("缘由"), max_length=200)
    granted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField()

    class Meta:
        ordering = ["user", "valid_from", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role="agency_handler", unit__isnull=True, agency__isnull=False)
                | (~Q(role="agency_handler") & Q(unit__isnull=False, agency__isnull=True)),
                name="organisation_rolegrant_unit_or_agency",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="organisation_rolegrant_dates_in_order",
            ),
            ExclusionConstraint(
                name="organisation_rolegrant_no_overlap",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (Func(F("unit"), 0, function="COALESCE"), RangeOperators.EQUAL),
                    (Func(F("agency"), 0, function="COALESCE"), RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    @property
    def scope_name(self) -> str:
        """What the role is held on, as people call it; a grid is named with its community."""
        if self.agency is not None:
            return self.agency.name
        unit = self.unit
        if unit is None:
            return ""
        return f"{unit.parent.name} {unit.name}" if unit.kind == "grid" and unit.parent else unit.name


class GrantEvent(ChainedEvent):
    """One change of a person's roles, in the chain of that person."""

    chain_parent = "user"

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="grant_events")
    grant = models.ForeignKey(RoleGrant, on_delete=models.PROTECT, related_name="events")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "sequence"], name="organisation_grantevent_user_sequence"),
        ]


class PostKind(models.Model):
    """What a person can be in a unit (``config/catalogues/posts.csv``)."""

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(_("岗位"), max_length=40)
    name_en = models.CharField(max_length=60)
    unit_kind = models.CharField(max_length=10)
    single_holder = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Staffing(models.Model):
    """A person in a post of a unit, from one date to another."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="staffings")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="staffings")
    post = models.ForeignKey(PostKind, on_delete=models.PROTECT, related_name="+")
    single_holder = models.BooleanField(default=False, editable=False)
    valid_from = models.DateField(_("起"))
    valid_to = models.DateField(_("止"), null=True)

    class Meta:
        ordering = ["unit", "post", "valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="organisation_staffing_dates_in_order",
            ),
            ExclusionConstraint(
                name="organisation_staffing_one_holder",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    ("post", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                condition=Q(single_holder=True),
            ),
            ExclusionConstraint(
                name="organisation_staffing_no_overlap",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    ("post", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class Liaison(models.Model):
    """The handler of an agency through whom it works with a community (部门联络员), from one date to another. An agency
    has one at a time in each community; whoever reports there beyond a worker's powers reports to him as well."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="liaisons", verbose_name=_("处置单位"))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="liaisons", verbose_name=_("社区"))
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="liaisons")
    valid_from = models.DateField(_("起"))
    valid_to = models.DateField(_("止"), null=True)
    named_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    named_at = models.DateTimeField()

    class Meta:
        ordering = ["unit", "agency", "valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="organisation_liaison_dates_in_order",
            ),
            ExclusionConstraint(
                name="organisation_liaison_one_at_a_time",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    ("agency", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.agency_id} {self.user_id}"
