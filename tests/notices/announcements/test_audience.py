"""Whom an announcement reaches: fixed at publication, those who join later added, nobody reached twice."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.core import outbox
from apps.core.errors import InvalidInput
from apps.core.models import OutboxMessage
from apps.grid.permissions import ROLES, Permission, Role
from apps.notices.announcements import services
from apps.notices.announcements.audience import preview_audience
from apps.notices.announcements.models import Receipt
from apps.notices.models import Notice
from apps.organisation.models import PostKind, RoleGrant, Staffing
from apps.organisation.services import end_grant
from tests.factories.accounts import make_user
from tests.factories.announcements import make_announcement, make_draft
from tests.factories.cases import World, now_is
from tests.factories.grid import grant

STREET = {"worker", "mate", "grid_leader", "station", "station_next", "clerk"}


def reached(announcement) -> set[str]:
    return set(Receipt.objects.filter(announcement=announcement).values_list("user__username", flat=True))


def to_street(world: World, **content):
    return make_announcement(world["street"], world.unit("street 0"), at=world.tick(), **content)


def test_who_may_announce():
    assert {role for role in Role if Permission.ANNOUNCE in ROLES[role].permissions} == {
        Role.STATION, Role.STREET_DISPATCHER, Role.DISTRICT_DISPATCHER, Role.LEADER, Role.UNIT_ADMIN,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        ({}, STREET),
        ({"roles": ("worker",)}, {"worker", "mate"}),
        ({"roles": ("worker", "station")}, {"worker", "mate", "station", "station_next"}),
        ({"posts": ("building_head",)}, {"helper_post"}),
        ({"roles": ("worker",), "posts": ("building_head",)}, {"worker", "mate", "helper_post"}),
        ({"agencies": True}, STREET | {"agency", "assistant"}),
        ({"roles": ("worker",), "agencies": True}, {"worker", "mate", "agency", "assistant"}),
    ],
)
def test_roles_posts_and_agencies_choose_the_audience_and_the_preview_says_so(world: World, audience, expected):
    kind = PostKind.objects.create(code="building_head", name="楼组长", name_en="Building head", unit_kind="grid")
    person = make_user("helper_post")
    Staffing.objects.create(user=person, unit=world.unit("grid 0 0 0"), post=kind, valid_from=date(2024, 1, 1))
    expected = expected | {"helper_post"} if "roles" not in audience and "posts" not in audience else expected
    announcement = to_street(world, **audience)
    assert reached(announcement) == expected
    assert announcement.recipients == len(expected)
    wish = {"roles": (), "posts": (), "agencies": False} | audience
    preview = preview_audience(unit=world.unit("street 0"), author_id=world["street"].pk, on=world.at.date(), **wish)
    assert preview.total == len(expected)
    assert preview.handlers == len({"agency", "assistant"} & expected)
    assert sum(preview.by_kind.values()) == preview.total


def test_ended_and_future_roles_and_closed_accounts_are_not_reached(world: World):
    User.objects.filter(username="mate").update(is_active=False)
    day = world.at.date()
    grant(make_user("gone"), "worker", world.unit("grid 0 0 0"), valid_to=day - timedelta(days=1))
    grant(make_user("coming"), "worker", world.unit("grid 0 0 0"), valid_from=day + timedelta(days=1))
    assert reached(to_street(world)) == STREET - {"mate"}


def test_somebody_with_several_roles_gets_one_receipt_at_the_lowest_unit(world: World):
    grant(world["station"], "worker", world.unit("grid 0 0 1"))
    announcement = to_street(world)
    receipt = Receipt.objects.get(announcement=announcement, user=world["station"])
    grid = world.unit("grid 0 0 1")
    assert receipt.place == {
        "district_id": world.unit("district").pk,
        "street_id": world.unit("street 0").pk,
        "community_id": grid.parent_id,
        "grid_id": grid.pk,
    }


def test_every_level_of_a_receipt_lies_on_the_path_of_its_unit(world: World):
    announcement = make_announcement(world["district"], world.unit("district"), at=world.tick(), agencies=True)
    for receipt in Receipt.objects.filter(announcement=announcement).select_related("grid", "community", "street"):
        chain = [receipt.grid, receipt.community, receipt.street, receipt.district]
        chain = [unit for unit in chain if unit is not None]
        assert [unit.parent_id for unit in chain] == [unit.pk for unit in chain[1:]] + [None]


def test_who_leaves_keeps_it_and_who_joins_gets_it_with_a_notice_once(world: World):
    announcement = to_street(world, valid_until=world.at.date() + timedelta(days=3))
    held = RoleGrant.objects.get(user=world["mate"])
    end_grant(actor=None, grant=held, last_day=world.at.date(), because="调离", at=world.tick())
    newcomer = make_user("newcomer")
    grant(newcomer, "worker", world.unit("grid 0 0 1"))
    world.tick(days=1)
    assert services.enrol_newcomers(at=world.at) == 1
    assert services.enrol_newcomers(at=world.tick()) == 0
    assert reached(announcement) == STREET | {"newcomer"}
    assert Receipt.objects.get(user=newcomer).joined
    assert list(Notice.objects.filter(recipient=newcomer).values_list("url", flat=True)) == [
        f"/announcements/{announcement.pk}/"
    ]


@pytest.mark.parametrize("ending", ["over", "withdrawn", "corrected"])
def test_who_joins_does_not_get_what_no_longer_holds(world: World, ending):
    announcement = to_street(world, valid_until=world.at.date())
    if ending == "withdrawn":
        services.withdraw_announcement(
            actor=world["street"], announcement_id=announcement.pk, because="有误", at=world.tick()
        )
    elif ending == "corrected":
        draft = services.correct_announcement(actor=world["street"], announcement_id=announcement.pk, at=world.tick())
        services.publish_announcement(actor=world["street"], announcement_id=draft.pk, at=world.tick())
    else:
        world.tick(days=1)
    newcomer = make_user("newcomer")
    grant(newcomer, "worker", world.unit("grid 0 0 1"))
    services.enrol_newcomers(at=world.tick())
    assert not Receipt.objects.filter(user=newcomer, announcement=announcement).exists()


def test_an_audience_of_nobody_is_refused_and_stays_a_draft(world: World):
    draft = make_draft(world["street"], world.unit("street 0"), at=world.tick(), roles=("auditor",))
    with pytest.raises(InvalidInput):
        services.publish_announcement(actor=world["street"], announcement_id=draft.pk, at=world.tick())
    draft.refresh_from_db()
    assert (draft.state, Receipt.objects.count()) == ("draft", 0)


def test_each_recipient_gets_one_urgent_notice_through_the_outbox(world: World):
    announcement = to_street(world, urgent=True, confirmation=True)
    assert not Notice.objects.filter(kind=services.PUBLISHED).exists()
    with now_is(world):
        outbox.drain()
        services.deliver(announcement.pk, services.PUBLISHED, at=world.at)
    sent = Notice.objects.filter(kind=services.PUBLISHED)
    assert {notice.recipient.username for notice in sent} == STREET
    assert sent.count() == len(STREET)
    assert {(one.urgent, one.title_text, one.body_text) for one in sent} == {
        (True, "公告：大风预警", f"{world.unit('street 0').name}发布，阅后请确认。")
    }


def test_the_notice_of_one_for_a_later_day_waits_for_that_morning(world: World):
    to_street(world, valid_from=world.at.date() + timedelta(days=2))
    message = OutboxMessage.objects.get(topic=services.TOPIC)
    assert message.available_at.isoformat() == "2026-03-04T00:00:00+00:00"


def test_a_thousand_recipients_cost_as_many_statements_as_one(world: World):
    def statements() -> int:
        draft = make_draft(world["street"], world.unit("street 0"), at=world.tick(), roles=("worker",))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            services.publish_announcement(actor=world["street"], announcement_id=draft.pk, at=world.tick())
            services.deliver(draft.pk, services.PUBLISHED, at=world.at)
        return len(queries)

    few = statements()
    users = User.objects.bulk_create(User(username=f"many{number}", name="多") for number in range(990))
    RoleGrant.objects.bulk_create(
        RoleGrant(
            user=user, role="worker", unit=world.unit("grid 0 0 0"), valid_from=date(2024, 1, 1), granted_at=world.at
        )
        for user in users
    )
    assert statements() == few
    assert Receipt.objects.count() == 2 + 992
