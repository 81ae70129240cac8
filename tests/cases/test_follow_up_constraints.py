"""What the database itself keeps of follow-ups and of the calls made for them."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.cases.models import CaseReporter, FollowUp, FollowUpAttempt
from tests.cases.test_follow_ups import placed
from tests.factories.cases import World


def broken(name: str, **columns: Any) -> None:
    """The database refuses a follow-up with these columns, by the constraint of that name."""
    row = FollowUp.objects.get()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        FollowUp.objects.filter(pk=row.pk).update(**columns)


def test_the_database_keeps_follow_ups_whole(world: World) -> None:
    case = placed(world)
    row, worker, station = FollowUp.objects.get(), world.people["worker"], world.people["station"]
    ended = {"ended_at": world.at, "attempts_made": 1}
    answers = {"contacted": True, "solved": True, "satisfied": True}
    reached = {"state": "reached", "reached_by": station, **ended, **answers}
    broken("cases_followup_answered_whole", state="lapsed")
    broken("cases_followup_answered_whole", ended_at=world.at)
    broken("cases_followup_answered_whole", state="unreached", ended_at=world.at)
    broken("cases_followup_answered_whole", **(reached | {"satisfied": None}))
    broken("cases_followup_answered_whole", state="unreached", **ended, solved=True)
    broken("cases_followup_by_somebody_else", **(reached | {"reached_by": worker}))
    broken("cases_followup_rejected_unsolved", **reached, rejected=True)
    broken("cases_followup_discontent_told", **(reached | {"satisfied": False}))
    broken("cases_followup_drawn_in_a_draw", why="drawn")
    broken("cases_followup_due_after_closing", due_at=row.closed_at)
    again = {
        "case": case,
        "reporter": CaseReporter.objects.get(),
        "why": "asked",
        "desk": row.desk,
        "agency": row.agency,
        "due_at": row.due_at,
        "call_on": row.call_on,
        **row.place,
    }
    with pytest.raises(IntegrityError, match="cases_followup_once_a_closing"), transaction.atomic():
        FollowUp.objects.create(**again, closed_at=row.closed_at, state="lapsed", ended_at=world.at)
    with pytest.raises(IntegrityError, match="cases_followup_one_waiting"), transaction.atomic():
        FollowUp.objects.create(**again, closed_at=row.closed_at - timedelta(days=1))


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("cases_followupattempt_by_somebody_else", {"called_by": "worker"}),
        ("cases_followupattempt_outcome_known", {"outcome": "busy"}),
        ("cases_followupattempt_number", {"number": 1}),
        ("cases_followupattempt_ends_once", {"outcome": "refused"}),
    ],
)
def test_the_database_keeps_calls_whole(world: World, name: str, columns: dict[str, Any]) -> None:
    placed(world)
    row = FollowUp.objects.get()
    at: datetime = world.at
    facts = {"follow_up": row, "handled_by": row.handled_by, "called_at": at, "called_on": at.date()}
    facts |= {"called_by": world.people["station"], "outcome": "reached"}
    FollowUpAttempt.objects.create(**facts, number=1)
    wrong = facts | {"number": 2, "outcome": "no_answer"} | columns
    if columns.get("called_by"):
        wrong["called_by"] = world.people[columns["called_by"]]
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        FollowUpAttempt.objects.create(**wrong)
