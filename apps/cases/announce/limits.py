"""What a case hears from its limits: the cards of the ladder, and ends that a change of the calendar moved."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q

from apps.cases.choices import LEG_SUBJECT, ORDER_SUBJECT, WHOLE_SUBJECT, Card, LegRole
from apps.cases.models import Case, Leg, Supervision
from apps.deadlines.announcements import LimitMoved, StepTaken
from apps.deadlines.choices import StepKind
from apps.organisation.models import Agency
from apps.organisation.selectors import supervising_centre


@transaction.atomic
def follow_limits(steps: Sequence[StepTaken]) -> None:
    """Show the cards of the limits on their cases; an escalated limit puts its case under supervision from above.

    A case shows the card of its present leg alone: the whole case's and an order's stand on the page of cards. Who
    supervises changes, and never to a lower level; who handles does not. Each change holds only while the limit is
    still the case's own, so a step told late or twice changes nothing.
    """
    owners = _owners(steps)
    cases = {owner.case_id for step in steps if (owner := owners.get(_subject(step))) and CARDS & set(step.kinds)}
    Case.objects.filter(pk__in=cases, carded=False).update(carded=True)
    supervisors = _Supervisors()
    for step in steps:
        owner = owners.get(_subject(step))
        if owner is None or step.ended:
            continue
        present = Case.objects.filter(owner.present, pk=owner.case_id, open=True)
        if owner.shows_card and step.card == Card.RED:
            present.update(card=Card.RED)
        elif owner.shows_card and step.card == Card.YELLOW:
            present.exclude(card=Card.RED).update(card=Card.YELLOW)
        if owner.supervises and StepKind.ESCALATE in step.kinds:
            supervisor, level = supervisors.above(step.holder_id, step.head_id)
            lower = Q(supervised=False) | Q(supervisor__unit__level__gte=level)
            present.filter(lower if supervisor else Q()).update(supervised=True, supervisor=supervisor)


CARDS = {StepKind.YELLOW, StepKind.RED}


@dataclass(frozen=True, slots=True)
class _Owner:
    """The case a limit belongs to, and the condition under which the limit is still the case's own."""

    case_id: int
    present: Q
    shows_card: bool
    supervises: bool


def _subject(step: StepTaken) -> tuple[str, int]:
    return step.subject_kind, step.subject_id


def _owners(steps: Sequence[StepTaken]) -> dict[tuple[str, int], _Owner]:
    ids: dict[str, set[int]] = {}
    for step in steps:
        ids.setdefault(step.subject_kind, set()).add(step.subject_id)
    ends = {_subject(step): step.due_at for step in steps}
    owners: dict[tuple[str, int], _Owner] = {}
    for leg in Leg.objects.filter(pk__in=ids.get(LEG_SUBJECT, ())):
        key = (LEG_SUBJECT, leg.pk)
        lead = leg.role == LegRole.LEAD
        owners[key] = _Owner(leg.case_id, Q(holder_id=leg.agency_id, due_at=ends[key]), lead, lead)
    for pk in ids.get(WHOLE_SUBJECT, ()):
        owners[WHOLE_SUBJECT, pk] = _Owner(pk, Q(), shows_card=False, supervises=True)
    for order in Supervision.objects.filter(pk__in=ids.get(ORDER_SUBJECT, ())):
        owners[ORDER_SUBJECT, order.pk] = _Owner(order.case_id, Q(), shows_card=False, supervises=False)
    return owners


class _Supervisors:
    """The centre above a holder and how deep it lies, asked once per holder and batch; ``None``: the leaders of the
    district."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int | None], tuple[int | None, int]] = {}

    def above(self, holder_id: int, head_id: int | None) -> tuple[int | None, int]:
        key = (holder_id, head_id)
        if key not in self._known:
            found = Agency.objects.select_related("unit").in_bulk([pk for pk in key if pk is not None])
            centre = supervising_centre(found[holder_id], found.get(head_id or 0))
            self._known[key] = (centre.pk, centre.unit.level) if centre else (None, 0)
        return self._known[key]


FOLLOW = """
WITH moved AS (
    SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS moved(leg, old, due)
), legs AS (
    UPDATE cases_leg AS leg
       SET due_at = moved.due,
           in_time = CASE WHEN leg.in_time IS NULL THEN NULL ELSE leg.ended_at <= moved.due END
      FROM moved
     WHERE leg.id = moved.leg AND leg.due_at = moved.old
)
UPDATE cases_case AS held
   SET due_at = CASE WHEN held.due_at = moved.old THEN moved.due ELSE held.due_at END,
       handling_due_at = CASE WHEN leg.stage = 'handling' AND held.handling_due_at = moved.old THEN moved.due
                              ELSE held.handling_due_at END,
       handled_in_time = CASE WHEN leg.stage = 'handling' AND held.handled_in_time IS NOT NULL
                                   AND held.handling_due_at = moved.old AND held.handled_at = leg.ended_at
                              THEN held.handled_at <= moved.due ELSE held.handled_in_time END
  FROM moved JOIN cases_leg AS leg ON leg.id = moved.leg
 WHERE held.id = leg.case_id AND leg.role = 'lead'
   AND (held.due_at = moved.old OR (leg.stage = 'handling' AND held.handling_due_at = moved.old))
"""


@transaction.atomic
def follow_moved_limits(moved: Sequence[LimitMoved]) -> None:
    """Let legs, their cases and orders show the new ends of their limits, where they still show the old one.

    What ended meanwhile is in time or late by the new end.

    The cases are locked first, as by whoever acts on them, in the order of their ids.
    """
    for order in (limit for limit in moved if limit.subject_kind == ORDER_SUBJECT):
        Supervision.objects.filter(pk=order.subject_id, due_at=order.old_due).update(due_at=order.due_at)
    mine = [limit for limit in moved if limit.subject_kind == LEG_SUBJECT]
    if not mine:
        return
    legs = [limit.subject_id for limit in mine]
    list(Case.objects.filter(legs__in=legs).order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    with connection.cursor() as cursor:
        cursor.execute(FOLLOW, [legs, [limit.old_due for limit in mine], [limit.due_at for limit in mine]])
