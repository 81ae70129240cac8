"""Sending once, reading once, and what the database refuses."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from apps.core.errors import NotVisible
from apps.notices import selectors, services, texts
from apps.notices.models import Notice
from tests.factories.accounts import make_user
from tests.factories.notices import SENT, make_notice

pytestmark = pytest.mark.django_db
LATER = SENT + timedelta(hours=1)


def test_each_recipient_gets_one_notice_per_occasion():
    people = [make_user() for _ in range(3)]
    for recipients in (people[:2], people):
        services.notify([user.pk for user in recipients], kind="test", title="通知", dedupe_key="occasion", at=SENT)
    assert sorted(Notice.objects.values_list("recipient", flat=True)) == sorted(user.pk for user in people)


def test_many_notices_are_one_insert(django_assert_num_queries):
    users = frozenset(make_user().pk for _ in range(5))
    drafts = [services.Draft(users, "test", "通知", f"occasion {number}") for number in range(20)]
    with django_assert_num_queries(1):
        services.send(drafts, at=SENT)
    assert Notice.objects.count() == 100


def test_sending_to_nobody_does_nothing():
    services.notify([], kind="test", title="通知", dedupe_key="occasion", at=SENT)
    assert Notice.objects.count() == 0


def test_reading_twice_keeps_the_first_moment():
    user = make_user()
    notice = make_notice(user)
    assert services.mark_read(user=user, notice_id=notice.pk, at=LATER) == 1
    assert services.mark_read(user=user, notice_id=notice.pk, at=LATER + timedelta(hours=1)) == 0
    services.open_notice(user=user, notice_id=notice.pk, at=LATER + timedelta(hours=2))
    notice.refresh_from_db()
    assert notice.read_at == LATER


def test_marking_all_read_leaves_other_people_alone():
    mine, other = make_user(), make_user()
    for user in (mine, mine, other):
        make_notice(user)
    assert services.mark_read(user=mine, at=LATER) == 2
    assert (selectors.unread_count(mine), selectors.unread_count(other)) == (0, 1)


@pytest.mark.parametrize("act", [services.mark_read, services.open_notice])
def test_another_persons_notice_does_not_exist(act):
    notice = make_notice(make_user())
    with pytest.raises(NotVisible):
        act(user=make_user(), notice_id=notice.pk, at=LATER)
    notice.refresh_from_db()
    assert notice.read_at is None


def test_the_bells_mark_changes_with_every_change_of_the_count():
    user = make_user()
    marks = [selectors.inbox_mark(user)]
    first = make_notice(user)
    marks.append(selectors.inbox_mark(user))
    make_notice(user)
    marks.append(selectors.inbox_mark(user))
    services.mark_read(user=user, notice_id=first.pk, at=LATER)
    marks.append(selectors.inbox_mark(user))
    assert len(set(marks)) == 4


def test_parameters_are_put_into_the_readers_language():
    params = {"what": texts.text("黄牌"), "due": texts.moment(SENT), "number": 3}
    message = "%(what)s %(due)s %(number)s"
    with translation.override("zh-hans"):
        assert texts.render(message, params, at=LATER) == "黄牌 11-21 周六 09:00 3"
    with translation.override("en"):
        assert texts.render(message, params, at=LATER) == "Yellow card Sat 21 Nov 09:00 3"
    assert texts.render("", params, at=LATER) == ""


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("notices_notice_read_after_sent", {"read_at": SENT - timedelta(seconds=1)}),
        ("notices_notice_title_given", {"title": ""}),
        ("notices_notice_dedupe_key_given", {"dedupe_key": ""}),
        ("notices_notice_url_is_local", {"url": "https://elsewhere.example/"}),
        ("notices_notice_url_is_local", {"url": "//elsewhere.example/"}),
    ],
)
def test_each_constraint_holds(name, change):
    notice = make_notice(make_user())
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(**change)


def test_an_occasion_is_unique_per_person():
    notice = make_notice(make_user())
    notice.pk = None
    with pytest.raises(IntegrityError, match="notices_notice_once"), transaction.atomic():
        notice.save()
