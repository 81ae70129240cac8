"""Cases are found by what they contain, by their number and by their reporter's phone; never beyond the scope."""

import random
import unicodedata
from typing import Any

import pytest

from apps.cases.callers import seal
from apps.cases.models import Case
from apps.cases.selectors import Wanted, case_page
from apps.cases.services import Caller
from tests.factories.accounts import api_of
from tests.factories.cases import World

TEXTS = (
    ("路灯不亮", "共和新路１３号门口，路灯坏了三天", "共和新路13号"),
    ("井盖缺失", "平型关路与A3区交界处井盖不见了。\n请尽快补上", "平型关路88弄"),
    ("垃圾堆放", "ＡＢＣ广场 100% 满溢_了", "江宁路 838 弄"),
    ("噪声扰民", "夜里施工；影响休息", ""),
)


def folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def found(world: World, words: str, who: str = "district", **more: Any) -> list[str]:
    page = case_page(world[who], Wanted(words=words, **more), cursor=None, size=100)
    return [case.number for case in page.rows]


def scan(cases: list[Case], words: str) -> list[str]:
    held = [
        case for case in cases if any(words in folded(text) for text in (case.title, case.description, case.address))
    ]
    return [case.number for case in sorted(held, key=lambda case: (case.due_at, case.pk))]


@pytest.fixture
def cases(world: World) -> list[Case]:
    return [world.report(title=title, description=text, address=place) for title, text, place in TEXTS]


def test_any_characters_that_stand_together_are_found_as_a_linear_scan_finds_them(
    world: World, cases: list[Case]
) -> None:
    seed = 20_261_125
    chosen = random.Random(seed)
    for case in cases:
        for text in (case.title, case.description, case.address):
            for run in folded(text).split():
                for start in range(len(run) - 1):
                    words = run[start : start + chosen.randint(2, 6)]
                    if words[0].isalnum() and words[-1].isalnum():
                        assert found(world, words) == scan(cases, words), (seed, words)


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("3号", [0]),  # digits and Chinese together
        ("１３号", [0]),  # full width
        ("a3区", [1]),
        ("abc", [2]),
        ("0%", [2]),  # what LIKE would take for a pattern
        ("溢_了", [2]),
        ("门口,路灯", [0]),
        ("“路灯！”", [0]),
        ("路灯 共和", [0]),
        ("共和 平型", []),
        ("口路", []),  # the comma stands between them
        ("弄", [1, 2]),  # one character: of title and place
        ("夜", []),  # … and not of the text
        ("弄 垃圾", [2]),
        ("。", []),
        ("完全没有的字词", []),
    ],
)
def test_words_of_every_kind(world: World, cases: list[Case], words: str, places: list[int]) -> None:
    assert found(world, words) == [cases[place].number for place in places]


def test_a_number_is_found_by_its_beginning(world: World, cases: list[Case]) -> None:
    number, day = cases[0].number, cases[0].number[:6]
    everything = [case.number for case in cases]
    assert found(world, number) == found(world, number.replace("-", "")) == [number]
    assert found(world, day) == found(world, f"{day}-") == found(world, day[:4]) == everything
    assert found(world, f"{day}-99") == []


def test_a_phone_finds_the_cases_of_its_reporter_and_no_other(world: World) -> None:
    mine = world.report(caller=Caller(name="王小明", phone="138 0013 8000"))
    world.report(caller=Caller(phone="13800138001"))
    line = world.report(caller=Caller(phone="021-62531234"))
    assert found(world, "１３８00138000") == found(world, "", caller="13800138000") == [mine.number]
    assert found(world, "02162531234") == [line.number]
    assert found(world, "1380013800") == found(world, "13800138000", "street_b") == []


def test_nobody_finds_what_lies_outside_the_scope(world: World, cases: list[Case]) -> None:
    assert found(world, "路灯", "street") == [cases[0].number]
    for stranger in ("street_b", "worker_b", "mate", "stranger", "clerk"):
        assert found(world, "路灯", stranger) == found(world, cases[0].number, stranger) == []


def test_open_ones_stand_first_by_limit_and_pages_lose_none(world: World) -> None:
    done = [world.case_in("closed") for _ in range(2)]
    waiting = [world.report() for _ in range(3)]
    expected = [case.number for case in waiting] + [case.number for case in reversed(done)]
    seen: list[str] = []
    cursor = None
    while True:
        page = case_page(world["district"], Wanted(words="垃圾"), cursor=cursor, size=2)
        seen += [case.number for case in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert seen == expected


def test_the_list_takes_a_phone_by_post_and_keeps_it_out_of_its_address(world: World, client: Any) -> None:
    case = world.report(caller=Caller(name="王小明", phone="13800138000"))
    client.force_login(world["station"])
    sent = client.post("/cases/find/", {"q": "13800138000", "state": "reported"})
    assert sent.status_code == 302
    assert "13800138000" not in sent["Location"]
    page = client.get(sent["Location"]).content.decode()
    assert case.number in page
    assert "138****8000" in page
    assert "13800138000" not in page
    assert "王小明" not in page
    assert client.post("/cases/find/", {"q": "路灯", "in": "dispatch"})["Location"] == "/dispatch/?q=%E8%B7%AF%E7%81%AF"
    assert client.get("/cases/?caller=made-up").status_code == 400
    assert client.get(f"/cases/?caller={seal('13900000000')}").status_code == 200


def test_the_api_finds_by_phone_and_gives_none_out(world: World) -> None:
    case = world.report(caller=Caller(name="王小明", phone="13800138000"))
    answer = api_of(world["station"]).get("/api/v1/cases/", {"q": "13800138000"})
    assert [row["number"] for row in answer.json()["results"]] == [case.number]
    assert "王小明" not in answer.content.decode()
