"""Reading from whom cases were heard: masked, and only by those who have to reach them."""

from typing import TYPE_CHECKING

from apps.cases.choices import OPEN_LEG, REVEAL
from apps.cases.models import Case, CaseEvent, CaseReporter, Leg
from apps.core.errors import NotAllowed, NotVisible
from apps.core.keyset import KeysetPage, keyset_page
from apps.grid.permissions import Permission
from apps.grid.scopes import covers, scope_q
from apps.organisation.models import agency_ids_of

if TYPE_CHECKING:
    from apps.accounts.models import User


def reporters_of(case: Case) -> list[CaseReporter]:
    """From whom a case was heard, the first one first."""
    return list(CaseReporter.objects.filter(case=case).order_by("added_at", "pk"))


def may_reveal(case: Case, reporter: CaseReporter, actor: "User") -> bool:
    """The desks over the place; and whoever handles the case now, unless the reporter wants to stay anonymous."""
    if covers(actor, Permission.CASE_REGISTER, case.place):
        return True
    agencies = agency_ids_of(actor)
    if reporter.anonymous or not agencies:
        return False
    return Leg.objects.filter(case=case, agency__in=agencies, state__in=OPEN_LEG).exists()


def reporter_shown(user: "User", number: str, reporter_id: int) -> CaseReporter:
    """One reporter of a case, to somebody who may see him in full. Raises ``NotVisible``, ``NotAllowed``."""
    case = Case.objects.visible_to(user).filter(number=number).first()
    reporter = CaseReporter.objects.filter(case=case, pk=reporter_id).first() if case is not None else None
    if case is None or reporter is None:
        raise NotVisible
    if not may_reveal(case, reporter, user):
        raise NotAllowed
    return reporter


def list_reveals(user: "User", *, cursor: str | None, size: int) -> KeysetPage[CaseEvent]:
    """Who saw whose name and phone and why, within the auditor's scope, the latest first."""
    events = CaseEvent.objects.filter(scope_q(user, Permission.AUDIT_VIEW, "case__"), action=REVEAL)
    related = ("actor", "case__district", "case__street", "case__community", "case__grid")
    return keyset_page(events.select_related(*related), ("-at", "-id"), cursor, size)
