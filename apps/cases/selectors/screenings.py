"""Reading the screening of disputes: who has returned a period, who has not, and which cases a unit may name."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from apps.cases.choices import Evidence, ScreeningLevel
from apps.cases.models import Case, ScreeningPeriod, ScreeningReturn
from apps.core.clock import SHANGHAI
from apps.core.errors import NotAllowed, NotVisible
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import holds, holds_at

if TYPE_CHECKING:
    from apps.accounts.models import User

SHOWN_PERIODS = 12
OVERSEEING = (Permission.CASE_REGISTER, Permission.CASE_SUPERVISE)


def oversees(user: "User") -> bool:
    """Whether the screening is any business of this person: a desk's or a leader's."""
    return holds(user, *OVERSEEING)


def _units(user: "User", level: str) -> list[Unit]:
    """The open units of a level over which the person answers for cases or supervises them, in tree order."""
    registers = Unit.objects.visible_to(user, Permission.CASE_REGISTER).values("pk")
    supervises = Unit.objects.visible_to(user, Permission.CASE_SUPERVISE).values("pk")
    found = Unit.objects.open().filter(Q(pk__in=registers) | Q(pk__in=supervises), kind=level)
    return list(found.select_related("parent").order_by("tree_id", "lft"))


def recent_periods(level: str) -> list[ScreeningPeriod]:
    """The latest periods of a level, the newest first."""
    return list(ScreeningPeriod.objects.filter(level=level).order_by("-starts_on")[:SHOWN_PERIODS])


@dataclass(frozen=True, slots=True)
class ScreeningLine:
    """A unit in a period; ``lapses`` counts the periods shown that it returned late or not at all."""

    unit: Unit
    filed: ScreeningReturn | None
    missing: bool
    lapses: int
    may_file: bool


@dataclass(frozen=True, slots=True)
class Screening:
    """A period as a street or district sees it."""

    level: str
    periods: list[ScreeningPeriod]
    period: ScreeningPeriod | None
    lines: list[ScreeningLine]

    @property
    def filed(self) -> int:
        """How many have returned it."""
        return sum(line.filed is not None for line in self.lines)

    @property
    def nil(self) -> int:
        """How many of these found nothing."""
        return sum(line.filed is not None and line.filed.found == 0 for line in self.lines)

    @property
    def late(self) -> int:
        """How many returned it late."""
        return sum(line.filed is not None and line.filed.late for line in self.lines)

    @property
    def missing(self) -> int:
        """How many have not returned it though it is due."""
        return sum(line.missing for line in self.lines)

    @property
    def found(self) -> int:
        """How many disputes were found."""
        return sum(line.filed.found for line in self.lines if line.filed is not None)


def screening(user: "User", *, level: str, period_id: int | None, at: datetime) -> Screening:
    """A period of a level, the newest unless another is named, over the units the person oversees. A fixed number of
    queries. Raises ``NotAllowed``, ``NotVisible`` for a period that is not among the latest."""
    if not oversees(user):
        raise NotAllowed
    periods = recent_periods(level)
    period = next((one for one in periods if period_id in {None, one.pk}), None)
    if period is None:
        if period_id is not None:
            raise NotVisible
        return Screening(level, periods, None, [])
    units = _units(user, level)
    column = f"{level}_id"
    filed = {
        getattr(one, column): one
        for one in ScreeningReturn.objects.filter(period=period).of_units(level, units).select_related("filed_by")
    }
    over = [one.pk for one in periods if one.due_at < at]
    in_time = dict(
        ScreeningReturn.objects.filter(period__in=over, late=False)
        .of_units(level, units)
        .order_by()
        .values_list(column)
        .annotate(Count("pk"))
    )
    lines = [
        ScreeningLine(
            unit,
            filed.get(unit.pk),
            unit.pk not in filed and period.due_at < at,
            len(over) - in_time.get(unit.pk, 0),
            unit.pk not in filed and holds_at(user, Permission.CASE_REGISTER, unit.pk),
        )
        for unit in units
    ]
    return Screening(level, periods, period, lines)


def unit_to_file(user: "User", period_id: int, code: str) -> tuple[ScreeningPeriod, Unit]:
    """A period and a unit of its level at whose desk the person sits. Raises ``NotVisible``, ``NotAllowed``."""
    period = ScreeningPeriod.objects.filter(pk=period_id).first()
    unit = Unit.objects.visible_to(user, Permission.CASE_VIEW).filter(code=code).first()
    if period is None or unit is None or unit.kind != period.level:
        raise NotVisible
    if not holds_at(user, Permission.CASE_REGISTER, unit.pk):
        raise NotAllowed
    return period, unit


def return_of(period: ScreeningPeriod, unit: Unit) -> ScreeningReturn | None:
    """What a unit returned, with its cases."""
    found = ScreeningReturn.objects.filter(period=period).of_units(period.level, [unit])
    return found.select_related("filed_by").prefetch_related("cases").first()


def candidates(period: ScreeningPeriod, unit: Unit) -> list[Case]:
    """The disputes of a unit that were reported in the period, oldest first."""
    since = datetime.combine(period.starts_on, time.min, tzinfo=SHANGHAI)
    until = datetime.combine(period.ends_on + timedelta(days=1), time.min, tzinfo=SHANGHAI)
    rows = Case.objects.inside(unit).filter(
        category__evidence=Evidence.MEDIATION, reported_at__gte=since, reported_at__lt=until
    )
    return list(rows.select_related("category").order_by("reported_at", "pk"))


def missing_units(period: ScreeningPeriod) -> list[Unit]:
    """The open units of the period's level that have not returned it, in tree order."""
    filed = ScreeningReturn.objects.filter(period=period)
    if period.level == ScreeningLevel.STREET:
        filed = filed.filter(community__isnull=True)
    units = Unit.objects.open().filter(kind=period.level, opened_on__lte=period.ends_on)
    return list(units.exclude(pk__in=filed.values(f"{period.level}_id")).order_by("tree_id", "lft"))


def to_file(user: "User", *, at: datetime) -> list[tuple[ScreeningPeriod, Unit]]:
    """What the person's own desks have still to return: the newest period that has ended or ends today."""
    waiting: list[tuple[ScreeningPeriod, Unit]] = []
    today = at.astimezone(SHANGHAI).date()
    if not holds(user, Permission.CASE_REGISTER):
        return waiting
    for level in ScreeningLevel:
        period = ScreeningPeriod.objects.filter(level=level, ends_on__lte=today).order_by("-starts_on").first()
        if period is None:
            continue
        own = [unit for unit in _units(user, level) if holds_at(user, Permission.CASE_REGISTER, unit.pk)]
        filed = set(
            ScreeningReturn.objects.filter(period=period).of_units(level, own).values_list(f"{level}_id", flat=True)
        )
        waiting += [(period, unit) for unit in own if unit.pk not in filed]
    return waiting
