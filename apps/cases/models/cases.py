"""Cases, their legs and their events."""

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from apps.cases.choices import (
    OPEN,
    OPEN_LEG,
    Callback,
    Card,
    CaseState,
    LegRole,
    LegState,
    Publicity,
    Source,
    Urgency,
)
from apps.cases.models.categories import Category
from apps.core.audit import ChainedEvent, ChainHead
from apps.core.crypto import EncryptedTextField, mask_phone
from apps.deadlines.choices import Complexity
from apps.grid.permissions import Permission
from apps.grid.placed import Placed, PlacedQuerySet, path_constraint
from apps.grid.scopes import scope_q
from apps.organisation.models import Agency, agency_ids_of
from apps.residents.models import PERSONAL, PLAIN, SENSITIVE

if TYPE_CHECKING:
    from collections.abc import Collection

    from apps.grid.scopes import Person

OPEN_STATES = sorted(OPEN)
OPEN_LEG_STATES = sorted(OPEN_LEG)


def told_to(agencies: "Collection[int]") -> "models.QuerySet[Any, int]":
    """The keys of the cases that were reported to these agencies as well as to a desk."""
    told = apps.get_model("cases", "DualReport")  # stands in a module that needs this one
    return told.objects.filter(agency__in=agencies).order_by().values_list("case_id", flat=True)


def called_to(agencies: "Collection[int]") -> "models.QuerySet[Any, int]":
    """The keys of the cases to whose spot these agencies were called."""
    called = apps.get_model("cases", "Summons")  # likewise
    return called.objects.filter(agency__in=agencies).order_by().values_list("case_id", flat=True)


class CaseQuerySet(PlacedQuerySet):
    """Cases."""

    def visible_to(self, user: "Person", permission: Permission = Permission.CASE_VIEW) -> Self:
        """Cases within the scope, and those that an agency of the user has held, was told of, called to or answers
        for otherwise."""
        return self.filter(self.visible_q(user, permission))

    @staticmethod
    def visible_q(user: "Person", permission: Permission = Permission.CASE_VIEW, prefix: str = "") -> Q:
        """The condition of ``visible_to``; with ``prefix`` for rows that lead to a case (``case__``)."""
        condition = scope_q(user, permission, prefix)
        agencies = agency_ids_of(user)
        if agencies:
            condition |= Q(Exists(Leg.objects.filter(case=OuterRef(f"{prefix}pk"), agency__in=agencies)))
            told = models.Subquery(told_to(agencies))
            condition |= Q(**{f"{prefix}dual": True, f"{prefix}pk__in": told})
            called = models.Subquery(called_to(agencies))
            condition |= Q(**{f"{prefix}whistled__gt": 0, f"{prefix}pk__in": called})
            parties = apps.get_model("cases", "CaseParty").objects  # its model leads to cases
            condition |= Q(Exists(parties.filter(case=OuterRef(f"{prefix}pk"), agency__in=agencies)))
        return condition


class Case(ChainHead, Placed):
    """A registered problem. Its state is written by ``cases.services`` alone."""

    number = models.CharField(_("编号"), max_length=20, unique=True)
    client_id = models.UUIDField(null=True, unique=True)
    direct = models.BooleanField(
        _("直报"), default=False, db_default=False, help_text="reported straight to the district's centre"
    )
    dual = models.BooleanField(
        _("双报"), default=False, db_default=False, help_text="told to a department's liaison as well"
    )
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+", verbose_name=_("类别"))
    title = models.CharField(_("标题"), max_length=80)
    description = models.TextField(_("情况说明"), blank=True, max_length=2000)
    words = ArrayField(models.CharField(max_length=2), default=list, editable=False)
    urgency = models.CharField(max_length=10, choices=Urgency.choices, default=Urgency.NORMAL)
    complexity = models.CharField(
        _("复杂程度"),
        max_length=10,
        choices=Complexity.choices,
        default=Complexity.GENERAL,
        db_default=Complexity.GENERAL,
    )
    source = models.CharField(_("来源"), max_length=20, choices=Source.choices, default=Source.PATROL)
    source_number = models.CharField(max_length=60, null=True)
    lon = models.FloatField(_("经度"))
    lat = models.FloatField(_("纬度"))
    address = models.CharField(_("地点"), max_length=160, blank=True)

    state = models.CharField(_("状态"), max_length=10, choices=CaseState.choices, default=CaseState.REPORTED)
    suspended_from = models.CharField(max_length=10, choices=CaseState.choices, null=True)
    review_on = models.DateField(_("复核日期"), null=True)
    promised_on = models.DateField(_("承诺办结日期"), null=True)
    open = models.BooleanField(default=True)
    holder = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("持有单位")
    )
    desk = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    due_at = models.DateTimeField(_("时限"), null=True)
    card = models.CharField(max_length=6, choices=Card.choices, blank=True, default=Card.NONE)
    supervised = models.BooleanField(default=False)
    supervisor = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    orders_open = models.PositiveSmallIntegerField(default=0, help_text="supervision orders without a reply")
    extension_asked = models.BooleanField(default=False, help_text="a request for more time waits for its decision")
    suspension_asked = models.BooleanField(
        default=False, db_default=False, help_text="a request to suspend it waits for its decision"
    )
    suspensions_made = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="how often setting it aside was asked for or done"
    )
    mediating = models.BooleanField(default=False, db_default=False, help_text="a mediation of its dispute is running")
    mediations_made = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="how often its dispute was mediated"
    )
    enforcing = models.BooleanField(
        default=False, db_default=False, help_text="a body of law enforcement has it and has not decided yet"
    )
    enforcements_made = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="how often it was handed over to law enforcement"
    )
    missing_asked = models.BooleanField(
        default=False, db_default=False, help_text="what is missing was asked for and not supplied"
    )
    missing_lists_made = models.PositiveSmallIntegerField(default=0, db_default=0)
    whistled = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="how often agencies were called to the spot"
    )
    summonses_open = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="agencies called that have not told the result"
    )
    spot_waiting = models.BooleanField(
        default=False, db_default=False, help_text="drawn for a spot check that has not been made"
    )
    special = models.BooleanField(default=False, db_default=False, help_text="on the district's special list")
    special_asked = models.BooleanField(
        default=False, db_default=False, help_text="proposed for the special list, without a decision"
    )
    publicity = models.CharField(
        max_length=10, choices=Publicity.choices, blank=True, default="", db_default="", help_text="of its publication"
    )
    hazard = models.BooleanField(default=False, db_default=False, help_text="publicly listed as a major hazard")
    tabled = models.BooleanField(default=False, db_default=False, help_text="on the list of a joint meeting")
    carded = models.BooleanField(default=False, help_text="a card was issued on one of its limits")
    appeals_open = models.PositiveSmallIntegerField(default=0, help_text="appeals against cards without a decision")
    excused_at = models.DateTimeField(null=True, help_text="when the red card of its handling was withdrawn")
    version = models.PositiveIntegerField(default=1)

    reporter = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    worker = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    first_asked = models.ForeignKey(
        "accounts.User",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("首问责任人"),
    )
    handler = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    handled_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    settled_kind = models.CharField(max_length=10, blank=True)
    rework_count = models.PositiveSmallIntegerField(default=0)
    return_count = models.PositiveSmallIntegerField(default=0)
    reopen_count = models.PositiveSmallIntegerField(default=0)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")
    solved = models.BooleanField(null=True)
    satisfied = models.BooleanField(null=True)

    occurred_at = models.DateTimeField(_("发生时间"), null=True)
    reported_at = models.DateTimeField(_("上报时间"))
    registered_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    handling_due_at = models.DateTimeField(null=True)
    handled_in_time = models.BooleanField(null=True)

    objects = CaseQuerySet.as_manager()

    opened: "list[Leg]"  # filled by report_case: the legs of a case that was made a moment ago

    class Meta:
        verbose_name = _("案件")
        ordering = ["-id"]
        indexes = [
            *(
                models.Index(fields=[column, "due_at", "id"], condition=Q(open=True), name=f"cases_case_{column}_open")
                for column in ("district", "street", "community", "grid", "holder")
            ),
            *(
                models.Index(
                    fields=[column, "state", "due_at", "id"], condition=Q(open=True), name=f"cases_case_{column}_state"
                )
                for column in ("district", "street", "community", "grid", "holder")
            ),
            *(
                models.Index(
                    fields=[column, "-closed_at", "-id"], condition=Q(open=False), name=f"cases_case_{column}_closed"
                )
                for column in ("district", "street", "community", "grid")
            ),
            models.Index(
                fields=["first_asked", "due_at", "id"],
                condition=Q(open=True, first_asked__isnull=False),
                name="cases_case_first_asked_open",
            ),
            models.Index(
                fields=["first_asked", "-closed_at", "-id"],
                condition=Q(open=False, first_asked__isnull=False),
                name="cases_case_first_asked_closed",
            ),
            models.Index(fields=["desk", "review_on"], condition=Q(state="suspended"), name="cases_case_desk_review"),
            models.Index(
                fields=["district", "due_at", "id"], condition=Q(open=True, special=True), name="cases_case_special"
            ),
            models.Index(
                fields=["district", "due_at", "id"], condition=Q(open=True, hazard=True), name="cases_case_hazard"
            ),
            models.Index(
                fields=["closed_at", "id"], condition=Q(state="closed", publicity=""), name="cases_case_unpublished"
            ),
            models.Index(fields=["category", "-reported_at"], name="cases_case_category_recent"),
            models.Index(fields=["category", "lat", "lon"], name="cases_case_category_point"),
            models.Index(fields=["reporter", "-reported_at"], name="cases_case_reporter_recent"),
            models.Index(fields=["district", "reported_at"], name="cases_case_district_reported"),
            models.Index(fields=["lat", "lon"], name="cases_case_point"),
            models.Index(
                fields=["address", "-reported_at"], condition=~Q(address=""), name="cases_case_address_recent"
            ),
            GinIndex(fields=["words"], name="cases_case_words"),
        ]
        constraints = [
            path_constraint("cases_case"),
            models.UniqueConstraint(
                fields=["source", "source_number"],
                condition=Q(source_number__isnull=False),
                name="cases_case_source_number",
            ),
            models.CheckConstraint(
                condition=Q(open=True, state__in=OPEN_STATES) | (Q(open=False) & ~Q(state__in=OPEN_STATES)),
                name="cases_case_open_fits_state",
            ),
            models.CheckConstraint(
                condition=Q(open=True, holder__isnull=False, due_at__isnull=False, closed_at__isnull=True)
                | Q(open=False, holder__isnull=True, due_at__isnull=True, closed_at__isnull=False),
                name="cases_case_held_while_open",
            ),
            models.CheckConstraint(
                condition=Q(state="suspended", suspended_from__isnull=False, review_on__isnull=False)
                | (~Q(state="suspended") & Q(suspended_from__isnull=True)),
                name="cases_case_suspension_complete",
            ),
            models.CheckConstraint(
                condition=Q(promised_on__isnull=True) | Q(state="suspended", promised_on__gte=F("review_on")),
                name="cases_case_promise_while_suspended",
            ),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False)
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
                name="cases_case_merged_into",
            ),
            models.CheckConstraint(
                condition=Q(lon__gte=-180, lon__lte=180, lat__gte=-90, lat__lte=90), name="cases_case_point_on_earth"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="cases_case_title_given"),
            models.CheckConstraint(
                condition=Q(occurred_at__isnull=True) | Q(occurred_at__lte=F("reported_at")),
                name="cases_case_occurred_before_report",
            ),
            models.CheckConstraint(
                condition=Q(special=False) | Q(open=True, special_asked=False), name="cases_case_special_while_open"
            ),
            models.CheckConstraint(
                condition=Q(special_asked=False) | Q(state="suspended"), name="cases_case_special_asked_while_suspended"
            ),
            models.CheckConstraint(condition=Q(hazard=False) | Q(open=True), name="cases_case_hazard_while_open"),
            models.CheckConstraint(
                condition=Q(publicity="") | Q(state="closed"), name="cases_case_publicity_of_closed"
            ),
            models.CheckConstraint(condition=Q(tabled=False) | Q(open=True), name="cases_case_tabled_while_open"),
            models.CheckConstraint(condition=Q(complexity__in=Complexity.values), name="cases_case_complexity"),
        ]

    def __str__(self) -> str:
        return self.number


class LegQuerySet(models.QuerySet["Leg"]):
    """Legs."""

    def open(self) -> Self:
        """Legs still in somebody's hands."""
        return self.filter(state__in=OPEN_LEG_STATES)

    def held_for(self, user: "Person") -> Self:
        """The legs of the agencies for which ``user`` handles cases."""
        return self.filter(agency__in=agency_ids_of(user))


class Leg(models.Model):
    """One stretch of a case in one holder's hands, with its own limit and its own version."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="legs")
    sequence = models.PositiveSmallIntegerField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    desk = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=6, choices=LegRole.choices, default=LegRole.LEAD)
    stage = models.CharField(max_length=12)
    state = models.CharField(max_length=8, choices=LegState.choices)
    version = models.PositiveIntegerField(default=1)
    due_at = models.DateTimeField()
    in_time = models.BooleanField(null=True)
    excused_at = models.DateTimeField(null=True, help_text="when its red card was withdrawn")
    handled_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    note = models.CharField(max_length=500, blank=True)
    opened_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = LegQuerySet.as_manager()

    class Meta:
        ordering = ["case", "sequence"]
        indexes = [
            models.Index(
                fields=["agency", "due_at", "id"],
                condition=Q(state__in=OPEN_LEG_STATES),
                name="cases_leg_agency_open",
            ),
            models.Index(fields=["agency", "ended_at"], name="cases_leg_agency_ended"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "sequence"], name="cases_leg_case_sequence"),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(role="lead", state__in=OPEN_LEG_STATES),
                name="cases_leg_one_open_lead",
            ),
            models.UniqueConstraint(
                fields=["case", "agency"],
                condition=Q(state__in=OPEN_LEG_STATES),
                name="cases_leg_one_open_per_agency",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_LEG_STATES, ended_at__isnull=True)
                | (~Q(state__in=OPEN_LEG_STATES) & Q(ended_at__isnull=False, ended_at__gte=F("opened_at"))),
                name="cases_leg_ended_when_done",
            ),
        ]


class CaseReporter(models.Model):
    """A resident from whom a case was heard, at a desk or through a source: who is no user and may be one of several.

    ``Case.reporter`` is the user who entered it. Name and phone are encrypted; the phone is found by keyed hash; both
    are shown masked and revealed one at a time. ``source_number`` is that of this resident's own report.
    """

    classification = {
        "id": PLAIN,
        "client_id": PLAIN,
        "case": PLAIN,
        "name": SENSITIVE,
        "phone": SENSITIVE,
        "phone_hash": PERSONAL,
        "anonymous": PLAIN,
        "callback": PLAIN,
        "source": PLAIN,
        "source_number": PLAIN,
        "added_by": PLAIN,
        "added_at": PLAIN,
    }

    client_id = models.UUIDField(null=True, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reporters")
    name = EncryptedTextField(_("姓名"))
    phone = EncryptedTextField(_("电话"))
    phone_hash = models.BinaryField(max_length=33, null=True, editable=False)
    anonymous = models.BooleanField(_("要求匿名"), default=False)
    callback = models.CharField(max_length=5, choices=Callback.choices, default=Callback.NONE)
    source = models.CharField(_("来源"), max_length=20, choices=Source.choices)
    source_number = models.CharField(max_length=60, null=True)
    added_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("反映人")
        indexes = [
            models.Index(
                fields=["phone_hash", "-added_at"],
                condition=Q(phone_hash__isnull=False),
                name="cases_casereporter_phone",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(phone__isnull=True, phone_hash__isnull=True)
                | Q(phone__isnull=False, phone_hash__isnull=False),
                name="cases_casereporter_phone_with_hash",
            ),
            models.CheckConstraint(
                condition=Q(callback="none") | Q(phone__isnull=False), name="cases_casereporter_phone_to_call_back"
            ),
            models.UniqueConstraint(
                fields=["source", "source_number"],
                condition=Q(source_number__isnull=False),
                name="cases_casereporter_source_number",
            ),
        ]

    @property
    def name_masked(self) -> str:
        """The first character of the name and a star; nothing of one who wants to stay anonymous."""
        name = str(self.name)
        return "" if self.anonymous or not name else f"{name[0]}*"

    @property
    def phone_masked(self) -> str:
        """The phone as every screen shows it; empty where there is none."""
        return mask_phone(str(self.phone)) if self.phone else ""


class CaseEvent(ChainedEvent):
    """One change of a case: who, when, from, to, why. Never edited; the case's chain."""

    chain_parent = "case"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events", db_index=False)
    leg = models.ForeignKey(Leg, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    from_state = models.CharField(max_length=10, choices=CaseState.choices, blank=True)
    to_state = models.CharField(max_length=10, choices=CaseState.choices)

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-id"], condition=Q(action="reveal"), name="cases_caseevent_reveals"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "sequence"], name="cases_caseevent_case_sequence"),
        ]
