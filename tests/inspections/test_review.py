"""Reviewing a log: by those above, once, never one's own."""

import uuid

import pytest

from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from apps.inspections import services
from apps.inspections.models import DailyLog
from tests.factories.inspections import make_log
from tests.inspections.conftest import DAY, NOON


@pytest.fixture
def log(house):
    return make_log(house.worker, DAY, NOON)


def review(actor, log, rating=2, comment="  写得清楚 "):
    return services.review_log(actor=actor, client_id=log.client_id, rating=rating, comment=comment, at=NOON)


@pytest.mark.parametrize("who", ["grid_leader", "station", "leader"])
def test_those_above_review(house, log, who):
    actor = getattr(house, who)
    done = review(actor, log)
    assert (done.state, done.reviewed_by, done.reviewed_at, done.rating, done.comment) == (
        "reviewed",
        actor,
        NOON,
        2,
        "写得清楚",
    )


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("worker", NotAllowed),
        ("street", NotAllowed),
        ("mate", NotVisible),
        ("clerk", NotVisible),
        ("worker_b", NotVisible),
        ("station_b", NotVisible),
    ],
)
def test_others_do_not(house, log, who, refusal):
    with pytest.raises(refusal):
        review(getattr(house, who), log)
    assert DailyLog.objects.get().state == "filed"


def test_nobody_reviews_his_own(house):
    own = make_log(house.grid_leader, DAY, NOON)
    with pytest.raises(NotAllowed):
        review(house.grid_leader, own)


def test_a_log_is_reviewed_once(house, log):
    review(house.station, log)
    with pytest.raises(WrongState) as refusal:
        review(house.leader, log)
    assert refusal.value.extra == {"state": "reviewed"}


def test_a_draft_is_not_there_for_a_reviewer(house):
    draft = services.add_entry(
        actor=house.worker, client_id=uuid.uuid4(), date=DAY, subject="urban", text="草稿", at=NOON
    ).log
    with pytest.raises(NotVisible):
        review(house.station, draft)


@pytest.mark.parametrize(
    ("rating", "comment", "named"),
    [(None, "", "rating"), (0, "", "rating"), (4, "", "rating"), (3, "字" * 501, "comment")],
)
def test_a_wrong_review_is_named(house, log, rating, comment, named):
    with pytest.raises(InvalidInput) as refusal:
        review(house.station, log, rating, comment)
    assert list(refusal.value.fields) == [named]
