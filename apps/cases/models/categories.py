"""The category tree."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.cases.choices import CategoryKind, Evidence, Urgency


class CategoryQuerySet(models.QuerySet["Category"]):
    """Categories are the same for everybody."""

    def leaves(self) -> Self:
        """The categories a case can have."""
        return self.filter(is_leaf=True, active=True)


class Category(models.Model):
    """A node of the category tree; cases hang on its leaves. Loaded from ``config/catalogues/categories.csv``."""

    key = models.CharField(_("代码"), max_length=60, unique=True)
    scheme = models.CharField(max_length=20)
    kind = models.CharField(max_length=12, choices=CategoryKind.choices)
    code = models.CharField(max_length=20)
    name = models.CharField(_("类别"), max_length=80)
    name_en = models.CharField(max_length=160)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    level = models.PositiveSmallIntegerField()
    is_leaf = models.BooleanField(default=False)
    urgency = models.CharField(max_length=10, choices=Urgency.choices, default=Urgency.NORMAL)
    on_the_spot = models.BooleanField(default=False)
    evidence = models.CharField(max_length=14, choices=Evidence.choices, default=Evidence.NONE)
    icon = models.CharField(max_length=40, blank=True)
    active = models.BooleanField(default=True)

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
