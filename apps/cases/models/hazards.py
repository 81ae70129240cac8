"""Major hazards that are publicly listed (挂牌督办) until they are accepted as removed (``spec/2-cases.md``,
Supervision)."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.cases.choices import HazardLevel
from apps.cases.models.cases import Case, CaseQuerySet
from apps.cases.models.orders import _agency, _person
from apps.grid.permissions import Permission

if TYPE_CHECKING:
    from apps.grid.scopes import Person


class HazardListingQuerySet(models.QuerySet["HazardListing"]):
    """Listed hazards."""

    def visible_to(self, user: "Person", permission: Permission = Permission.CASE_VIEW) -> Self:
        """Those of the cases that ``user`` sees."""
        return self.filter(CaseQuerySet.visible_q(user, permission, prefix="case__"))


class HazardListing(models.Model):
    """One time that a case was listed as a major hazard: at which level, who is to remove it by when, and the
    acceptance that took it off the list. ``party`` is whoever owns or runs the place, in words."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="hazard_listings", db_index=False)
    number = models.PositiveSmallIntegerField(help_text="the first, second … on this case")
    level = models.CharField(max_length=10, choices=HazardLevel.choices)
    demand = models.TextField(_("隐患和整改要求"), max_length=2000)
    agency = _agency(verbose_name=_("督办单位"))
    party = models.CharField(_("整改责任单位"), max_length=80)
    due_on = models.DateField(_("整改期限"))
    listed_by = _person()
    listed_at = models.DateTimeField()
    accepted_by = _person(null=True)
    accepted_at = models.DateTimeField(null=True)
    finding = models.TextField(_("验收意见"), max_length=2000, blank=True)

    objects = HazardListingQuerySet.as_manager()

    class Meta:
        ordering = ["case", "number"]
        indexes = [
            models.Index(
                fields=["due_on", "id"], condition=Q(accepted_at__isnull=True), name="cases_hazardlisting_standing"
            ),
            models.Index(
                fields=["-accepted_at", "-id"],
                condition=Q(accepted_at__isnull=False),
                name="cases_hazardlisting_accepted",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="cases_hazardlisting_case_number"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(accepted_at__isnull=True), name="cases_hazardlisting_one_open"
            ),
            models.CheckConstraint(
                condition=Q(demand__gt="", party__gt=""), name="cases_hazardlisting_demand_and_party_given"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True, finding="")
                | Q(accepted_at__gte=F("listed_at"), accepted_by__isnull=False, finding__gt=""),
                name="cases_hazardlisting_accepted_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.number}"
