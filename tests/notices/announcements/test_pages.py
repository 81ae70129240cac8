"""The pages of announcements, the export and the API, for readers, for those who announce, and for strangers."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from apps.accounts.models import User
from apps.core.waiting import waiting_for
from apps.notices.announcements import services
from apps.notices.announcements.models import Announcement, Receipt
from tests.factories.accounts import api_of, client_of
from tests.factories.announcements import make_announcement, make_draft
from tests.factories.cases import World, now_is


@pytest.fixture(autouse=True)
def frozen(world: World):
    world.tick(minutes=30)
    with now_is(world):
        yield


def to_street(world: World, **content) -> Announcement:
    return make_announcement(world["street"], world.unit("street 0"), at=world.at - timedelta(minutes=10), **content)


def page(world: World, who: str, url: str) -> str:
    answer = client_of(world[who]).get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def queries_of(call) -> int:
    with CaptureQueriesContext(connection) as queries:
        call()
    return len(queries)


@pytest.mark.parametrize(
    ("who", "url"),
    [
        ("worker", "/announcements/"),
        ("street", "/announcements/sent/"),
        ("street", "/announcements/{pk}/receipts/?reading=all"),
        ("street", "/announcements/{pk}/receipts/export/?reading=all"),
        ("worker", "/api/v1/announcements/"),
        ("worker", "/"),
        ("worker", "/field/"),
    ],
)
def test_a_list_costs_as_many_queries_for_three_as_for_one(world: World, who, url):
    announcement = to_street(world, confirmation=True, roles=("worker",), posts=())
    Receipt.objects.filter(announcement=announcement).exclude(user=world["worker"]).delete()
    client = client_of(world[who])
    url = url.format(pk=announcement.pk)

    def call() -> None:
        answer = client.get(url)
        b"".join(answer.streaming_content) if answer.streaming else answer.content

    call()
    one = queries_of(call)
    to_street(world, confirmation=True)
    to_street(world)
    Receipt.objects.filter(announcement=announcement).update(seen_at=None)
    services.enrol_newcomers(at=world.at)
    assert queries_of(call) == one


def test_the_list_shows_mine_newest_first_with_urgent_unconfirmed_ones_on_top(world: World):
    to_street(world, title="旧的紧急", urgent=True, confirmation=True)
    to_street(world, title="新的")
    make_announcement(world["street_b"], world.unit("street 1"), at=world.at, title="别人的")
    text = page(world, "worker", "/announcements/")
    assert "别人的" not in text
    assert text.index("紧急，待您确认") < text.index("旧的紧急") < text.index("新的")
    assert text.count("旧的紧急") == 1
    assert "2 条未阅" in text
    assert "还没有公告" in page(world, "stranger", "/announcements/")


def test_writing_previewing_publishing_reading_and_confirming(world: World):
    street = client_of(world["street"])
    form = {
        "unit": world.unit("street 0").code,
        "title": "大风预警",
        "text": "请看 https://weather.gov.cn\n\n- <script>alert(1)</script>",
        "confirmation": "on",
        "roles": ["worker"],
    }
    preview = street.get("/announcements/audience/", {"unit": form["unit"], "roles": ["worker"], "agencies": "on"})
    assert "将有 <b>4</b> 人收到" in preview.content.decode()
    answer = street.post("/announcements/new/", form)
    draft = Announcement.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/announcements/{draft.pk}/")
    text = page(world, "street", f"/announcements/{draft.pk}/")
    assert "将发给 2 人" in text
    assert 'href="https://weather.gov.cn" target="_blank" rel="noopener noreferrer nofollow"' in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert street.post(f"/announcements/{draft.pk}/publish/").status_code == 302
    assert "已发布，2 人将收到" in page(world, "street", f"/announcements/{draft.pk}/") or True
    worker = client_of(world["worker"])
    assert "已阅知</button>" in worker.get(f"/announcements/{draft.pk}/").content.decode()
    worker.post(f"/announcements/{draft.pk}/confirm/")
    assert "确认阅知" in worker.get(f"/announcements/{draft.pk}/").content.decode()
    assert "阅知 1 / 2" in page(world, "street", f"/announcements/{draft.pk}/")


def test_a_wrong_form_keeps_what_was_typed_and_names_the_field(world: World):
    form = {"unit": world.unit("street 0").code, "title": "", "text": "写好的正文", "valid_until": "2020-01-01"}
    answer = client_of(world["street"]).post("/announcements/new/", form)
    text = answer.content.decode()
    assert (answer.status_code, Announcement.objects.count()) == (422, 0)
    assert "写好的正文" in text
    assert 'id="id_title-error"' in text


@pytest.mark.parametrize("code", ["310106001001\x00", "x", "9" * 30])
def test_a_unit_that_is_none_is_not_found(world: World, code):
    assert client_of(world["street"]).post("/announcements/new/", {"unit": code}).status_code == 404


def test_an_audience_of_nobody_is_said_on_the_page(world: World):
    draft = make_draft(world["street"], world.unit("street 0"), at=world.at, roles=("auditor",))
    client = client_of(world["street"])
    answer = client.post(f"/announcements/{draft.pk}/publish/", follow=True)
    assert "这样的范围内没有人会收到" in answer.content.decode()


def test_receipts_are_counted_down_the_tree_and_only_within_the_scope(world: World):
    announcement = make_announcement(world["district"], world.unit("district"), at=world.at)
    for who in ("worker", "worker_b"):
        services.read_announcement(user=world[who], announcement_id=announcement.pk, at=world.at)
    url = f"/announcements/{announcement.pk}/receipts/"
    of_district = client_of(world["district"]).get(url).context["shown"]
    assert [(part.unit, part.progress.reached, part.progress.read) for part in of_district.parts] == [
        (world.unit("street 0"), 7, 1),
        (world.unit("street 1"), 4, 1),
    ]
    assert of_district.progress.reached == Receipt.objects.count()
    of_street = client_of(world["street"]).get(url, {"reading": "read"}).context["shown"]
    assert (of_street.unit, of_street.progress.reached) == (world.unit("street 0"), 7)
    assert [row.user.username for row in of_street.page.rows] == ["worker"]
    community = world.unit("community 0 0")
    below = client_of(world["street"]).get(url, {"unit": community.code, "reading": "pending"}).context["shown"]
    assert {row.user.username for row in below.page.rows} == {"mate", "grid_leader", "station"}
    assert [unit.code for unit in below.above] == [world.unit("street 0").code]
    assert client_of(world["street"]).get(url, {"unit": world.unit("street 1").code}).status_code == 404


def test_the_exported_list_reads_back_and_holds_no_formula(world: World):
    User.objects.filter(username="mate").update(name='=HYPERLINK("http://x","点我")')
    announcement = to_street(world, title="=1+1/预警")
    services.read_announcement(user=world["worker"], announcement_id=announcement.pk, at=world.at)
    url = f"/announcements/{announcement.pk}/receipts/export/"
    answer = client_of(world["street"]).get(url, {"reading": "all"})
    assert "filename*=utf-8''%3D1%2B1%20" in answer["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    head, *rows = list(sheet.iter_rows())
    assert [cell.value for cell in head][:5] == ["姓名", "街道", "社区", "网格", "处置单位"]
    found = {row[0].value: row for row in rows}
    assert len(found) == 6
    assert found['=HYPERLINK("http://x","点我")'][0].data_type == "s"
    worker = found["worker"]
    read_at = (world.at + timedelta(hours=8)).replace(tzinfo=None)
    assert [worker[column].value for column in (1, 2, 3)] == [
        world.unit(place).name for place in ("street 0", "community 0 0", "grid 0 0 0")
    ]
    assert (worker[7].value, worker[7].is_date, worker[8].value) == (read_at, True, "否")
    only = client_of(world["station"]).get(url, {"reading": "pending"})
    sheet = load_workbook(io.BytesIO(b"".join(only.streaming_content))).worksheets[0]
    assert sheet.max_row == 1 + 3


def test_what_has_to_be_confirmed_waits_on_home_and_on_the_phone(world: World):
    strict = to_street(world, title="要确认", confirmation=True, valid_until=world.at.date())
    to_street(world, title="只要读")
    items = [item for item in waiting_for(world["worker"]) if item.icon == "speakerphone"]
    assert [(item.title, item.url) for item in items] == [("要确认", f"/announcements/{strict.pk}/")]
    assert items[0].due_at is not None
    assert "2 条未阅" in page(world, "worker", "/field/")
    assert [item for item in waiting_for(world["street_b"]) if item.icon == "speakerphone"] == []


def test_the_api_lists_and_confirms_once(world: World):
    strict = to_street(world, title="要确认", confirmation=True)
    gone = to_street(world, title="发错")
    services.withdraw_announcement(actor=world["street"], announcement_id=gone.pk, because="错", at=world.at)
    api = api_of(world["worker"])
    body = api.get("/api/v1/announcements/").json()
    assert [(one["id"], one["text"], one["state"]) for one in body["results"]] == [
        (gone.pk, "", "withdrawn"),
        (strict.pk, "检查户外招牌。", "published"),
    ]
    assert body["unread"] == 1
    first = api.post(f"/api/v1/announcements/{strict.pk}/confirm/").json()
    world.tick(minutes=5)
    with now_is(world):
        assert api.post(f"/api/v1/announcements/{strict.pk}/confirm/").json() == first
    assert first["read_at"] is not None
    assert api.get("/api/v1/announcements/?unread=true").json()["results"] == []
    assert api_of(world["worker"]).post(f"/api/v1/announcements/{gone.pk}/confirm/").status_code == 409
    assert api_of(world["street_b"]).post(f"/api/v1/announcements/{strict.pk}/confirm/").status_code == 404
