"""What is counted (decision 9 of the house): a fact source, its columns, and one condition per measure.

A run makes one grouped pass over each source for all of its measures; the rows behind a number are the same source
filtered by the same condition, so that a number and its rows always agree.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.assessment.choices import SubjectKind
from apps.assessment.models import DutyDay
from apps.assessment.periods import Month
from apps.cases.choices import GRID_SOURCES, CaseState, LegRole, LegState, Source
from apps.cases.models import Case, Leg
from apps.core.clock import local
from apps.deadlines.choices import CARD_STEPS, AppealState, Stage, StepKind
from apps.deadlines.models import LadderStep
from apps.grid.models import Unit
from apps.organisation.models import AgencyKind

Condition = Callable[[datetime], Q]
PATH: dict[str, str] = {
    SubjectKind.DISTRICT: "district_id",
    SubjectKind.STREET: "street_id",
    SubjectKind.COMMUNITY: "community_id",
    SubjectKind.GRID: "grid_id",
}
PUBLIC_SOURCES = frozenset(
    {
        Source.HOTLINE_12345,
        Source.HOTLINE_12319,
        Source.MEDIA,
        Source.OPINION,
        Source.EMERGENCY_110,
        Source.PETITION,
        Source.SERVICE_HALL,
        Source.LEADERS_LINE,
        Source.LETTER_BOX,
        Source.PORTAL,
        Source.WECHAT,
        Source.DEPUTIES,
        Source.OPEN311,
    }
)


@dataclass(frozen=True)
class FactSource:
    """Where facts come from: ``columns`` name the subject of a row, ``date_column`` puts it into a month."""

    code: str
    model: type[Model]
    name: "str | Promise"
    date_column: str
    columns: Mapping[str, str]
    inside: Callable[[Unit], Q]
    always: Q
    by_day: bool = False
    related: tuple[str, ...] = ()

    def rows(self, district: Unit, month: Month, cutoff: datetime) -> QuerySet[Any]:
        """The facts of a district in a month, none later than ``cutoff``."""
        if self.by_day:
            span = Q(**{f"{self.date_column}__gte": month.first, f"{self.date_column}__lte": month.last})
            span &= Q(**{f"{self.date_column}__lt": local(cutoff).date()})
        else:
            until = min(month.ends, cutoff)
            span = Q(**{f"{self.date_column}__gte": month.begins, f"{self.date_column}__lt": until})
        return self.model._default_manager.filter(self.inside(district), self.always, span)


@dataclass(frozen=True)
class Measure:
    """One count over a source. ``condition`` gets the cut-off, so that later facts change nothing."""

    code: str
    source: FactSource
    name: "str | Promise"
    condition: Condition


def _district(district: Unit) -> Q:
    return Q(district_id=district.pk)


CASES_DUE = FactSource(
    "cases_due",
    Case,
    _("当月处置到期的案件"),
    "handling_due_at",
    {**PATH, SubjectKind.WORKER: "worker_id"},
    _district,
    ~Q(state__in=[CaseState.REFUSED, CaseState.MERGED, CaseState.SUSPENDED]),
    related=("category", "community", "grid", "handler"),
)
CASES_REPORTED = FactSource(
    "cases_reported",
    Case,
    _("当月上报的案件"),
    "reported_at",
    {**PATH, SubjectKind.WORKER: "worker_id"},
    _district,
    ~Q(state__in=[CaseState.REFUSED, CaseState.MERGED]),
    related=("category", "community", "grid", "handler"),
)
LEGS_DUE = FactSource(
    "legs_due",
    Leg,
    _("当月处置到期的环节"),
    "due_at",
    {SubjectKind.AGENCY: "agency_id"},
    lambda district: Q(agency__unit__tree_id=district.tree_id),
    Q(role=LegRole.LEAD, stage=Stage.HANDLING)
    & ~Q(agency__kind=AgencyKind.CENTRE)
    & Q(state__in=[LegState.OFFERED, LegState.ACCEPTED, LegState.FED_BACK, LegState.FAILED]),
    related=("case", "case__category", "agency"),
)
DUTY_DAYS = FactSource(
    "duty_days",
    DutyDay,
    _("网格员的应到岗日"),
    "date",
    {**PATH, SubjectKind.WORKER: "worker_id"},
    _district,
    Q(),
    by_day=True,
    related=("worker", "community", "grid"),
)
CARDS = FactSource(
    "cards",
    LadderStep,
    _("当月发出的黄牌和红牌"),
    "due_at",
    {**{kind: f"limit__{column}" for kind, column in PATH.items()}, SubjectKind.AGENCY: "holder_id"},
    lambda district: Q(limit__district_id=district.pk),
    # the whole case runs over its legs: its cards are shown and not counted, else one delay would count twice
    Q(kind__in=CARD_STEPS) & ~Q(limit__stage=Stage.WHOLE),
    related=("limit", "holder"),
)
SOURCES = (CASES_DUE, CASES_REPORTED, LEGS_DUE, DUTY_DAYS, CARDS)

_FED_BACK = [LegState.FED_BACK, LegState.FAILED]


def _handled(cutoff: datetime) -> Q:
    return Q(handled_at__lte=cutoff)


def _leg_handled(cutoff: datetime) -> Q:
    return Q(state__in=_FED_BACK, ended_at__lte=cutoff)


def _excused(cutoff: datetime) -> Q:
    """Its red card was withdrawn: what was late counts no longer as overdue."""
    return Q(excused_at__lte=cutoff)


def _not_excused(cutoff: datetime) -> Q:
    return Q(excused_at__isnull=True) | Q(excused_at__gt=cutoff)


def _standing(cutoff: datetime) -> Q:
    """Cards that no appeal decided by ``cutoff`` has withdrawn."""
    return Q(appeal__isnull=True) | ~Q(appeal__state=AppealState.UPHELD) | Q(appeal__decided_at__gt=cutoff)


def _all(_cutoff: datetime) -> Q:
    return Q(pk__isnull=False)


_MEASURES = (
    Measure("due_to_handle", CASES_DUE, _("应处置"), _all),
    Measure("handled", CASES_DUE, _("已处置"), _handled),
    Measure(
        "handled_in_time", CASES_DUE, _("按期处置"), lambda c: _handled(c) & (Q(handled_in_time=True) | _excused(c))
    ),
    Measure(
        "overdue",
        CASES_DUE,
        _("超时"),
        lambda c: (Q(handled_at__isnull=True) | Q(handled_at__gt=c) | ~Q(handled_in_time=True)) & _not_excused(c),
    ),
    Measure("reworked", CASES_DUE, _("返工"), lambda c: _handled(c) & Q(rework_count__gt=0)),
    Measure("closed", CASES_DUE, _("已结案"), lambda c: Q(state=CaseState.CLOSED, closed_at__lte=c)),
    Measure("reported", CASES_REPORTED, _("上报"), _all),
    Measure("registered", CASES_REPORTED, _("立案"), lambda c: Q(registered_at__lte=c) | Q(settled_kind="spot")),
    Measure("found_by_grid", CASES_REPORTED, _("网格先发现"), lambda _c: Q(source__in=sorted(GRID_SOURCES))),
    Measure(
        "found_by_anyone",
        CASES_REPORTED,
        _("网格发现与公众反映"),
        lambda _c: Q(source__in=sorted(GRID_SOURCES | PUBLIC_SOURCES)),
    ),
    Measure("rated", CASES_REPORTED, _("已回访"), lambda _c: Q(satisfied__isnull=False)),
    Measure("satisfied", CASES_REPORTED, _("满意"), lambda _c: Q(satisfied=True)),
    Measure("legs_due", LEGS_DUE, _("应处置环节"), _all),
    Measure("legs_handled", LEGS_DUE, _("已反馈环节"), _leg_handled),
    Measure("legs_in_time", LEGS_DUE, _("按期反馈环节"), lambda c: _leg_handled(c) & (Q(in_time=True) | _excused(c))),
    Measure(
        "legs_overdue",
        LEGS_DUE,
        _("超时环节"),
        lambda c: (Q(ended_at__isnull=True) | Q(ended_at__gt=c) | ~Q(in_time=True)) & _not_excused(c),
    ),
    Measure("legs_failed", LEGS_DUE, _("核查未通过的环节"), lambda c: _leg_handled(c) & Q(state=LegState.FAILED)),
    Measure(
        "legs_closed",
        LEGS_DUE,
        _("已结案的环节"),
        lambda c: _leg_handled(c) & Q(case__state=CaseState.CLOSED, case__closed_at__lte=c),
    ),
    Measure("duty_days", DUTY_DAYS, _("应交日志"), _all),
    Measure("logs_filed", DUTY_DAYS, _("已交日志"), lambda c: Q(filed=True, filed_at__lte=c)),
    Measure("yellow_cards", CARDS, _("黄牌"), lambda c: Q(kind=StepKind.YELLOW) & _standing(c)),
    Measure("red_cards", CARDS, _("红牌"), lambda c: Q(kind=StepKind.RED) & _standing(c)),
)
MEASURES: dict[str, Measure] = {measure.code: measure for measure in _MEASURES}
