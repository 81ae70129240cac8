"""The district's special list (专案清单) of historic legacies, the controls recorded on it, and who answers for a case
without holding it (``spec/2-cases.md``, Hard cases)."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.cases.choices import SpecialState
from apps.cases.models.cases import Case, CaseQuerySet
from apps.cases.models.orders import _agency, _person
from apps.grid.permissions import Permission
from apps.organisation.models import Agency

if TYPE_CHECKING:
    from apps.grid.scopes import Person

ON_THE_LIST = [SpecialState.LISTED, SpecialState.REMOVED, SpecialState.CLOSED]
OVER = [SpecialState.REMOVED, SpecialState.CLOSED]


class CaseParty(models.Model):
    """An agency that answers for something about a case without a leg of its own: it sees the case from then on."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="parties", db_index=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "case"], name="cases_caseparty_agency_case"),
        ]


class SpecialListingQuerySet(models.QuerySet["SpecialListing"]):
    """Entries of the special list."""

    def visible_to(self, user: "Person", permission: Permission = Permission.CASE_VIEW) -> Self:
        """Those of the cases that ``user`` sees."""
        return self.filter(CaseQuerySet.visible_q(user, permission, prefix="case__"))


class SpecialListing(models.Model):
    """One time that a case stood on the special list of its district, or was proposed for it: why, who is responsible,
    and when the next control is due. ``proposer`` is the centre that proposed it; none where the district listed it
    on its own."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="special_listings", db_index=False)
    number = models.PositiveSmallIntegerField(help_text="the first, second … on this case")
    state = models.CharField(max_length=10, choices=SpecialState.choices, default=SpecialState.PROPOSED)
    reason = models.TextField(_("列入理由"), max_length=2000)
    proposer = _agency(null=True)
    proposed_by = _person(null=True)
    proposed_at = models.DateTimeField(null=True)
    agency = _agency(null=True, verbose_name=_("责任单位"))
    leader = _person(null=True, verbose_name=_("责任领导"))
    control_on = models.DateField(_("下次管控"), null=True)
    controls_made = models.PositiveSmallIntegerField(default=0)
    decided_by = _person(null=True)
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(_("意见"), max_length=2000, blank=True)
    ended_by = _person(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(_("移出理由"), max_length=2000, blank=True)

    objects = SpecialListingQuerySet.as_manager()

    class Meta:
        ordering = ["case", "number"]
        indexes = [
            models.Index(
                fields=["control_on", "id"], condition=Q(state=SpecialState.LISTED), name="cases_speciallisting_control"
            ),
            models.Index(
                fields=["proposed_at", "id"],
                condition=Q(state=SpecialState.PROPOSED),
                name="cases_speciallisting_proposed",
            ),
            models.Index(fields=["-ended_at", "-id"], condition=Q(state__in=OVER), name="cases_speciallisting_over"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="cases_speciallisting_case_number"),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=[SpecialState.PROPOSED, SpecialState.LISTED]),
                name="cases_speciallisting_one_open",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="cases_speciallisting_reason_given"),
            models.CheckConstraint(
                condition=Q(proposer__isnull=True, proposed_by__isnull=True, proposed_at__isnull=True)
                & Q(state__in=ON_THE_LIST)
                | Q(proposer__isnull=False, proposed_by__isnull=False, proposed_at__isnull=False),
                name="cases_speciallisting_proposed_whole",
            ),
            models.CheckConstraint(
                condition=Q(state=SpecialState.PROPOSED, decided_by__isnull=True, decided_at__isnull=True)
                | Q(state=SpecialState.LAPSED, decided_by__isnull=True, decided_at__gte=F("proposed_at"))
                | Q(
                    state=SpecialState.DECLINED,
                    decided_by__isnull=False,
                    decided_at__gte=F("proposed_at"),
                    decision__gt="",
                )
                | Q(state__in=ON_THE_LIST, decided_by__isnull=False, decided_at__isnull=False),
                name="cases_speciallisting_decided_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=ON_THE_LIST)
                | (Q(control_on__isnull=False) & (Q(agency__isnull=False) | Q(leader__isnull=False))),
                name="cases_speciallisting_somebody_answers",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OVER, ended_by__isnull=False, ended_at__gte=F("decided_at"))
                | (~Q(state__in=OVER) & Q(ended_by__isnull=True, ended_at__isnull=True)),
                name="cases_speciallisting_ended_when_over",
            ),
            models.CheckConstraint(
                condition=Q(state=SpecialState.REMOVED, end_reason__gt="")
                | (~Q(state=SpecialState.REMOVED) & Q(end_reason="")),
                name="cases_speciallisting_removed_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.number} {self.state}"

    @property
    def answerable(self) -> str:
        """Who is responsible, in words: the agency, the leader, or both."""
        return " ".join(one.name for one in (self.agency, self.leader) if one is not None)


class SpecialControl(models.Model):
    """One control of a case on the special list: what was done, by whom, and when the next one is due."""

    listing = models.ForeignKey(SpecialListing, on_delete=models.PROTECT, related_name="controls", db_index=False)
    number = models.PositiveSmallIntegerField(help_text="the first, second … of this entry")
    at = models.DateTimeField()
    by = _person()
    planned_on = models.DateField(help_text="when it was due")
    text = models.TextField(_("管控情况"), max_length=2000)
    next_on = models.DateField(_("下次管控"))

    class Meta:
        ordering = ["listing", "number"]
        constraints = [
            models.UniqueConstraint(fields=["listing", "number"], name="cases_specialcontrol_listing_number"),
            models.CheckConstraint(condition=~Q(text=""), name="cases_specialcontrol_text_given"),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.number}"
