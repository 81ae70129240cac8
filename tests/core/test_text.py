"""Chinese words are found by any two characters, names sort as in a dictionary."""

import pytest

from apps.core.text import pieces, pinyin_key, terms


def test_names_sort_by_pinyin() -> None:
    names = ["张伟", "安静", "王芳", "陈晨"]
    assert sorted(names, key=pinyin_key) == ["安静", "陈晨", "王芳", "张伟"]


@pytest.mark.parametrize(
    ("text", "singles", "found"),
    [
        ("共和13号", "", ["13", "3号", "共和", "和1"]),
        ("Ａ3区，路灯", "", [",路", "3区", "a3", "区,", "路灯"]),
        ("路 灯", "", []),
        ("路灯", "灯 1", ["1", "灯", "路灯"]),
        ("", "", []),
    ],
)
def test_pieces_are_pairs_of_any_neighbours(text: str, singles: str, found: list[str]) -> None:
    assert pieces(text, singles=[singles]) == found


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("路灯　不亮", ["路灯", "不亮"]),
        ("“路灯。”", ["路灯"]),
        ("。我", ["。我"]),
        ("３-2号", ["3-2号"]),
        ("！！", ["!!"]),
        ("。 灯", ["灯"]),
        ("路灯 路灯", ["路灯"]),
        (" ", []),
    ],
)
def test_a_query_is_cut_at_blanks_and_loses_outer_punctuation(words: str, asked: list[str]) -> None:
    assert terms(words) == asked
