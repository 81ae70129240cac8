"""The task to rule on a duty that is clear to nobody."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.cases.models.cases import Case
from apps.cases.models.categories import Category
from apps.cases.models.routing import RoutingRule
from apps.grid.models import Unit, UnitKind
from apps.grid.permissions import Permission
from apps.grid.scopes import scopes_of
from apps.organisation.models import Agency

if TYPE_CHECKING:
    from apps.grid.scopes import Person


class DutyRulingQuerySet(models.QuerySet["DutyRuling"]):
    """Tasks to rule on a duty."""

    def visible_to(self, user: "Person", permission: Permission = Permission.CASE_DISPATCH) -> Self:
        """Those of the districts at whose own desk ``user`` holds ``permission``."""
        scopes = scopes_of(user, permission)
        return self.filter(district__in=[scope.unit_id for scope in scopes if scope.kind == UnitKind.DISTRICT])


class DutyRuling(models.Model):
    """Nobody's duty was clear when a case was dispatched, the fallback agency acts first, and the district's centre is
    to rule whose duty the category is (``spec/2-cases.md``, Dispatch). The ruling writes a routing rule.

    While one waits for a category in a district no second one is opened.
    """

    district = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("先办单位")
    )
    opened_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    rule = models.OneToOneField(RoutingRule, on_delete=models.PROTECT, null=True, related_name="ruling")
    ruled_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    ruled_at = models.DateTimeField(null=True)

    objects = DutyRulingQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]
        indexes = [models.Index(fields=["district", "-opened_at", "-id"], name="cases_dutyruling_of_district")]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "category"], condition=Q(ruled_at__isnull=True), name="cases_dutyruling_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ruled_at__isnull=True, ruled_by__isnull=True, rule__isnull=True)
                | Q(ruled_at__gte=F("opened_at"), ruled_by__isnull=False, rule__isnull=False),
                name="cases_dutyruling_ruled_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category_id} {self.opened_at:%Y-%m-%d}"
