"""Finding untranslated strings: shown by a small tree in which each kind of fault is planted."""

from pathlib import Path

import pytest

from tools import translations

HEAD = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)


def entry(text: str, english: str) -> str:
    return f'msgid "{text}"\nmsgstr "{english}"\n'


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """One room with Python, a template, a browser module and two catalogues, all of it sound."""
    page = (
        '{% load i18n %}\n  <p>{% translate "社区" %}</p>\n{% blocktranslate %}共 {{ n }} 件{% endblocktranslate %}\n'
    )
    known = {"网格": "Grid", "社区": "Community", "共 %(n)s 件": "%(n)s in all"}
    files = {
        "apps/room/views.py": 'from django.utils.translation import gettext as _\nTITLE = _("网格")\n',
        "templates/room/page.html": page,
        "static/js/room.js": 'export const title = gettext("地图");\n',
        "apps/room/locale/en/LC_MESSAGES/django.po": HEAD + "\n".join(map(entry, known, known.values())),
        "apps/room/locale/en/LC_MESSAGES/djangojs.po": HEAD + entry("地图", "Map"),
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_a_complete_tree_has_no_problems(tree: Path) -> None:
    assert translations.problems(tree) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("apps/room/views.py", "网格", "格网", "apps/room/views.py:2: no English translation: '格网'"),
        ("templates/room/page.html", "社区", "街道", "templates/room/page.html:2: no English translation: '街道'"),
        ("static/js/room.js", "地图", "图", "static/js/room.js:1: no English translation: '图'"),
        (
            "apps/room/locale/en/LC_MESSAGES/django.po",
            '"Grid"',
            '""',
            "apps/room/views.py:2: empty English translation: '网格'",
        ),
        (
            "apps/room/locale/en/LC_MESSAGES/django.po",
            'msgid "网格"',
            '#, fuzzy\nmsgid "网格"',
            "apps/room/views.py:2: fuzzy English translation: '网格'",
        ),
        (
            "apps/room/locale/en/LC_MESSAGES/django.po",
            "%(n)s in",
            "%(m)s in",
            "templates/room/page.html:3: other placeholders in English: '共 %(n)s 件'",
        ),
        ("apps/room/views.py", '_("网格")', '""', "apps/room/locale/en/LC_MESSAGES/django.po:6: nothing uses '网格'"),
    ],
)
def test_each_fault_is_named_with_its_place(tree: Path, file: str, old: str, new: str, said: str) -> None:
    path = tree / file
    path.write_text(path.read_text().replace(old, new))
    assert said in translations.problems(tree)


def test_compiling_writes_what_django_reads(tree: Path) -> None:
    assert translations.compile_all(tree) == 2
    assert translations.compile_all(tree) == 0
    assert (tree / "apps/room/locale/en/LC_MESSAGES/django.mo").read_bytes()[:4] == b"\xde\x12\x04\x95"
