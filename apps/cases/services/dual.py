"""Dual reports: who is told beside the desk, and that he has taken note."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from apps.cases.choices import GRID_SOURCES
from apps.cases.matters import dual_of, forget_matters
from apps.cases.models import Category, DualReport
from apps.cases.routing import decided, targets_of
from apps.cases.selectors.routing import agencies_meant, rules_for
from apps.core.errors import InvalidInput, WrongState
from apps.grid.models import Unit
from apps.organisation.models import Agency, AgencyKind
from apps.organisation.selectors import liaisons_in_force

if TYPE_CHECKING:
    from apps.cases.services.acting import Step

Details = dict[str, Any]


def is_beyond_a_worker(category: Category, source: str) -> bool:
    """Whether a report of it tells the department's liaison without being asked to: found in the grid, and nothing that
    a worker may settle on the spot."""
    return source in GRID_SOURCES and not category.on_the_spot


def tell_department(
    category: Category, place: dict[str, int | None], district: Unit, *, asked: bool, on: date
) -> DualReport | None:
    """The unsaved dual report of a case of the category: to the department to which the routing rules of the district's
    desk give it, to its liaison with the community where there is one. None without a liaison unless it is ``asked``
    for. Up to three queries.

    Raises ``InvalidInput`` naming ``dual`` where it is asked for and no department's duty.
    """
    department = _department(category, place, district, on)
    if department is None:
        if asked:
            raise InvalidInput(fields={"dual": [_("该类别没有对应的区级部门，不能双报。")]})
        return None
    here = liaisons_in_force(on).filter(agency=department, unit_id=place["community_id"] or 0)
    liaison = here.select_related("user").first()
    if liaison is None and not asked:
        return None
    return DualReport(agency=department, liaison=liaison.user if liaison else None, asked=asked)


def _department(category: Category, place: dict[str, int | None], district: Unit, on: date) -> Agency | None:
    """The district's department whose duty the category clearly is."""
    rules = rules_for(category, district, place, on=on)
    departments = Agency.objects.filter(kind=AgencyKind.DEPARTMENT, is_active=True, unit=district)
    meant = departments.filter(agencies_meant(targets_of(rules), place)).select_related("unit").order_by("id")
    decision = decided(rules, list(meant), place) if rules else None
    return decision.agencies[0] if decision is not None and not decision.fallback else None


def acknowledge(step: "Step") -> Details:
    """The department has taken note of what was reported to it as well."""
    told = dual_of(step.case)
    if told is None or told.acknowledged_at is not None:
        raise WrongState(extra={"state": step.case.state})
    told.acknowledged_by, told.acknowledged_at, told.note = step.actor, step.at, step.note
    told.save()
    forget_matters(step.case)
    return {"for": told.agency.name}
