"""What the pieces of files are told from, read for many cases at once."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Max

from apps.cases.actions import Action
from apps.cases.choices import CASE_TARGET
from apps.cases.filing import NEEDED, TELLING, Known, Line, Mark, Piece, lines_of
from apps.cases.models import Case, CaseEvent, CaseReporter
from apps.core.models import Attachment

# The acts that leave a piece in the file.
LEAVING = sorted(
    {
        Piece.REPORT.value,
        Piece.REFUSAL.value,
        Piece.MERGING.value,
        Action.REGISTER.value,
        Action.DISPATCH.value,
        Action.HAND_OVER.value,
        Action.DECIDE_PENALTY.value,
        Action.CONCLUDE_MEDIATION.value,
        Action.FEEDBACK.value,
        Action.SETTLE.value,
        Action.SETTLE_AT_ONCE.value,
        Action.VERIFY.value,
        Action.SUPERVISE.value,
        Action.REPLY.value,
        Action.CLOSE.value,
        Action.PUBLISH.value,
        *TELLING,
    }
)


def files_of(cases: Iterable[Case]) -> dict[int, list[Line]]:
    """The register of each finished case's file, by the case's key. The cases have their categories loaded; three
    queries, however many there are."""
    found = {case.pk: case for case in cases}
    events = _events(list(found))
    photos = _photos(list(found))
    callbacks: dict[int, set[str]] = {}
    for case_id, callback in CaseReporter.objects.filter(case__in=found).values_list("case_id", "callback"):
        callbacks.setdefault(case_id, set()).add(callback)
    return {
        pk: lines_of(
            Known(
                state=case.state,
                closed_at=case.closed_at or case.reported_at,
                settled_kind=case.settled_kind,
                evidence=case.category.evidence,
                publicity=case.publicity,
                mediations=case.mediations_made,
                enforcements=case.enforcements_made,
                staff=case.reporter_id is not None,  # type: ignore[attr-defined]
                events=events.get(pk, {}),
                photos=photos.get(pk, {}),
                callbacks=frozenset(callbacks.get(pk, ())),
            )
        )
        for pk, case in found.items()
    }


def _events(ids: list[int]) -> dict[int, dict[str, Mark]]:
    """The last event of each act that leaves a piece."""
    rows = CaseEvent.objects.filter(case__in=ids, action__in=LEAVING).order_by("case_id", "sequence")
    found: dict[int, dict[str, Mark]] = {}
    for case_id, action, at, name in rows.values_list("case_id", "action", "at", "actor__name"):
        found.setdefault(case_id, {})[action] = Mark(at, name or "")
    return found


def _photos(ids: list[int]) -> dict[int, dict[str, Mark]]:
    purposes = [piece.value for piece in NEEDED]
    rows: Any = Attachment.objects.filter(target_kind=CASE_TARGET, target_id__in=ids, purpose__in=purposes)
    counted = rows.order_by().values_list("target_id", "purpose").annotate(Count("pk"), Max("uploaded_at"))
    found: dict[int, dict[str, Mark]] = {}
    for case_id, purpose, count, last in counted:
        moment: datetime = last
        found.setdefault(case_id, {})[purpose] = Mark(moment, "", count)
    return found
