"""What the form of an action needs: whether it may be taken now, on which version, and its choices."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.cases.models import Case, CaseEvent
from apps.cases.selectors.detail import case_seen_by
from apps.cases.selectors.neighbours import neighbours_of
from apps.cases.selectors.suggestion import suggest
from apps.cases.selectors.timeline import Entry, timeline_of
from apps.cases.standing import standing_of
from apps.cases.workflow import LEG_ACTIONS, Action, Transition, rows_of
from apps.core.errors import NotAllowed, NotVisible
from apps.organisation.models import Agency, AgencyKind
from apps.organisation.selectors import dispatch_targets

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass
class Acting:
    """An action on a case by one person; ``row`` is none where it may not be taken now."""

    case: Case
    action: Action
    row: Transition | None
    version: int
    targets: list[Agency] = field(default_factory=list)
    suggested: Agency | None = None
    into: str = ""

    @property
    def any_row(self) -> Transition:
        """The row, or one of the action's: a form that was typed is shown again even if it is too late for it."""
        return self.row or rows_of(self.action)[0]

    @property
    def version_of_case(self) -> bool:
        """Whether ``version`` is the case's and not that of the person's own leg."""
        return self.action not in LEG_ACTIONS


def acting_on(user: "User", number: str, action: str, *, at: datetime) -> Acting:
    """Raises ``NotVisible`` for a case out of scope and for an action that does not exist, ``NotAllowed`` for those
    who never may take it."""
    seen = case_seen_by(user, number)
    case = seen.case
    if action not in set(Action):
        raise NotVisible
    chosen = Action(action)
    standing = standing_of(case, seen.legs, user)
    if not any((row.by, row.needs) in standing.capacities for row in rows_of(chosen)):
        raise NotAllowed
    row = next((row for row in seen.actions if row.action is chosen), None)
    version = seen.my_leg.version if chosen in LEG_ACTIONS and seen.my_leg else case.version
    acting = Acting(case, chosen, row, version)
    if chosen is Action.DISPATCH:
        _fill_targets(acting, at)
    if chosen is Action.MERGE:
        near, _times = neighbours_of(user, case)
        acting.into = next((one.case.number for one in near if one.case.open), "")
    return acting


def _fill_targets(acting: Acting, at: datetime) -> None:
    """Everybody the desk may give the case to, the suggested one first."""
    case = acting.case
    here = Q(pk__in=[])
    for kind in ("district", "street", "community"):
        unit_id = case.place[f"{kind}_id"]
        if unit_id:
            here |= Q(unit_id=unit_id)
    targets = dispatch_targets(case.desk).filter(~Q(kind=AgencyKind.CENTRE) | here)
    suggestion = suggest(case, at=at)
    acting.suggested = suggestion.agency if suggestion else None
    chosen = acting.suggested.pk if acting.suggested else None
    acting.targets = sorted(targets.order_by("kind", "id"), key=lambda agency: agency.pk != chosen)


def entries_since(case: Case, version: int | None, *, at: datetime) -> Sequence[Entry]:
    """What happened to a case since it was read at ``version``; the last event where that is not known."""
    events = CaseEvent.objects.filter(case=case).select_related("actor", "leg__agency").order_by("-sequence")
    changed = max(case.version - version, 1) if version is not None else 1
    return timeline_of(list(events[:changed])[::-1], [], at=at)
