"""Reading periods: which months there are for whom, and what is still to be computed."""

from typing import TYPE_CHECKING

from apps.assessment.models import Period
from apps.core.errors import NotVisible
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import covers

if TYPE_CHECKING:
    from apps.grid.scopes import Person


def scored_districts(code: str = "") -> list[Unit]:
    """The districts in the tree, or the one with that code."""
    districts = Unit.objects.filter(kind="district").order_by("code")
    return list(districts.filter(code=code) if code else districts)


def districts_to_score(label: str) -> list[Unit]:
    """The districts for which a month has not been computed yet."""
    done = Period.objects.filter(label=label).values("district_id")
    return list(Unit.objects.filter(kind="district").exclude(pk__in=done).order_by("code"))


def district_of(unit: Unit) -> Unit:
    """The district above a unit; no query where its parents are loaded."""
    here = unit
    while here.parent is not None:
        here = here.parent
    return here


def periods_for(user: "Person", district: Unit) -> list[Period]:
    """The months that ``user`` may see, the latest first, each in the latest version that he may see."""
    found: dict[str, Period] = {}
    for period in Period.objects.visible_to(user).filter(district=district).order_by("-label", "-version"):
        found.setdefault(period.label, period)
    return list(found.values())


def choose_period(periods: list[Period], label: str) -> Period | None:
    """The month named, or the latest published one, or the latest. Raises ``NotVisible`` for a month not there."""
    if label:
        chosen = next((period for period in periods if period.label == label), None)
        if chosen is None:
            raise NotVisible
        return chosen
    return next((period for period in periods if period.is_public), periods[0] if periods else None)


def may_run(user: "Person", district: Unit) -> bool:
    """Whether ``user`` computes the district's months."""
    return covers(user, Permission.SCORE_RUN, {"district_id": district.pk})


def may_publish(user: "Person", district: Unit) -> bool:
    """Whether ``user`` publishes them."""
    return covers(user, Permission.SCORE_PUBLISH, {"district_id": district.pk})
