"""Who answers for which category, at which desk and where: dated rules that are never edited."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from apps.cases.choices import CategoryKind, DeskLevel
from apps.cases.models.categories import Category
from apps.grid.models import Unit
from apps.organisation.models import DateRange

TARGET_LENGTH = 60


class RoutingRule(models.Model):
    """To whom the desks of a level give the cases of a category and everything below it, inside a unit.

    ``category``, ``kind``, ``level`` and ``unit`` say what the rule is for; what is left empty matches everything.
    ``lead``, ``assisting`` and ``fallback`` name agencies by reference: ``agency:<code>`` one agency, ``duty:<duty>``
    whichever agency of the desk answers for that line of duty, ``centre:<level>`` the centre of the case's own unit of
    that level. The fallback acts first where nobody's duty is clear (``spec/2-cases.md``).

    A row is never edited, by a trigger: it gets an end and a successor. ``effective_to`` is the last day; ``withdrawn``
    marks one that was taken back before it began; ``by_hand`` one that was written in the product, which loading the
    catalogues leaves alone.
    """

    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, related_name="routing_rules", verbose_name=_("案件类别")
    )
    kind = models.CharField(_("部件或事件"), max_length=12, choices=CategoryKind.choices, blank=True)
    level = models.CharField(_("调度层级"), max_length=10, choices=DeskLevel.choices, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("范围"))
    lead = models.CharField(_("主办单位"), max_length=TARGET_LENGTH, blank=True)
    assisting = ArrayField(models.CharField(max_length=TARGET_LENGTH), default=list, verbose_name=_("协办单位"))
    fallback = models.CharField(_("托底单位"), max_length=TARGET_LENGTH, blank=True)
    effective_from = models.DateField(_("生效日"))
    effective_to = models.DateField(_("失效日"), null=True)
    withdrawn = models.BooleanField(default=False)
    by_hand = models.BooleanField(default=False)
    because = models.CharField(_("理由"), max_length=200)
    created_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    ended_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["category", "kind", "level", "unit", "effective_from", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="cases_routingrule_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(category__isnull=True) | Q(kind=""), name="cases_routingrule_kind_or_category"
            ),
            models.CheckConstraint(condition=Q(kind__in=["", *CategoryKind.values]), name="cases_routingrule_kind"),
            models.CheckConstraint(condition=Q(level__in=["", *DeskLevel.values]), name="cases_routingrule_level"),
            models.CheckConstraint(condition=~Q(lead="") | ~Q(fallback=""), name="cases_routingrule_names_somebody"),
            models.CheckConstraint(
                condition=~Q(lead="") | Q(assisting__len=0), name="cases_routingrule_assists_a_lead"
            ),
            models.CheckConstraint(
                condition=Q(lead="") | Q(lead__regex=r"^(agency|duty|centre):."), name="cases_routingrule_lead"
            ),
            models.CheckConstraint(
                condition=Q(fallback="") | Q(fallback__regex=r"^(agency|duty|centre):."),
                name="cases_routingrule_fallback",
            ),
            models.CheckConstraint(condition=~Q(because=""), name="cases_routingrule_because_given"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, withdrawn=False) | Q(ended_at__isnull=False) & ~Q(ended_because=""),
                name="cases_routingrule_ended_with_reason",
            ),
            ExclusionConstraint(
                name="cases_routingrule_no_overlap",
                expressions=[
                    (Func(F("category"), 0, function="COALESCE"), RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("level", RangeOperators.EQUAL),
                    (Func(F("unit"), 0, function="COALESCE"), RangeOperators.EQUAL),
                    (DateRange("effective_from", "effective_to"), RangeOperators.OVERLAPS),
                ],
                condition=Q(withdrawn=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category_id or self.kind or '*'} {self.level} {self.effective_from}"
