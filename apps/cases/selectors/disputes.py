"""Reading mediations: masked on the case, and by whom their parties may be seen in full."""

from typing import TYPE_CHECKING

from apps.cases.choices import OPEN_LEG
from apps.cases.models import Case, Leg, Mediation
from apps.core.errors import NotAllowed, NotVisible
from apps.grid.permissions import Permission
from apps.grid.scopes import covers
from apps.organisation.models import agency_ids_of

if TYPE_CHECKING:
    from apps.accounts.models import User


def mediation_of(case: Case, number: int) -> Mediation:
    """One mediation of a case with its parties and sessions. Raises ``NotVisible``."""
    found = Mediation.objects.filter(case=case, number=number).select_related("agency", "case")
    mediation = found.prefetch_related("parties", "sessions").first()
    if mediation is None:
        raise NotVisible
    return mediation


def may_see_parties(case: Case, actor: "User") -> bool:
    """The desks over the place, and whoever handles the case now."""
    if covers(actor, Permission.CASE_REGISTER, case.place):
        return True
    agencies = agency_ids_of(actor)
    return bool(agencies) and Leg.objects.filter(case=case, agency__in=agencies, state__in=OPEN_LEG).exists()


def mediation_shown(user: "User", number: str, mediation_number: int) -> Mediation:
    """A mediation to somebody who may see its parties in full. Raises ``NotVisible``, ``NotAllowed``."""
    case = Case.objects.visible_to(user).filter(number=number).first()
    if case is None:
        raise NotVisible
    mediation = mediation_of(case, mediation_number)
    if not may_see_parties(case, user):
        raise NotAllowed
    return mediation
