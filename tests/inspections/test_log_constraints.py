"""What must be true of every row is held by the database: each rule is broken once by hand."""

import uuid

import pytest
from django.db import IntegrityError, transaction

from apps.inspections.models import DailyLog, LogEntry
from tests.factories.inspections import entry, make_log
from tests.inspections.conftest import DAY, NOON


def broken(name, act):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        act()


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"street_id": None}, "inspections_dailylog_path_without_hole"),
        ({"state": "lost"}, "inspections_dailylog_state_known"),
        ({"filed_at": None}, "inspections_dailylog_filed_when_not_draft"),
        ({"content_mark": None}, "inspections_dailylog_filed_when_not_draft"),
        ({"state": "draft"}, "inspections_dailylog_filed_when_not_draft"),
        ({"state": "reviewed"}, "inspections_dailylog_review_complete"),
        ({"rating": 3}, "inspections_dailylog_review_complete"),
        ({"comment": "好"}, "inspections_dailylog_review_complete"),
    ],
)
def test_a_log_that_contradicts_itself_is_refused(house, changes, name):
    log = make_log(house.worker, DAY, NOON)
    broken(name, lambda: DailyLog.objects.filter(pk=log.pk).update(**changes))


def test_a_review_by_oneself_and_an_unknown_rating_are_refused(house):
    log = make_log(house.worker, DAY, NOON)
    rows = DailyLog.objects.filter(pk=log.pk)
    reviewed = {"state": "reviewed", "reviewed_at": NOON, "rating": 3}
    broken("inspections_dailylog_not_own_reviewer", lambda: rows.update(**reviewed, reviewed_by=house.worker))
    broken(
        "inspections_dailylog_rating_known", lambda: rows.update(**reviewed | {"rating": 4}, reviewed_by=house.station)
    )


def test_one_log_per_person_and_day_and_one_per_identifier(house):
    first = make_log(house.worker, DAY, NOON)
    copy = {"district_id": first.district_id, "worker": house.worker, "date": DAY, "opened_at": NOON}
    broken("inspections_dailylog_one_per_day", lambda: DailyLog.objects.create(client_id=uuid.uuid4(), **copy))
    copy |= {"worker": house.mate, "client_id": first.client_id}
    broken("client_id", lambda: DailyLog.objects.create(**copy))


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"text": " \n"}, "inspections_logentry_text_given"),
        ({"subject": "weather"}, "inspections_logentry_subject_known"),
        ({"sequence": 2}, "inspections_logentry_log_sequence"),
    ],
)
def test_an_entry_that_contradicts_itself_is_refused(house, changes, name):
    log = make_log(house.worker, DAY, NOON, entry("一"), entry("二"))
    broken(name, lambda: LogEntry.objects.filter(log=log, sequence=1).update(**changes))
