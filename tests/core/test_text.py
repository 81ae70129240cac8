"""Chinese words are found by any two characters, names sort as in a dictionary."""

import pytest

from apps.core.text import bigrams, pieces, pinyin_key, terms


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("路灯不亮", ["不亮", "灯不", "路灯"]),
        ("３号楼 b栋", ["3", "b", "号楼", "栋"]),
        ("共和新路1878弄", sorted(["共和", "和新", "新路", "18", "87", "78", "弄"])),
        ("", []),
        ("。，！", []),
    ],
)
def test_bigrams(text: str, pieces: list[str]) -> None:
    assert bigrams(text) == sorted(pieces)


def test_several_texts_do_not_run_together() -> None:
    assert bigrams("路灯", "不亮") == ["不亮", "路灯"]


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
