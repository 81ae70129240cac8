"""Filing the day's log: once, in time or marked late, with every wrong value named."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from apps.inspections import services
from apps.inspections.errors import LogExists, LogMismatch, LogSealed
from apps.inspections.models import DailyLog, LogEntry
from tests.factories.inspections import entry, make_log
from tests.inspections.conftest import DAY, NOON

MIDNIGHT = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)


def test_a_filed_log_keeps_its_entries_in_order_and_its_place(house):
    entries = [entry("井盖缺失", "urban"), entry("邻里纠纷已调解", "security")]
    log = make_log(house.worker, DAY, NOON, *entries, phone_at=NOON)

    grid = house.tree.grid(0, 0, 0)
    assert (log.state, log.filed_at, log.phone_at, log.late) == ("filed", NOON, NOON, False)
    assert log.place == {
        "district_id": house.tree.district.pk,
        "street_id": house.tree.street(0).pk,
        "community_id": house.tree.community(0, 0).pk,
        "grid_id": grid.pk,
    }
    assert list(log.entries.values_list("sequence", "subject", "text")) == [
        (1, "urban", "井盖缺失"),
        (2, "security", "邻里纠纷已调解"),
    ]


def test_a_station_keeps_its_log_at_the_community(house):
    log = make_log(house.station, DAY, NOON)
    assert (log.community_id, log.grid_id) == (house.tree.community(0, 0).pk, None)


def test_sending_it_again_gives_the_first_result(house):
    client_id, one = uuid.uuid4(), entry()
    first = make_log(house.worker, DAY, NOON, one, client_id=client_id)
    again = make_log(house.worker, DAY, NOON + timedelta(hours=9), one, client_id=client_id)

    assert again.pk == first.pk
    assert again.filed_at == NOON
    assert (DailyLog.objects.count(), LogEntry.objects.count()) == (1, 1)


@pytest.mark.parametrize("change", ["text", "date", "more", "worker"])
def test_the_same_identifier_with_other_content_is_refused(house, change):
    client_id, one = uuid.uuid4(), entry()
    make_log(house.worker, DAY, NOON, one, client_id=client_id)
    worker, day, entries = house.worker, DAY, [one]
    if change == "text":
        entries = [one | {"text": "别的内容"}]
    elif change == "date":
        day = DAY - timedelta(days=1)
    elif change == "more":
        entries = [one, entry()]
    else:
        worker = house.mate
    with pytest.raises(LogMismatch):
        make_log(worker, day, NOON, *entries, client_id=client_id)
    assert (DailyLog.objects.count(), LogEntry.objects.count()) == (1, 1)


def test_a_second_log_of_the_day_is_refused_and_names_the_first(house):
    first = make_log(house.worker, DAY, NOON)
    with pytest.raises(LogExists) as refusal:
        make_log(house.worker, DAY, NOON)
    assert refusal.value.extra == {"client_id": str(first.client_id), "state": "filed"}


@pytest.mark.parametrize(
    ("filed_at", "late"),
    [
        (MIDNIGHT - timedelta(seconds=1), False),
        (MIDNIGHT + timedelta(hours=2), False),
        (MIDNIGHT + timedelta(hours=2, microseconds=1), True),
        (MIDNIGHT + timedelta(days=30), True),
    ],
)
def test_a_late_log_is_marked_and_not_refused(house, filed_at, late):
    assert make_log(house.worker, DAY, filed_at).late is late


def test_tomorrow_cannot_be_filed(house):
    with pytest.raises(InvalidInput) as refusal:
        make_log(house.worker, DAY + timedelta(days=1), NOON)
    assert list(refusal.value.fields) == ["date"]
    assert DailyLog.objects.count() == 0


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"text": "  "}, "entries.1.text"),
        ({"text": None}, "entries.1.text"),
        ({"text": "长" * 1001}, "entries.1.text"),
        ({"text": "a\x00b"}, "entries.1.text"),
        ({"subject": "weather"}, "entries.1.subject"),
        ({"subject": ["urban"]}, "entries.1.subject"),
        ({"client_id": "7"}, "entries.1.client_id"),
        ({"happened_at": "2026-11-20T09:00:00"}, "entries.1.happened_at"),
        ({"happened_at": "2026-11-19T23:59:00+08:00"}, "entries.1.happened_at"),
        ({"happened_at": "nine"}, "entries.1.happened_at"),
    ],
)
def test_every_wrong_value_of_an_entry_is_named(house, wrong, named):
    with pytest.raises(InvalidInput) as refusal:
        make_log(house.worker, DAY, NOON, entry(), entry() | wrong)
    assert list(refusal.value.fields) == [named]
    assert (DailyLog.objects.count(), LogEntry.objects.count()) == (0, 0)


def test_an_entry_that_is_no_object_is_refused(house):
    with pytest.raises(InvalidInput) as refusal:
        services.file_log(actor=house.worker, client_id=uuid.uuid4(), date=DAY, entries=["text"], at=NOON)
    assert set(refusal.value.fields) == {"entries.0.client_id", "entries.0.subject", "entries.0.text"}


def test_one_entry_cannot_come_twice_in_one_log(house):
    one = entry()
    with pytest.raises(InvalidInput) as refusal:
        make_log(house.worker, DAY, NOON, one, one)
    assert list(refusal.value.fields) == ["entries.1.client_id"]


def test_who_keeps_no_log_cannot_file_one(house):
    with pytest.raises(NotAllowed):
        make_log(house.clerk, DAY, NOON)


def test_a_log_for_a_unit_of_others_is_refused(house):
    with pytest.raises(NotAllowed):
        make_log(house.worker, DAY, NOON, unit=house.tree.grid(1, 0, 0))


def note(house, text="路灯不亮", at=NOON, client_id=None):
    return services.add_entry(
        actor=house.worker, client_id=client_id or uuid.uuid4(), date=DAY, subject="urban", text=text, at=at
    )


def test_the_first_entry_begins_a_draft_that_filing_completes(house):
    first, client_id = note(house, "路灯不亮"), uuid.uuid4()
    log = make_log(house.worker, DAY, NOON, entry("垃圾堆放"), client_id=client_id)
    assert (log.pk, log.client_id, log.state) == (first.log_id, client_id, "filed")
    assert list(log.entries.values_list("sequence", "text")) == [(1, "路灯不亮"), (2, "垃圾堆放")]


def test_an_entry_sent_twice_is_one_entry(house):
    client_id = uuid.uuid4()
    assert note(house, client_id=client_id) == note(house, client_id=client_id)
    with pytest.raises(LogMismatch):
        note(house, "别的", client_id=client_id)
    assert LogEntry.objects.count() == 1


def test_a_wrong_entry_is_named_without_a_place(house):
    with pytest.raises(InvalidInput) as refusal:
        note(house, "")
    assert list(refusal.value.fields) == ["text"]
    assert DailyLog.objects.count() == 0


def test_an_entry_of_a_draft_can_be_taken_back_once(house):
    kept = note(house)
    services.remove_entry(actor=house.worker, client_id=kept.client_id, at=NOON)
    services.remove_entry(actor=house.worker, client_id=kept.client_id, at=NOON)
    assert LogEntry.objects.count() == 0


def test_an_entry_of_others_cannot_be_taken_back(house):
    kept = note(house)
    with pytest.raises(NotVisible):
        services.remove_entry(actor=house.mate, client_id=kept.client_id, at=NOON)


def test_an_entry_of_a_filed_log_stays(house):
    kept = note(house)
    make_log(house.worker, DAY, NOON)
    with pytest.raises(WrongState):
        services.remove_entry(actor=house.worker, client_id=kept.client_id, at=NOON)


def test_a_filed_log_takes_entries_for_seven_days(house):
    make_log(house.worker, DAY, NOON)
    added = note(house, "补记", at=NOON + timedelta(days=7))
    assert added.sequence == 1
    with pytest.raises(LogSealed):
        note(house, "太晚", at=NOON + timedelta(days=7, seconds=1))
    assert note(house, "补记", at=NOON + timedelta(days=9), client_id=added.client_id) == added


def test_a_reviewed_log_is_sealed_at_once(house):
    log = make_log(house.worker, DAY, NOON)
    services.review_log(actor=house.station, client_id=log.client_id, rating=3, comment="", at=NOON)
    with pytest.raises(LogSealed):
        note(house)


def test_a_phone_whose_clock_is_wrong_is_noticed(house):
    right = make_log(house.worker, DAY, NOON, phone_at=NOON - timedelta(minutes=10))
    wrong = make_log(house.mate, DAY, NOON, phone_at=NOON - timedelta(minutes=11))
    assert (right.clock_is_off, wrong.clock_is_off) == (False, True)
