"""What stands on a desk, for the home page."""

from collections.abc import Sequence

from apps.cases.choices import CaseState
from apps.cases.models import Case
from apps.cases.selectors.listing import OPEN_PART, page_of
from apps.organisation.models import Agency

MOST = 100
ON_DESK = (CaseState.REPORTED, CaseState.REGISTERED, CaseState.HANDLED, CaseState.VERIFIED)


def held_by(desks: Sequence[Agency]) -> list[Case]:
    """The soonest cases that these desks themselves hold."""
    branches = [Case.objects.filter(holder_id=desk.pk, state__in=ON_DESK) for desk in desks]
    return page_of(branches, (OPEN_PART,), cursor=None, size=MOST).rows if branches else []
