"""Draft, published, withdrawn, corrected; read, confirmed, reminded; what the database refuses."""

import io
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from apps.core.attachments import attachments_of, visible_attachment
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from apps.notices.announcements import selectors, services
from apps.notices.announcements.models import Announcement, Receipt
from apps.notices.announcements.services import Content
from apps.notices.announcements.text import blocks_of
from apps.notices.models import Notice
from tests.factories.announcements import make_announcement, make_draft
from tests.factories.cases import World, photo_file


def to_street(world: World, **content) -> Announcement:
    return make_announcement(world["street"], world.unit("street 0"), at=world.tick(), **content)


def read(world: World, who: str, announcement: Announcement):
    return services.read_announcement(user=world[who], announcement_id=announcement.pk, at=world.tick())


def receipt(world: World, who: str) -> Receipt:
    return Receipt.objects.get(user=world[who])


# Who may draft for which unit: 404 outside the scope, 403 without the right.
@pytest.mark.parametrize(
    ("who", "place", "expected"),
    [
        ("district", "district", None),
        ("district", "grid 1 0 0", None),
        ("street", "street 0", None),
        ("street", "grid 0 1 0", None),
        ("street", "street 1", NotVisible),
        ("street", "district", NotVisible),
        ("station", "community 0 0", None),
        ("station", "community 0 1", NotVisible),
        ("leader", "street 1", None),
        ("unit_admin", "street 0", None),
        ("worker", "grid 0 0 0", NotAllowed),
        ("clerk", "street 0", NotAllowed),
        ("auditor", "district", NotAllowed),
        ("agency", "street 0", NotVisible),
        ("stranger", "street 0", NotVisible),
    ],
)
def test_who_may_write_to_whom(world: World, who, place, expected):
    if expected is None:
        assert make_draft(world[who], world.unit(place), at=world.tick()).is_draft
    else:
        with pytest.raises(expected):
            make_draft(world[who], world.unit(place), at=world.tick())


# What the same act is for everybody, on one announcement of the street.
@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("street", None),
        ("leader", None),
        ("unit_admin", None),
        ("district", None),
        ("station", NotAllowed),
        ("worker", NotAllowed),
        ("clerk", NotAllowed),
        ("auditor", NotVisible),
        ("street_b", NotVisible),
        ("station_b", NotVisible),
        ("worker_b", NotVisible),
        ("agency", NotVisible),
        ("stranger", NotVisible),
    ],
)
def test_who_may_withdraw(world: World, who, expected):
    announcement = to_street(world)
    act = {"actor": world[who], "announcement_id": announcement.pk, "because": "内容有误", "at": world.tick()}
    if expected is None:
        assert services.withdraw_announcement(**act).state == "withdrawn"
    else:
        with pytest.raises(expected):
            services.withdraw_announcement(**act)


def test_a_draft_is_seen_only_by_those_who_may_announce_there(world: World):
    draft = make_draft(world["street"], world.unit("street 0"), at=world.tick())
    seen = {name for name in world.people if Announcement.objects.visible_to(world[name]).filter(pk=draft.pk).exists()}
    assert seen == {"street", "district", "leader", "unit_admin"}


def test_a_published_text_is_never_edited(world: World):
    announcement = to_street(world)
    with pytest.raises(WrongState):
        services.edit_draft(
            actor=world["street"],
            announcement_id=announcement.pk,
            unit=world.unit("street 0"),
            content=Content("新", "新"),
            at=world.tick(),
        )
    for change in (
        {"title": "改"}, {"text": "改"}, {"urgent": True}, {"roles": ["worker"]}, {"valid_until": world.at.date()},
        {"author": world["station"]}, {"published_at": world.at}, {"state": "draft"}, {"version": 2},
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match="notices_announcement_kept"), transaction.atomic():
            Announcement.objects.filter(pk=announcement.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        announcement.delete()


def test_a_draft_can_be_changed_and_thrown_away(world: World):
    draft = make_draft(world["street"], world.unit("street 0"), at=world.tick())
    given = {"actor": world["street"], "announcement_id": draft.pk}
    services.edit_draft(**given, unit=world.unit("community 0 1"), content=Content("新", "文"), at=world.tick())
    draft.refresh_from_db()
    assert (draft.title, draft.unit) == ("新", world.unit("community 0 1"))
    services.delete_draft(**given)
    assert not Announcement.objects.exists()


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (Content(" ", "文"), "title"),
        (Content("题", "\n"), "text"),
        (Content("题", "文", valid_until="yesterday"), "valid_until"),
    ],
)
def test_wrong_content_is_refused_by_field(world: World, content, field):
    if content.valid_until:
        content = Content("题", "文", valid_until=world.at.date() - timedelta(days=1))
    with pytest.raises(InvalidInput) as refused:
        services.draft_announcement(
            actor=world["street"], unit=world.unit("street 0"), content=content, at=world.tick()
        )
    assert list(refused.value.fields) == [field]


def test_what_is_no_photo_leaves_no_draft(world: World):
    content = Content("题", "文")
    with pytest.raises(InvalidInput) as refused, transaction.atomic():
        services.draft_announcement(
            actor=world["street"],
            unit=world.unit("street 0"),
            content=content,
            at=world.tick(),
            uploads=[photo_file(), io.BytesIO(b"no photo")],
        )
    assert (list(refused.value.fields), Announcement.objects.count()) == (["photos"], 0)


def test_a_correction_is_a_new_version_that_says_what_it_replaces(world: World):
    first = make_draft(world["street"], world.unit("street 0"), at=world.tick())
    services.edit_draft(
        actor=world["street"],
        announcement_id=first.pk,
        unit=world.unit("street 0"),
        content=Content("大风预警", "七级", confirmation=True),
        at=world.tick(),
        uploads=[photo_file()],
    )
    services.publish_announcement(actor=world["street"], announcement_id=first.pk, at=world.tick())
    services.confirm_announcement(user=world["worker"], announcement_id=first.pk, at=world.tick())
    services.deliver(first.pk, services.PUBLISHED, at=world.tick())
    draft = services.correct_announcement(actor=world["street"], announcement_id=first.pk, at=world.tick())
    again = services.correct_announcement(actor=world["street"], announcement_id=first.pk, at=world.tick())
    assert (again, draft.version, draft.supersedes, draft.text) == (draft, 2, first, "七级")
    assert len(attachments_of("announcement", draft.pk)) == 1
    first.refresh_from_db()
    assert first.is_current
    services.publish_announcement(actor=world["street"], announcement_id=draft.pk, at=world.tick())
    first.refresh_from_db()
    assert not first.is_current
    services.deliver(draft.pk, services.PUBLISHED, at=world.tick())
    assert "替代此前的版本" in Notice.objects.get(recipient=world["worker"], read_at=None).body_text
    mate = world["mate"]
    with pytest.raises(WrongState):
        services.confirm_announcement(user=mate, announcement_id=first.pk, at=world.tick())
    assert read(world, "worker", first).replacement == draft
    assert selectors.unread_count(mate, world.at.date()) == 1
    with pytest.raises(WrongState):
        services.correct_announcement(actor=world["street"], announcement_id=first.pk, at=world.tick())


def test_what_is_withdrawn_tells_why_and_hides_its_text_and_photos(world: World):
    draft = services.draft_announcement(
        actor=world["street"],
        unit=world.unit("street 0"),
        content=Content("题", "不该公开的内容"),
        at=world.tick(),
        uploads=[photo_file()],
    )
    announcement = services.publish_announcement(actor=world["street"], announcement_id=draft.pk, at=world.tick())
    photo = attachments_of("announcement", announcement.pk)[0]
    assert visible_attachment(world["worker"], photo.pk) == photo
    for stranger in ("worker_b", "stranger"):
        with pytest.raises(NotVisible):
            visible_attachment(world[stranger], photo.pk)
    with pytest.raises(InvalidInput):
        services.withdraw_announcement(
            actor=world["street"], announcement_id=announcement.pk, because=" ", at=world.tick()
        )
    services.withdraw_announcement(
        actor=world["street"], announcement_id=announcement.pk, because="发错范围", at=world.tick()
    )
    services.deliver(announcement.pk, services.WITHDRAWN, at=world.tick())
    assert services.deliver(announcement.pk, services.PUBLISHED, at=world.tick()) == 0
    assert Notice.objects.get(recipient=world["worker"]).body_text == "原因：发错范围"
    assert (read(world, "worker", announcement).blocks, read(world, "worker", announcement).photos) == ([], [])
    assert read(world, "street", announcement).blocks
    with pytest.raises(NotVisible):
        visible_attachment(world["worker"], photo.pk)
    assert receipt(world, "worker").seen_at is None
    assert selectors.unread_count(world["worker"], world.at.date()) == 0


def test_opening_counts_as_read_unless_a_confirmation_is_needed(world: World):
    plain = to_street(world)
    services.deliver(plain.pk, services.PUBLISHED, at=world.tick())
    read(world, "worker", plain)
    first = receipt(world, "worker")
    assert (first.seen_at, first.read_at) == (world.at, world.at)
    read(world, "worker", plain)
    assert receipt(world, "worker").seen_at == first.seen_at
    assert Notice.objects.get(recipient=world["worker"]).read_at == first.seen_at
    strict = to_street(world, confirmation=True)
    read(world, "mate", strict)
    mine = Receipt.objects.get(user=world["mate"], announcement=strict)
    assert (mine.seen_at, mine.read_at) == (world.at, None)
    services.confirm_announcement(user=world["mate"], announcement_id=strict.pk, at=world.tick())
    confirmed = world.at
    services.confirm_announcement(user=world["mate"], announcement_id=strict.pk, at=world.tick())
    mine.refresh_from_db()
    assert mine.read_at == confirmed


def test_those_who_follow_it_leave_no_receipt_and_strangers_get_nothing(world: World):
    announcement = to_street(world)
    read(world, "leader", announcement)
    assert not Receipt.objects.filter(seen_at__isnull=False).exists()
    for who in ("street_b", "worker_b", "stranger", "agency"):
        with pytest.raises(NotVisible):
            read(world, who, announcement)
        with pytest.raises(NotVisible):
            services.confirm_announcement(user=world[who], announcement_id=announcement.pk, at=world.tick())


def test_before_its_first_day_recipients_see_nothing_of_it(world: World):
    announcement = to_street(world, valid_from=world.at.date() + timedelta(days=1))
    with pytest.raises(NotVisible):
        read(world, "worker", announcement)
    assert selectors.own_page(world["worker"], world.at.date(), cursor=None, size=20).rows == []
    world.tick(days=1)
    assert read(world, "worker", announcement).receipt is not None


def test_reminders_go_to_those_who_have_not_read_it_at_most_once_an_hour(world: World):
    announcement = to_street(world, confirmation=True)
    services.confirm_announcement(user=world["worker"], announcement_id=announcement.pk, at=world.tick())

    def remind(who: str, **given) -> int:
        return services.remind_pending(actor=world[who], announcement_id=announcement.pk, at=world.at, **given)

    world.tick()
    assert remind("station") == 3  # mate, grid leader and itself: what lies in its community
    assert remind("street") == 2
    world.tick(minutes=59)
    assert remind("street") == 0
    world.tick(minutes=1)
    assert remind("street", code=world.unit("community 0 1").code) == 1
    assert remind("street") == 4
    assert Notice.objects.filter(kind=services.REMINDED, recipient=world["worker"]).count() == 0
    assert Notice.objects.filter(kind=services.REMINDED, recipient=world["mate"]).count() == 2
    with pytest.raises(NotAllowed):
        remind("worker")
    with pytest.raises(NotVisible):
        remind("street_b")
    services.withdraw_announcement(
        actor=world["street"], announcement_id=announcement.pk, because="有误", at=world.tick()
    )
    with pytest.raises(WrongState):
        remind("street")


BROKEN = {
    "notices_announcement_text_given": {"text": ""},
    "notices_announcement_dates_in_order": {"valid_until": "2020-01-01"},
    "notices_announcement_published_by_whom": {"state": "published"},
    "notices_announcement_withdrawn_why": {"withdrawn_because": "因"},
    "notices_announcement_version_follows": {"version": 2},
    "notices_announcement_only_published_replaced": {"superseded_at": "2026-03-02T00:00:00Z"},
    "notices_announcement_path_without_hole": {"street": None, "community": F("district")},
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_database_refuses_a_draft_that(world: World, name):
    draft = make_draft(world["street"], world.unit("street 0"), at=world.tick())
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Announcement.objects.filter(pk=draft.pk).update(**BROKEN[name])


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("notices_receipt_seen_before_read", {"read_at": "2027-01-01T00:00:00Z"}),
        ("notices_receipt_reached_before_seen", {"seen_at": "2020-01-01T00:00:00Z"}),
        ("notices_receipt_path_without_hole", {"street": None}),
    ],
)
def test_the_database_refuses_a_receipt_that(world: World, name, change):
    to_street(world)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Receipt.objects.filter(user=world["worker"]).update(**change)


def test_nobody_has_two_receipts_and_nothing_is_replaced_twice(world: World):
    announcement = to_street(world)
    mine = receipt(world, "worker")
    mine.pk = None
    with pytest.raises(IntegrityError, match="notices_receipt_once"), transaction.atomic():
        mine.save(force_insert=True)
    draft = services.correct_announcement(actor=world["street"], announcement_id=announcement.pk, at=world.tick())
    draft.pk = None
    with pytest.raises(IntegrityError, match="supersedes"), transaction.atomic():
        draft.save(force_insert=True)


def test_text_becomes_paragraphs_lists_and_links_of_http_alone():
    text = "第一行\r\n第二行，见https://a.gov.cn/x?a=1&b=(2)，谢谢。\n\n- 甲 http://b.cn.\n"
    text += "- javascript:alert(1)\n1. 丙\n<b>丁</b>"
    blocks = [
        (block.listed, block.numbered, [[(piece.words, piece.url) for piece in line] for line in block.lines])
        for block in blocks_of(text)
    ]
    address = "https://a.gov.cn/x?a=1&b=(2)"
    assert blocks == [
        (False, False, [[("第一行", "")], [("第二行，见", ""), (address, address), ("，谢谢。", "")]]),
        (True, False, [[("甲 ", ""), ("http://b.cn", "http://b.cn"), (".", "")], [("javascript:alert(1)", "")]]),
        (True, True, [[("1. 丙", "")]]),
        (False, False, [[("<b>丁</b>", "")]]),
    ]
