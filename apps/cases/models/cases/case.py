"""The case itself."""

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.cases.choices import OPEN, Card, CaseState, Publicity, Source, Urgency
from apps.cases.filing import Filing
from apps.cases.models.cases.visibility import CaseQuerySet
from apps.cases.models.categories import Category
from apps.core.audit import ChainHead
from apps.deadlines.choices import Complexity
from apps.grid.placed import Placed, path_constraint
from apps.organisation.models import Agency

if TYPE_CHECKING:
    from apps.cases.models.cases.legs import Leg

OPEN_STATES = sorted(OPEN)


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
    follow_up_waiting = models.BooleanField(
        default=False, db_default=False, help_text="its reporter is to be called and has not been reached"
    )
    samples_waiting = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="samples that drew it and in which it has not been reviewed"
    )
    special = models.BooleanField(default=False, db_default=False, help_text="on the district's special list")
    special_asked = models.BooleanField(
        default=False, db_default=False, help_text="proposed for the special list, without a decision"
    )
    publicity = models.CharField(
        max_length=10, choices=Publicity.choices, blank=True, default="", db_default="", help_text="of its publication"
    )
    filing = models.CharField(
        max_length=8, choices=Filing.choices, blank=True, default="", db_default="", help_text="of its file"
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
            models.Index(fields=["closed_at", "id"], condition=Q(open=False, filing=""), name="cases_case_unfiled"),
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
            models.CheckConstraint(condition=Q(filing="") | Q(open=False), name="cases_case_filing_of_finished"),
            models.CheckConstraint(
                condition=~Q(filing=Filing.ARCHIVED)
                | Q(spot_waiting=False, follow_up_waiting=False, appeals_open=0, summonses_open=0),
                name="cases_case_archived_at_rest",
            ),
            models.CheckConstraint(condition=Q(tabled=False) | Q(open=True), name="cases_case_tabled_while_open"),
            models.CheckConstraint(condition=Q(complexity__in=Complexity.values), name="cases_case_complexity"),
        ]

    def __str__(self) -> str:
        return self.number
