"""A case follows its limit when the calendar moves it, and only while it still shows the old end."""

from datetime import timedelta

import pytest

from apps.cases.announce import follow_moved_limits
from apps.cases.models import Case, Leg
from apps.core import outbox
from apps.deadlines import changing
from apps.deadlines.announcements import LimitMoved
from apps.deadlines.edits import Day, Rules
from apps.deadlines.models import Limit
from apps.deadlines.recomputation import recompute
from tests.factories.cases import make_world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def case():
    world = make_world()
    case = world.dispatched()
    return Case.objects.get(pk=case.pk)


def lead(case):
    return Leg.objects.get(case=case, role="lead", ended_at__isnull=True)


def moved(leg, *, old, due):
    return LimitMoved(1, "case_leg", leg.pk, leg.stage, old, due)


def dues(case):
    case = Case.objects.get(pk=case.pk)
    return case.due_at, case.handling_due_at, lead(case).due_at


def test_leg_case_and_handling_end_follow_the_recomputation(case):
    limit = Limit.objects.get(subject_kind="case_leg", subject_id=lead(case).pk, ended_at__isnull=True)
    day = limit.due_at.date()
    edit = changing.plan_edit(None, Rules({day: Day(False, "停电")}))
    at = limit.started_at + timedelta(minutes=1)
    recompute(changing.write_change(edit, actor=None, because="停电", at=at), now=lambda: at)
    outbox.drain()
    new = Limit.objects.get(pk=limit.pk).due_at
    assert new > limit.due_at
    assert dues(case) == (new, new, new)


def test_what_shows_another_end_by_then_stays(case):
    leg = lead(case)
    before = dues(case)
    follow_moved_limits([moved(leg, old=leg.due_at - DAY, due=leg.due_at + DAY)])
    assert dues(case) == before
    follow_moved_limits([moved(leg, old=leg.due_at, due=leg.due_at + DAY)])
    after = (leg.due_at + DAY,) * 3
    assert dues(case) == after
    follow_moved_limits([moved(leg, old=leg.due_at, due=leg.due_at + 2 * DAY)])
    assert dues(case) == after


def test_a_leg_that_ended_meanwhile_is_late_or_in_time_by_the_new_end(case):
    leg = lead(case)
    Leg.objects.filter(pk=leg.pk).update(state="ended", ended_at=leg.due_at + timedelta(hours=1), in_time=False)
    follow_moved_limits([moved(leg, old=leg.due_at, due=leg.due_at + DAY)])
    ended = Leg.objects.get(pk=leg.pk)
    assert (ended.in_time, ended.due_at) == (True, leg.due_at + DAY)
