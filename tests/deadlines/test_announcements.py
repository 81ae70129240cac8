"""From a ladder step to the callbacks of other rooms and to the inboxes of the right people."""

from datetime import timedelta

import pytest
from django.utils import translation

from apps.core import clock, outbox
from apps.core.models import OutboxMessage
from apps.deadlines import announcements, services
from apps.deadlines.sweep import sweep
from apps.notices.models import Notice
from tests.factories.accounts import make_user
from tests.factories.deadlines import load_rules, make_limit, shanghai
from tests.factories.grid import grant, make_tree

pytestmark = pytest.mark.django_db
MONDAY = shanghai("2026-03-02 09:00")


@pytest.fixture
def tree():
    load_rules()
    return make_tree(boundaries=False)


@pytest.fixture
def people(tree):
    """Somebody at each centre of the first community's chain, and a stranger beside each."""
    staff = {
        "station": (tree.communities[0], "station"),
        "street": (tree.streets[0], "street_dispatcher"),
        "district": (tree.district, "district_dispatcher"),
        "station_b": (tree.communities[2], "station"),
        "street_b": (tree.streets[1], "street_dispatcher"),
    }
    users = {}
    for name, (unit, role) in staff.items():
        users[name] = make_user(name)
        grant(users[name], role, unit)
    return users


@pytest.fixture
def heard(monkeypatch):
    """Every step announced in the test."""
    steps = []
    monkeypatch.setattr(announcements, "_callbacks", [*announcements._callbacks, steps.extend])
    return steps


def sweep_and_deliver(at):
    with clock.frozen(at):
        sweep(at=at)
        outbox.drain()


def told():
    return sorted(Notice.objects.values_list("kind", "recipient__username"))


@pytest.mark.parametrize(
    ("at", "kind", "who"),
    [
        ("2026-03-04 11:00", "remind", ["station"]),
        ("2026-03-04 14:30", "yellow", ["station", "street"]),
        ("2026-03-05 09:00", "red", ["station", "street"]),
        ("2026-03-06 09:00", "escalate", ["station", "street"]),
        ("2026-03-10 09:00", "meeting", ["district", "station", "street"]),
    ],
)
def test_each_step_reaches_exactly_those_it_concerns(tree, people, at, kind, who):
    make_limit(tree.grids[0], at=MONDAY)
    sweep_and_deliver(shanghai(at) - timedelta(minutes=1))
    Notice.objects.all().delete()
    sweep_and_deliver(shanghai(at))
    assert told() == [(f"deadline.{kind}", name) for name in who]


def test_after_an_outage_each_person_gets_one_notice_for_the_gravest(tree, people, heard):
    limit = make_limit(tree.grids[0], at=MONDAY)
    late = shanghai("2026-03-06 10:00")
    sweep_and_deliver(late)
    assert told() == [("deadline.escalate", "station"), ("deadline.escalate", "street")]
    (step,) = heard
    assert step == announcements.StepTaken(
        limit_id=limit.pk,
        subject_kind=limit.subject_kind,
        subject_id=limit.subject_id,
        subject_label=limit.subject_label,
        subject_url=limit.subject_url,
        district_id=tree.district.pk,
        stage="handling",
        step=4,
        kind="escalate",
        kinds=("remind", "yellow", "red", "escalate"),
        card="red",
        holder_id=limit.holder_id,
        head_id=limit.head_id,
        started_at=MONDAY,
        due_at=shanghai("2026-03-05 09:00"),
        done_at=late,
        ended=False,
    )


def test_a_message_delivered_twice_sends_nothing_twice(tree, people):
    make_limit(tree.grids[0], at=MONDAY)
    sweep_and_deliver(shanghai("2026-03-05 09:00"))
    announcements.announce(list(OutboxMessage.objects.all()))
    assert len(told()) == 2


def test_what_was_met_meanwhile_brings_no_late_warning_but_a_card_stays_told(tree, people):
    warned, carded = (make_limit(tree.grids[0], at=MONDAY) for _ in range(2))
    for limit, at in ((warned, "2026-03-04 15:00"), (carded, "2026-03-05 10:00")):
        services.end_limit(
            subject_kind=limit.subject_kind, subject_id=limit.subject_id, stage="handling", at=shanghai(at)
        )
    sweep_and_deliver(shanghai("2026-03-05 11:00"))
    assert told() == [("deadline.red", "station"), ("deadline.red", "street")]


def test_a_limit_of_the_district_has_nobody_above_and_is_still_told(tree, people):
    make_limit(tree.district, at=MONDAY)
    sweep_and_deliver(shanghai("2026-03-10 09:00"))
    assert told() == [("deadline.meeting", "district")]


def test_the_notice_speaks_the_readers_language_and_links_to_the_subject(tree, people):
    limit = make_limit(tree.grids[0], at=MONDAY, subject_label="C0001 路面破损")
    sweep_and_deliver(shanghai("2026-03-05 09:00"))
    notice = Notice.objects.get(recipient=people["station"])
    assert notice.url == limit.subject_url
    with clock.frozen(shanghai("2026-03-05 09:05")):
        with translation.override("zh-hans"):
            assert (notice.title_text, notice.body_text) == (
                "红牌：C0001 路面破损",
                "处置已超期，期限 03-05 周四 09:00。",
            )
        with translation.override("en"):
            assert (notice.title_text, notice.body_text) == (
                "Red card: C0001 路面破损",
                "Handling is overdue since Thu 5 Mar 09:00.",
            )
