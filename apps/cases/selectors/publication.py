"""Reading publications: the desk's page, and what everybody may read."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.cases.choices import Publicity
from apps.cases.models import Category, Publication
from apps.core.clock import SHANGHAI
from apps.core.errors import NotAllowed
from apps.core.keyset import KeysetPage, keyset_page
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import holds

if TYPE_CHECKING:
    from apps.accounts.models import User

TO_LOOK = "look"
PUBLICITY_SHOWN = (TO_LOOK, "published", "withheld")
STATES = {
    TO_LOOK: [Publicity.HELD, Publicity.WAITING],
    "published": [Publicity.PUBLISHED],
    "withheld": [Publicity.WITHHELD],
}
PUBLIC_RELATED = ("category", "agency", "district", "street", "community")


def publication_page(
    user: "User", *, show: str, unit: Unit | None, cursor: str | None, size: int
) -> KeysetPage[Publication]:
    """One page of a desk's publications, the case closed last at the top. Raises ``NotAllowed``."""
    if not holds(user, Permission.CASE_CLOSE):
        raise NotAllowed
    rows = Publication.objects.visible_to(user).filter(state__in=STATES[show])
    if unit is not None and unit.kind != "grid":
        rows = rows.filter(**{f"{unit.kind}_id": unit.pk})
    return keyset_page(rows.select_related("case", *PUBLIC_RELATED), ("-closed_on", "-id"), cursor, size)


@dataclass(frozen=True)
class ResultsWanted:
    """What the public's list is narrowed to; ``month`` is the first day of the month in which it was published."""

    unit: Unit | None = None
    branch: Category | None = None
    month: date | None = None

    @property
    def q(self) -> Q:
        """The condition on publications."""
        condition = Q()
        if self.unit is not None:
            condition &= Q(**{f"{self.unit.kind}_id": self.unit.pk})
        if self.branch is not None:
            leaf = self.branch.is_leaf
            condition &= Q(category=self.branch) if leaf else Q(category__parent=self.branch)
        if self.month is not None:
            following = date(self.month.year + self.month.month // 12, self.month.month % 12 + 1, 1)
            condition &= Q(published_at__gte=_start(self.month), published_at__lt=_start(following))
        return condition


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


def results_page(wanted: ResultsWanted, *, cursor: str | None, size: int) -> KeysetPage[Publication]:
    """One page of what everybody may read, the last published first."""
    rows = Publication.objects.public().filter(wanted.q).select_related(*PUBLIC_RELATED)
    return keyset_page(rows, ("-published_at", "-id"), cursor, size)


def public_units() -> list[Unit]:
    """The streets and communities that the public's list can be narrowed to, in the order of the tree."""
    units = Unit.objects.open().filter(kind__in=("street", "community"))
    return list(units.only("code", "name", "kind", "level").order_by("tree_id", "lft"))


def public_branches() -> list[Category]:
    """The branches of the catalogue."""
    return list(Category.objects.filter(level=2, active=True).order_by("scheme", "kind", "code"))
