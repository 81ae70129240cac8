"""The category tree."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Exists, F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.cases.choices import DEFAULT_SCHEME, CategoryKind, CodeScheme, Evidence, Urgency
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import scopes_of
from apps.organisation.models import DateRange

if TYPE_CHECKING:
    from apps.grid.scopes import Person


class CategoryQuerySet(models.QuerySet["Category"]):
    """Categories are the same for everybody."""

    def leaves(self) -> Self:
        """The categories a case can have."""
        return self.filter(is_leaf=True, active=True)

    def of_scheme(self, scheme: str) -> Self:
        """Those of a scheme of components and events, and those of the schemes that hold everywhere."""
        return self.exclude(scheme__in=[other for other in CodeScheme.values if other != scheme])

    def offered_to(self, user: "Person", on: date) -> Self:
        """Those of the schemes that the districts of the user's scope go by on a day."""
        trees = {scope.tree_id for scope in scopes_of(user, Permission.UNIT_VIEW)}
        if not trees:
            return self.of_scheme(DEFAULT_SCHEME)
        chosen = SchemeChoice.objects.in_force(on).filter(unit__tree_id__in=trees)
        left = Q(scheme__in=chosen.values("scheme")) | ~Q(scheme__in=CodeScheme.values)
        without = Unit.objects.filter(tree_id__in=trees, parent=None).exclude(pk__in=chosen.values("unit"))
        return self.filter(left | Q(Exists(without), scheme=DEFAULT_SCHEME))


class CategoryFields(models.Model):
    """What of a category may change from one day to another. ``standard`` is its work standard: what is done, in which
    order, and when it counts as done; an empty one is that of the branch. ``self_governed``: residents can govern it
    themselves. ``application``: residents apply for it, so that a complete application can be settled at once."""

    name = models.CharField(_("类别"), max_length=80)
    name_en = models.CharField(_("英文名称"), max_length=160)
    urgency = models.CharField(_("紧急程度"), max_length=10, choices=Urgency.choices, default=Urgency.NORMAL)
    on_the_spot = models.BooleanField(_("可当场处置"), default=False)
    evidence = models.CharField(_("证据要求"), max_length=14, choices=Evidence.choices, default=Evidence.NONE)
    self_governed = models.BooleanField(_("可居民自治"), default=False, db_default=False)
    application = models.BooleanField(_("可申办事项"), default=False, db_default=False)
    standard = models.TextField(_("工作标准"), max_length=2000, blank=True, default="", db_default="")
    active = models.BooleanField(_("启用"), default=True)

    class Meta:
        abstract = True


FIELDS = ("name", "name_en", "urgency", "on_the_spot", "evidence", "self_governed", "application", "standard", "active")


class Category(CategoryFields):
    """A node of the category tree; cases hang on its leaves. Loaded from ``config/catalogues/categories.csv`` and
    changed in the product by ``CategoryVersion``: the row itself says what holds today."""

    key = models.CharField(_("代码"), max_length=60, unique=True)
    scheme = models.CharField(max_length=20)
    kind = models.CharField(max_length=12, choices=CategoryKind.choices)
    code = models.CharField(max_length=20)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    level = models.PositiveSmallIntegerField()
    is_leaf = models.BooleanField(default=False)
    icon = models.CharField(max_length=40, blank=True)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("案件类别")
        ordering = ["scheme", "kind", "code"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "kind", "code"], name="cases_category_scheme_kind_code"),
            models.CheckConstraint(condition=~Q(name=""), name="cases_category_name_given"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the language of the page."""
        return self.name_en if (get_language() or "").startswith("en") else self.name

    @property
    def work_standard(self) -> str:
        """Its own work standard, else that of its branch; the branch is read beforehand."""
        return self.standard or (self.parent.standard if self.parent is not None else "")


class CategoryVersion(CategoryFields):
    """What a category is from a day on, written in the product. A task puts it into force on that day; a row is never
    edited, by a trigger, but withdrawn before its day. The first one of a category from the catalogues says what it was
    before (nobody wrote it). The catalogues' load leaves a category with versions alone."""

    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="versions")
    effective_from = models.DateField(_("生效日"))
    because = models.CharField(_("理由"), max_length=200)
    written_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    written_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["category", "effective_from", "id"]
        indexes = [
            models.Index(
                fields=["effective_from"],
                condition=Q(applied_at__isnull=True, withdrawn_at__isnull=True),
                name="cases_categoryversion_planned",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["category"],
                condition=Q(applied_at__isnull=True, withdrawn_at__isnull=True),
                name="cases_categoryversion_one_planned",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="cases_categoryversion_name_given"),
            models.CheckConstraint(condition=~Q(because=""), name="cases_categoryversion_because_given"),
            models.CheckConstraint(condition=Q(urgency__in=Urgency.values), name="cases_categoryversion_urgency"),
            models.CheckConstraint(condition=Q(evidence__in=Evidence.values), name="cases_categoryversion_evidence"),
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="cases_categoryversion_applied_or_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="cases_categoryversion_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category_id} {self.effective_from}"


class SchemeChoiceQuerySet(models.QuerySet["SchemeChoice"]):
    """Choices of schemes."""

    def in_force(self, on: date) -> Self:
        """Those that hold on a day."""
        return self.filter(Q(effective_to__isnull=True) | Q(effective_to__gte=on), effective_from__lte=on)


class SchemeChoice(models.Model):
    """Which scheme of components and events a district goes by, from one day to another; without any it is
    ``DEFAULT_SCHEME``. Cases keep the category they have."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    scheme = models.CharField(_("编码方案"), max_length=20, choices=CodeScheme.choices)
    effective_from = models.DateField(_("生效日"))
    effective_to = models.DateField(_("失效日"), null=True)
    because = models.CharField(_("理由"), max_length=200)
    chosen_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    chosen_at = models.DateTimeField()

    objects = SchemeChoiceQuerySet.as_manager()

    class Meta:
        ordering = ["unit", "-effective_from"]
        constraints = [
            models.CheckConstraint(condition=Q(scheme__in=CodeScheme.values), name="cases_schemechoice_scheme"),
            models.CheckConstraint(condition=~Q(because=""), name="cases_schemechoice_because_given"),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="cases_schemechoice_dates_in_order",
            ),
            ExclusionConstraint(
                name="cases_schemechoice_no_overlap",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    (DateRange("effective_from", "effective_to"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.scheme} {self.effective_from}"
