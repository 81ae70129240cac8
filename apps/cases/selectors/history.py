"""What was before: at the place of a case, and from whoever reported it. One query each, beside that for the case."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.cases.models import Case, CaseReporter
from apps.cases.selectors.detail import case_in_scope
from apps.cases.selectors.neighbours import HISTORY_DAYS, NEAR_METRES, box_around, metres_between
from apps.core.errors import NotAllowed
from apps.grid.permissions import Permission
from apps.grid.scopes import covers

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST = 50


def place_history(user: "User", number: str, *, at: datetime) -> list[Case]:
    """The cases of a year within 50 m of a case or at its very address, of any category, that ``user`` sees, the
    latest first. Raises ``NotVisible``."""
    case = case_in_scope(user, number)
    here = Q(**box_around(case.lon, case.lat))
    if case.address:
        here |= Q(address=case.address)
    visible = Case.objects.visible_to(user).filter(here, reported_at__gte=at - timedelta(days=HISTORY_DAYS))
    found = visible.exclude(pk=case.pk).select_related("category", "holder", "handler").order_by("-reported_at", "-pk")
    return [
        other
        for other in found[: MOST * 2]
        if (case.address and other.address == case.address)
        or metres_between(case.lon, case.lat, other.lon, other.lat) <= NEAR_METRES
    ][:MOST]


def reporter_history(user: "User", number: str) -> list[Case]:
    """The other cases that were heard from the phones this one was heard from, that ``user`` sees, the latest first.

    Raises ``NotVisible``, and ``NotAllowed`` for those who may not reach who reported it.
    """
    case = case_in_scope(user, number)
    if not covers(user, Permission.CASE_REGISTER, case.place):
        raise NotAllowed
    phones = CaseReporter.objects.filter(case=case, phone_hash__isnull=False).values("phone_hash")
    heard = CaseReporter.objects.filter(phone_hash__in=phones).exclude(case=case).values("case_id")
    found = Case.objects.visible_to(user).filter(pk__in=heard).select_related("category", "holder", "handler")
    return list(found.order_by("-reported_at", "-pk")[:MOST])
