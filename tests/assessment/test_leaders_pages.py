"""The leaders' pages: what they say, in both languages, and how many queries they take at one row and at many."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.core import clock
from tests.factories.accounts import client_of
from tests.factories.assessment import NOW, Office


def page(office: Office, who: str = "leader", url: str = "", **query):
    with clock.frozen(NOW):
        return client_of(office[who]).get(url or reverse("assessment:leaders"), query)


def text(answer) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.fixture
def published(office: Office):
    for number in range(12):
        office.case(handled="2026-03-10 16:00" if number else "2026-03-11 09:00", due="2026-03-10 17:00")
    office.card("red", "2026-03-10 17:00")
    return office.publish(office.run())


def test_the_ranking_names_month_place_points_and_numbers_that_open(office: Office, published) -> None:
    shown = text(page(office))
    street = office.world.unit("street 0")
    score = office.score(published, "street", street)
    assert "2026 年 3 月考核" in shown
    assert f'href="/leaders/?period=2026-03&amp;unit={street.code}">第1街道</a>' in shown
    assert f'<a href="/leaders/scores/{score.pk}/on_time/">91.7 %</a>' in shown
    assert f'<a href="/leaders/scores/{score.pk}/overdue/">1</a>' in shown
    assert f"<b>{score.points.quantize(score.points.__class__('0.1'))}</b>" in shown
    assert "样本不足" in shown, "the other street has no case"


def test_one_click_leads_one_level_down(office: Office, published) -> None:
    for unit, kind in (
        ("district", "第1街道"),
        ("street 0", "1街1社区"),
        ("community 0 0", "第1网格"),
        ("grid 0 0 0", "worker"),
    ):
        assert kind in text(page(office, unit=office.world.unit(unit).code)), unit


def test_agencies_stand_beside_units(office: Office, published) -> None:
    shown = text(page(office, kind="agency"))
    assert "市容管理办" in shown
    assert "市容管理二办" not in text(page(office, "street", kind="agency"))


def test_a_number_opened_says_its_formula_and_lists_its_rows(office: Office, published) -> None:
    score = office.score(published, "street", office.world.unit("street 0"))
    url = reverse("assessment:number", args=[score.pk, "on_time"])
    shown = text(page(office, url=url, part="rest"))
    assert "按期处置 ÷ 应处置" in shown
    assert "满分 40.00：100.0% 得满分，50.0% 不得分，其间按比例，得 33.33 分。" in shown
    assert "若再有 1 条转好，本项多得 6.67 分。" in shown
    assert shown.count("/cases/T") == 1
    assert text(page(office, url=url, part="denominator")).count("/cases/T") == 12


def test_english_pages_have_no_chinese_of_their_own(office: Office, published) -> None:
    client = client_of(office["leader"])
    client.cookies["django_language"] = "en"
    score = office.score(published, "street", office.world.unit("street 0"))
    user = office["leader"]
    user.language = "en"
    user.save()
    with clock.frozen(NOW):
        for url, words in (
            (reverse("assessment:leaders"), ["Assessment 3/2026", "Rank", "Handled in time", "Where the scores lie"]),
            (reverse("assessment:score", args=[score.pk]), ["Numerator", "Found by the grid first", "Scores by month"]),
            (
                reverse("assessment:number", args=[score.pk, "on_time"]),
                ["Handled in time ÷ Due to handle", "Full mark"],
            ),
        ):
            shown = text(client.get(url))
            assert [word for word in words if word not in shown] == []


def test_the_map_is_coloured_by_the_chosen_indicator(office: Office, published) -> None:
    street = office.world.unit("street 0").code
    answer = page(office, color="on_time")
    assert answer.context["board"].values == {street: 91.7}
    assert page(office, color="no-such").context["board"].colour == "points"


def count(office: Office, url: str, **query) -> int:
    page(office, url=url, **query)
    client = client_of(office["leader"])
    with (
        clock.frozen(NOW),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        assert client.get(url, query).status_code == 200
    return len(queries)


def test_the_number_of_queries_does_not_grow_with_the_rows(office: Office) -> None:
    office.case(handled="2026-03-10 16:00")
    first = office.publish(office.run())
    score = office.score(first, "street", office.world.unit("street 0"))
    urls = {
        "leaders": (reverse("assessment:leaders"), {"kind": "worker"}),
        "score": (reverse("assessment:score", args=[score.pk]), {}),
        "number": (reverse("assessment:number", args=[score.pk, "handling"]), {}),
    }
    before = {name: count(office, url, **query) for name, (url, query) in urls.items()}
    for place, worker in (("grid 0 0 0", "worker"), ("grid 0 0 1", "mate"), ("grid 1 0 0", "worker_b")):
        for _number in range(4):
            office.case(place=place, worker=worker, handled="2026-03-10 16:00")
    after = {name: count(office, url, **query) for name, (url, query) in urls.items()}
    second = office.publish(office.run(because="补录"))
    assert office.score(second, "worker", office["mate"]).rank == 1
    assert {name: count(office, url, **query) for name, (url, query) in urls.items()} == after == before
    assert before["leaders"] <= 20
