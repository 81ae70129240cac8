"""Who is scored in a month: the units open then, their grid workers, and the agencies that are no centre."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q

from apps.assessment.choices import SubjectKind
from apps.assessment.periods import Month
from apps.grid.models import Unit
from apps.organisation.models import Agency, AgencyKind, Staffing

Path = tuple[int | None, int | None, int | None, int | None]
WORKER_POST = "grid_worker"
_DEPTH = {"district": 0, "street": 1, "community": 2, "grid": 3}


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject with its place. ``peer`` narrows whom it is ranked with."""

    kind: str
    id: int
    code: str
    name: str
    peer: str
    path: Path


def subjects_of(district: Unit, month: Month) -> Iterator[Subject]:
    """Every subject of the district in the month, by kind and code; three queries."""
    units = list(
        Unit.objects.filter(tree_id=district.tree_id)
        .order_by("lft")
        .values_list("pk", "code", "name", "kind", "parent_id", "opened_on", "closed_on")
    )
    paths: dict[int, Path] = {}
    open_units: list[Subject] = []
    for pk, code, name, kind, parent, opened_on, closed_on in units:
        path = list(paths.get(parent or 0, (None, None, None, None)))
        path[_DEPTH[kind]] = pk
        paths[pk] = (path[0], path[1], path[2], path[3])
        if opened_on <= month.last and (closed_on is None or closed_on >= month.first):
            open_units.append(Subject(kind, pk, code, name, "", paths[pk]))
    yield from sorted(open_units, key=lambda unit: (_DEPTH[unit.kind], unit.code))
    yield from _workers(district, month, paths)
    yield from _agencies(district, paths)


def _workers(district: Unit, month: Month, paths: dict[int, Path]) -> Iterator[Subject]:
    rows = Staffing.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=month.first),
        post__code=WORKER_POST,
        unit__tree_id=district.tree_id,
        valid_from__lte=month.last,
    ).order_by("user__username", "-valid_from", "-id")
    seen: set[int] = set()
    for user_id, username, name, unit_id in rows.values_list("user_id", "user__username", "user__name", "unit_id"):
        if user_id not in seen:
            seen.add(user_id)
            yield Subject(SubjectKind.WORKER.value, user_id, username, name, "", paths[unit_id])


def _agencies(district: Unit, paths: dict[int, Path]) -> Iterator[Subject]:
    rows = Agency.objects.filter(unit__tree_id=district.tree_id).exclude(kind=AgencyKind.CENTRE).order_by("code")
    for pk, code, name, kind, unit_id in rows.values_list("pk", "code", "name", "kind", "unit_id"):
        yield Subject(SubjectKind.AGENCY.value, pk, code, name, kind, paths[unit_id])
