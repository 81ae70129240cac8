"""The screening of disputes over the weeks before the demo begins: most units returned in time, some late, few not."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from apps.cases.choices import Evidence
from apps.cases.models import Case, ScreeningPeriod, ScreeningReturn
from apps.cases.services.screenings import open_periods
from apps.core.clock import local
from apps.grid.models import Unit
from apps.grid.permissions import Role
from apps.grid.placed import place_at
from apps.organisation.models import RoleGrant

WEEKS = 4
FILED, LATE = 0.95, 0.06
DESKS = {"community": Role.STATION, "street": Role.STREET_DISPATCHER}


def seed_screenings(district: Unit, *, rng: Random, now: datetime) -> int:
    """The returns of the periods that are over, where there are none yet; answers how many were written. A return
    names the disputes that the history knows of its unit and period."""
    if ScreeningReturn.objects.filter(district=district).exists():
        return 0
    for week in range(WEEKS, -1, -1):
        open_periods(at=now - timedelta(days=7 * week))
    periods = list(ScreeningPeriod.objects.filter(due_at__lt=now).order_by("starts_on", "level"))
    units = list(Unit.objects.open().filter(tree_id=district.tree_id, kind__in=DESKS).order_by("lft"))
    drafts = [draft for period in periods for draft in _returns(period, units, district, rng, now)]
    disputes = _disputes(district, periods)
    named = [disputes.get((draft.period_id, draft.unit_id), []) for draft in drafts]  # type: ignore[attr-defined]
    for draft, cases in zip(drafts, named, strict=True):
        draft.found = len(cases)
    rows = ScreeningReturn.objects.bulk_create(drafts, batch_size=1000)
    link = ScreeningReturn.cases.through
    link.objects.bulk_create(
        link(screeningreturn_id=row.pk, case_id=case) for row, cases in zip(rows, named, strict=True) for case in cases
    )
    return len(rows)


def _returns(
    period: ScreeningPeriod, units: list[Unit], district: Unit, rng: Random, now: datetime
) -> Iterator[ScreeningReturn]:
    role = DESKS[period.level]
    grants = RoleGrant.objects.filter(role=role, unit__tree_id=district.tree_id).order_by("-pk")
    signers = {unit: (user, name) for unit, user, name in grants.values_list("unit_id", "user_id", "user__name")}
    for unit in units:
        if unit.kind != period.level or unit.pk not in signers or rng.random() > FILED:
            continue
        hours = rng.randint(1, 30) if rng.random() < LATE else -rng.randint(6, 60)
        filed_at = min(period.due_at + timedelta(hours=hours), now)
        user, name = signers[unit.pk]
        yield ScreeningReturn(
            **place_at(unit),
            period=period,
            found=0,
            signature=name,
            filed_by_id=user,
            filed_at=filed_at,
            late=filed_at > period.due_at,
        )


def _disputes(district: Unit, periods: list[ScreeningPeriod]) -> dict[tuple[int, int], list[int]]:
    """The disputes of each unit in each period."""
    found: dict[tuple[int, int], list[int]] = {}
    cases = Case.objects.filter(district=district, category__evidence=Evidence.MEDIATION)
    for pk, at, street, community in cases.values_list("pk", "reported_at", "street_id", "community_id"):
        day = local(at).date()
        for period in periods:
            unit = street if period.level == "street" else community
            if unit is not None and period.starts_on <= day <= period.ends_on:
                found.setdefault((period.pk, unit), []).append(pk)
    return found
