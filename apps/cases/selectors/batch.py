"""What the form of an action on many cases shows: the cases as they stand, and whom they can be given to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.cases.actions import Action
from apps.cases.models import Case
from apps.cases.selectors.queues import desks_of
from apps.cases.selectors.replies import replies_for
from apps.cases.workflow import rows_of
from apps.organisation.models import Agency, AgencyKind

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.cases.models import StandardReply


@dataclass(frozen=True)
class Batch:
    """Marked cases in the order of the marks; ``missing`` numbers are not there for this person."""

    action: Action
    cases: list[Case]
    missing: list[str]
    targets: list[Agency] = field(default_factory=list)
    replies: "list[StandardReply]" = field(default_factory=list)

    @property
    def needs_note(self) -> bool:
        """Whether the action wants words."""
        return all(row.note for row in rows_of(self.action))


def batch_of(user: "User", action: Action, numbers: Sequence[str]) -> Batch:
    """The marked cases that ``user`` sees, with their categories; for a dispatch the agencies of his desks. At most
    five queries."""
    found = {case.number: case for case in Case.objects.visible_to(user).filter(number__in=numbers)}
    desks = desks_of(user)
    targets: list[Agency] = []
    if action is Action.DISPATCH and desks:
        units = [desk.unit_id for desk in desks]  # type: ignore[attr-defined]
        own = Q(unit_id__in=units) & ~Q(kind=AgencyKind.CENTRE)
        below = Q(unit__parent_id__in=units, kind=AgencyKind.CENTRE)
        targets = list(Agency.objects.filter(own | below, is_active=True).select_related("unit").order_by("kind", "id"))
    return Batch(
        action=action,
        cases=[found[number] for number in numbers if number in found],
        missing=[number for number in numbers if number not in found],
        targets=targets,
        replies=replies_for(user, action),
    )
