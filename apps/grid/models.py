"""Units of the tree, their dated facts and boundaries, and guardian's rows on them."""

from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase
from mptt.models import MPTTModel, TreeForeignKey
from mptt.querysets import TreeQuerySet

from apps.core.errors import InvalidInput
from apps.core.locks import advisory_lock
from apps.core.text import pinyin_key
from apps.grid.permissions import UNIT_PERMISSIONS, Permission
from apps.grid.scopes import scopes_of

if TYPE_CHECKING:
    from apps.grid.scopes import Person


class UnitKind(models.TextChoices):
    """The four kinds, each under the one before it."""

    DISTRICT = "district", _("区")
    STREET = "street", _("街道")
    COMMUNITY = "community", _("社区")
    GRID = "grid", _("网格")


class GridType(models.TextChoices):
    """A residential grid, or a building, park, market, school or hospital run as its own."""

    BASIC = "basic", _("基础网格")
    DEDICATED = "dedicated", _("专属网格")


PARENT_KIND: dict[str, str | None] = {
    "district": None,
    "street": "district",
    "community": "street",
    "grid": "community",
}
TREE_LOCK = "grid.tree"
CODE_LENGTH = {"district": 6, "street": 9, "community": 12, "grid": 15}


class UnitQuerySet(TreeQuerySet):
    """Units."""

    def visible_to(self, user: "Person", permission: Permission = Permission.UNIT_VIEW) -> "UnitQuerySet":
        """The units in the subtrees on which ``user`` holds ``permission``."""
        condition = Q(pk__in=[])
        for scope in scopes_of(user, permission):
            condition |= Q(tree_id=scope.tree_id, lft__gte=scope.lft, rght__lte=scope.rght)
        return self.filter(condition)

    def open(self) -> "UnitQuerySet":
        """Units that are not closed."""
        return self.filter(closed_on__isnull=True)


class Unit(MPTTModel):
    """A node of the tree. Codes are names: unique, never reused, never changed; scope never follows from them."""

    code = models.CharField(_("代码"), max_length=15, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    name_key = models.CharField(max_length=200, editable=False, default="")
    kind = models.CharField(_("层级"), max_length=10, choices=UnitKind.choices)
    grid_type = models.CharField(_("网格类型"), max_length=10, choices=GridType.choices, null=True, blank=True)
    parent = TreeForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    households = models.PositiveIntegerField(_("户数"), default=0)
    opened_on = models.DateField(_("启用日期"))
    closed_on = models.DateField(_("停用日期"), null=True, blank=True)

    objects = UnitQuerySet.as_manager()

    class MPTTMeta:
        order_insertion_by = ["code"]

    class Meta:
        verbose_name = _("层级单元")
        default_permissions = ()
        permissions = [(permission.value, permission.value) for permission in UNIT_PERMISSIONS]
        ordering = ["tree_id", "lft"]
        indexes = [
            models.Index(fields=["tree_id", "lft"], name="grid_unit_tree"),
            models.Index(fields=["kind", "name_key"], name="grid_unit_kind_name"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="district", code__regex=r"^\d{6}$")
                | Q(kind="street", code__regex=r"^\d{9}$")
                | Q(kind="community", code__regex=r"^\d{12}$")
                | Q(kind="grid", code__regex=r"^\d{15}$"),
                name="grid_unit_code_fits_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind="district", parent__isnull=True) | (~Q(kind="district") & Q(parent__isnull=False)),
                name="grid_unit_only_district_is_root",
            ),
            models.CheckConstraint(
                condition=Q(kind="grid", grid_type__isnull=False) | (~Q(kind="grid") & Q(grid_type__isnull=True)),
                name="grid_unit_grid_type",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                name="grid_unit_closed_after_opened",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="grid_unit_name_given"),
        ]

    def __str__(self) -> str:
        return self.name

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert or change one node while nobody else changes any tree, and keep the sorting key with the name.

        Raises ``InvalidInput`` naming ``parent`` when the parent is not of the kind above. Many units at once are
        written by ``grid.tree`` instead.
        """
        advisory_lock(TREE_LOCK)
        wanted = PARENT_KIND.get(self.kind)
        if (self.parent.kind if self.parent else None) != wanted:
            raise InvalidInput(fields={"parent": [self._parent_words(wanted)]})
        self.name_key = pinyin_key(self.name)
        super().save(*args, **kwargs)

    def _parent_words(self, wanted: str | None) -> str:
        if wanted is None:
            return gettext("区是树的根，没有上级单元。")
        words = {"kind": UnitKind(self.kind).label, "parent": UnitKind(wanted).label}
        return gettext("%(kind)s的上级须是%(parent)s。") % words


class UnitFact(models.Model):
    """What was true of a unit from one date to another: its name and its parent. History is never rewritten."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="facts")
    name = models.CharField(max_length=60)
    parent = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    because = models.CharField(max_length=200)

    class Meta:
        ordering = ["unit", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=Q(valid_to__isnull=True), name="grid_unitfact_one_present"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="grid_unitfact_dates_in_order",
            ),
        ]


class BoundaryState(models.TextChoices):
    """A boundary is drawn, then published; a newer one ends it."""

    DRAFT = "draft", _("草案")
    PUBLISHED = "published", _("生效")
    ENDED = "ended", _("历史")


class Boundary(models.Model):
    """The outline of a unit for a time: GeoJSON (Multi)Polygon, longitude-latitude, WGS 84 / CGCS2000."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="boundaries")
    geometry = models.JSONField()
    state = models.CharField(max_length=10, choices=BoundaryState.choices)
    synthetic = models.BooleanField(default=False)
    area = models.DecimalField(max_digits=14, decimal_places=1, help_text="m², geodesic")
    perimeter = models.DecimalField(max_digits=12, decimal_places=1, help_text="m, geodesic")
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)
    drawn_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    drawn_at = models.DateTimeField()
    because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=Q(state="published"), name="grid_boundary_one_published"
            ),
            models.UniqueConstraint(fields=["unit"], condition=Q(state="draft"), name="grid_boundary_one_draft"),
            models.CheckConstraint(
                condition=Q(state="draft", valid_from__isnull=True, valid_to__isnull=True)
                | Q(state="published", valid_from__isnull=False, valid_to__isnull=True)
                | Q(state="ended", valid_from__isnull=False, valid_to__isnull=False, valid_to__gte=F("valid_from")),
                name="grid_boundary_dates_fit_state",
            ),
            models.CheckConstraint(condition=Q(area__gt=0, perimeter__gt=0), name="grid_boundary_has_area"),
        ]


class UnitUserObjectPermission(UserObjectPermissionBase):
    """Guardian's row: a user holds a permission on a unit. Written only by ``organisation.services``."""

    content_object = models.ForeignKey(Unit, on_delete=models.CASCADE)


class UnitGroupObjectPermission(GroupObjectPermissionBase):
    """Guardian asks for it; groups carry no rights here."""

    content_object = models.ForeignKey(Unit, on_delete=models.CASCADE)
