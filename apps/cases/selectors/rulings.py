"""Reading the tasks to rule on a duty."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from apps.cases.choices import RULING_SUBJECT
from apps.cases.models import DutyRuling
from apps.cases.selectors.catalogue_pages import RuleLine, rule_lines
from apps.cases.selectors.limits import give_limits
from apps.cases.selectors.routing import rules_about, targets_at
from apps.core.errors import NotVisible
from apps.core.keyset import KeysetPage, keyset_page
from apps.grid.models import UnitKind
from apps.grid.permissions import Permission
from apps.grid.scopes import scopes_of
from apps.organisation.models import Agency

if TYPE_CHECKING:
    from apps.accounts.models import User

RELATED = ("category__parent", "case", "agency", "district", "opened_by", "ruled_by", "rule__category", "rule__unit")


@dataclass(frozen=True)
class RulingPage:
    """A task with the rules that hold for its category and whom a ruling can name."""

    ruling: DutyRuling
    rules: list[RuleLine]
    agencies: list[Agency]


def rules_on_duties(user: "User") -> bool:
    """Whether the user sits at the desk of a district, which rules."""
    return any(scope.kind == UnitKind.DISTRICT for scope in scopes_of(user, Permission.CASE_DISPATCH))


def ruling_page(user: "User", *, cursor: str | None, size: int) -> KeysetPage[DutyRuling]:
    """The tasks of the districts at whose desk ``user`` sits, the newest first."""
    rows = DutyRuling.objects.visible_to(user).select_related(*RELATED)
    page = keyset_page(rows, ["-opened_at", "-id"], cursor, size)
    give_limits(RULING_SUBJECT, page.rows)
    return page


def waiting_rulings(user: "User", most: int = 50) -> list[DutyRuling]:
    """Those that wait, the oldest first. Two queries, one where none waits."""
    found = DutyRuling.objects.visible_to(user).filter(ruled_at=None).select_related("category", "agency")
    waiting = list(found.order_by("opened_at", "id")[:most])
    give_limits(RULING_SUBJECT, waiting)
    return waiting


def ruling_seen_by(user: "User", ruling_id: int, *, on: date) -> RulingPage:
    """One task. Raises ``NotVisible``."""
    ruling = DutyRuling.objects.visible_to(user).select_related(*RELATED).filter(pk=ruling_id).first()
    if ruling is None:
        raise NotVisible
    give_limits(RULING_SUBJECT, [ruling])
    rules = rules_about(ruling.category, on=on).select_related("category", "unit", "created_by", "ended_by")
    return RulingPage(ruling, rule_lines(rules.order_by("-category__level", "pk"), on=on), targets_at(ruling.district))
