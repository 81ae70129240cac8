"""A filed log is to be read in time: its desk is reminded once a day, and nobody gets a card for it."""

from datetime import timedelta

from apps.core import clock, outbox
from apps.core.waiting import waiting_for
from apps.deadlines.models import LadderStep, Limit
from apps.deadlines.sweep import sweep
from apps.inspections import services
from apps.notices.models import Notice
from tests.factories.deadlines import shanghai
from tests.factories.inspections import make_log
from tests.inspections.conftest import DAY, NOON


def test_the_time_runs_from_filing_to_reading(house):
    log = make_log(house.worker, DAY, NOON)
    limit = Limit.objects.select_related("holder", "head").get(subject_kind="daily_log", subject_id=log.pk)
    assert (limit.stage, limit.holder.unit, limit.head.unit) == (
        "log_review",
        house.tree.community(0, 0),
        house.tree.street(0),
    )
    assert (limit.started_at, limit.due_at) == (NOON, shanghai("2026-11-24 12:00"))
    services.review_log(actor=house.station, client_id=log.client_id, rating=2, comment="", at=NOON)
    limit.refresh_from_db()
    assert (limit.state, limit.outcome) == ("ended", "done")


def test_many_logs_unread_are_one_reminder_and_no_card(house):
    for worker in (house.worker, house.mate):
        make_log(worker, DAY, NOON)
    at = NOON + timedelta(days=14)
    with clock.frozen(at):
        sweep(at=at)
        outbox.drain()
    assert list(LadderStep.objects.values_list("kind", flat=True)) == ["remind", "remind"]
    notices = Notice.objects.filter(kind__startswith="deadline.")
    assert list(notices.values_list("recipient__username", "url")) == [("station", "/inspections/logs/")]


def test_at_home_they_are_one_thing_to_do(house):
    for worker in (house.worker, house.mate):
        make_log(worker, DAY, NOON)

    def waits(person):
        with clock.frozen(NOON):
            return [(str(item.place), item.due_at) for item in waiting_for(person) if item.url == "/inspections/logs/"]

    assert waits(house.station) == [("2 份", shanghai("2026-11-24 12:00"))]
    assert waits(house.grid_leader) == [("1 份", shanghai("2026-11-24 12:00"))]
    assert waits(house.leader) == waits(house.station_b) == []
