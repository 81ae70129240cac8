"""The shell's tags and filters render exactly what the style guide promises."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from apps.core import clock
from apps.core.icons import FALLBACK, icon_svg, outline, outline_path
from apps.core.templatetags import shell

NOW = datetime(2026, 11, 21, 6, 5, tzinfo=UTC)
TEMPLATES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))


def render(text: str, path: str = "/x/", **context: Any) -> str:
    context["request"] = RequestFactory().get(path)
    with clock.frozen(NOW), translation.override("zh-hans"):
        return Template("{% load shell %}" + text).render(Context(context)).strip()


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def test_filters_say_nothing_for_nothing() -> None:
    text = "[{{ none|when }}{{ none|ago }}{{ none|exact }}{{ none|duration }}{{ none|working }}{{ none|count_capped }}]"
    assert render(text, none=None) == "[]"


def test_filters_ask_the_clock() -> None:
    at = NOW - timedelta(minutes=3)
    assert render("{{ at|when }} {{ at|ago }} {{ at|exact }}", at=at) == "11-21 周六 14:02 3 分前 2026-11-21 14:02:00"


@pytest.mark.parametrize(("number", "shown"), [(0, "0"), (999, "999"), (1000, "999+")])
def test_counts_stop_at_999(number: int, shown: str) -> None:
    assert shell.count_capped(number) == shown


def test_the_limit_chip_says_the_time_left_and_the_exact_end() -> None:
    html = render(
        "{% limit_chip due started_at=start %}", due=NOW + timedelta(minutes=30), start=NOW - timedelta(hours=9)
    )
    assert html.startswith('<span class="chip chip-near" title="2026-11-21 14:35:00"><svg class="icon"')
    assert words(html) == "剩 30 分"


@pytest.mark.parametrize(
    ("state", "tone", "said"), [("paused", "hold", "挂起"), ("done", "ok", "按时办结"), ("", "ok", "剩 10 时")]
)
def test_the_limit_chip_takes_a_state(state: str, tone: str, said: str) -> None:
    html = render("{% limit_chip due state %}", due=NOW + timedelta(hours=10), state=state)
    assert f"chip-{tone}" in html
    assert words(html) == said


@pytest.mark.parametrize(
    ("card", "count", "said"),
    [("yellow", 2, "黄 2"), ("red", None, "红"), ("red", 0, ""), ("", 1, ""), (None, None, "")],
)
def test_card_badges(card: str | None, count: int | None, said: str) -> None:
    assert words(render("{% card_badge card count %}", card=card, count=count)) == said


@pytest.mark.parametrize(
    ("change", "better", "direction", "tone", "shown"),
    [
        ("0.8", "up", "up", "good", "0.8"),
        ("-0.2", "up", "down", "bad", "0.2"),
        ("4.1 %", "none", "up", "", "4.1 %"),
        (-3, "down", "down", "good", "3"),
        ("1,204", "down", "up", "bad", "1,204"),
        (0, "up", "flat", "", "0"),
        (None, "up", "", "", ""),
    ],
)
def test_a_figure_moves(change: Any, better: str, direction: str, tone: str, shown: str) -> None:
    drawn = shell.stat("立案", 3, change=change, better=better)
    assert (drawn["direction"], drawn["tone"], drawn["change"]) == (direction, tone, shown)


def test_sparklines_scale_and_break_where_a_value_is_missing() -> None:
    svg = shell.sparkline([1, None, 3], width=26, height=26)
    assert re.search(r' d="([^"]*)"', svg)[1] == "M3.0 23.0M23.0 3.0"  # type: ignore[index]
    assert 'aria-label="1 → 3"' in svg
    assert shell.sparkline([1, 2, 3], width=26, height=26).count("L") == 2
    assert shell.sparkline([5]) == ""
    assert ' d="M3.0 13.0L23.0 13.0"' in shell.sparkline([4, 4], width=26, height=26)


def test_an_icon_is_silent_or_named_and_never_markup_of_its_name() -> None:
    assert 'aria-hidden="true"' in icon_svg("clock")
    assert "M12 7v5l3 3" in icon_svg("clock")
    assert 'role="img" aria-label="&lt;b&gt;"' in icon_svg("clock", "<b>")
    assert outline("../../../etc/passwd") == FALLBACK
    assert outline("no-such-icon") == FALLBACK


def test_every_icon_named_in_a_template_exists() -> None:
    pattern = re.compile(r"""\{%\s*icon\s+"([^"]+)"|\bicon="([a-z0-9-]+)\"""")
    named = {a or b for path in TEMPLATES for a, b in pattern.findall(path.read_text(encoding="utf-8"))}
    assert len(named) > 20
    assert sorted(name for name in named if not outline_path(name).is_file()) == []


def test_no_template_breaks_the_content_policy() -> None:
    forbidden = re.compile(r"""<style|\sstyle\s*=|<script(?![^>]*\bsrc=)[^>]*>|\son\w+\s*=\s*["']|hx-on|js:""")
    broken = {path.name: forbidden.findall(path.read_text(encoding="utf-8")) for path in TEMPLATES}
    assert {name: found for name, found in broken.items() if found} == {}


def test_changing_the_query_string_keeps_the_rest_and_drops_the_cursor() -> None:
    html = render(
        "{% autoescape off %}{% query_with state='open' unit=None %}{% endautoescape %}",
        "/x/?unit=3&q=%E6%B0%B4&cursor=9",
    )
    assert html == "?q=%E6%B0%B4&state=open"


def test_filter_chips_remove_one_value_and_leave_the_other() -> None:
    chips = [("unit", "1", "大宁社区"), ("unit", "2", "延长社区")]
    html = render("{% filter_chips chips %}", "/x/?unit=1&unit=2&sort=due", chips=chips)
    links = re.findall(r'href="([^"]*)"', html)
    assert links == ["?sort=due&amp;unit=2", "?sort=due&amp;unit=1", "?sort=due"]


@pytest.mark.parametrize(
    ("path", "direction", "link"),
    [
        ("/x/", "none", "?sort=name"),
        ("/x/?sort=name", "ascending", "?sort=-name"),
        ("/x/?sort=-name", "descending", "?sort=name"),
    ],
)
def test_sort_headers_turn_round(path: str, direction: str, link: str) -> None:
    html = render('{% sort_header "name" "姓名" %}', path)
    assert f'aria-sort="{direction}"' in html
    assert f'href="{link}"' in html


def test_the_pager_leads_both_ways_and_offers_sizes() -> None:
    html = render('{% pager "n" None size=20 total=1200 %}', "/x/?q=a")
    assert re.findall(r'href="([^"]*)"', html) == ["?q=a&amp;size=50", "?q=a&amp;size=100", "?q=a&amp;cursor=n"]
    assert words(html).startswith("共 999+ 条 · 每页 20 50 100")


def test_the_unit_path_uses_the_prefix_it_is_given() -> None:
    district, street = (
        SimpleNamespace(name="静安区", code="310106"),
        SimpleNamespace(name="大宁路街道", code="310106019"),
    )
    row = SimpleNamespace(district=district, street=street, community=None)
    html = render('{% place_path row "?unit=" %}', row=row)
    assert re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', html) == [
        ("?unit=310106", "静安区"),
        ("?unit=310106019", "大宁路街道"),
    ]
    assert render("{% place_text row %}", row=row) == "大宁路街道"
    assert render('{% place_text row "district" %}', row=row) == "静安区 › 大宁路街道"


class Register(forms.Form):
    name = forms.CharField(label="姓名", help_text="与证件一致")
    note = forms.CharField(label="备注", widget=forms.Textarea, required=False)
    agreed = forms.BooleanField(label="同意")


def test_a_field_ties_label_help_and_error_to_its_control() -> None:
    html = render("{% field form.name %}", form=Register({"name": ""}))
    control = re.search(r"<input[^>]*>", html)
    assert control is not None
    assert 'class="form-control is-invalid"' in control[0]
    assert 'aria-invalid="true"' in control[0]
    assert 'aria-describedby="id_name-help id_name-error"' in control[0]
    assert '<label class="field-label" for="id_name">姓名</label>' in html
    assert 'id="id_name-error"' in html
    assert 'id="id_name-help">与证件一致' in html


def test_an_optional_field_says_so_and_a_box_stands_before_its_label() -> None:
    form = Register()
    assert "可不填" in render("{% field form.note %}", form=form)
    assert "可不填" not in render("{% field form.name %}", form=form)
    assert 'class="form-check-input"' in render("{% field form.agreed %}", form=form)


def test_the_summary_lists_each_wrong_field_with_a_link() -> None:
    form = Register({"name": "王"})
    html = render("{% form_summary form %}", form=form)
    assert re.findall(r'href="(#[^"]*)"', html) == ["#id_agreed"]
    assert words(html).startswith("1 处需要修改 同意")
    assert render("{% form_summary form %}", form=Register()) == ""


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


GROUNDS = {
    "ink": ["page", "surface", "sunken", "selected"],
    "ink-2": ["page", "surface", "sunken", "selected"],
    "ink-3": ["page", "surface"],
    "accent-ink": ["page", "surface", "accent-soft"],
    **{tone: ["surface", f"{tone}-soft"] for tone in ("ok", "near", "late", "hold")},
}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_text_colour_is_readable_on_its_grounds(theme: int) -> None:
    sheet = Path(settings.BASE_DIR, "static/css/gridgov.css").read_text(encoding="utf-8")
    pairs = re.findall(r"--g-([\w-]+): light-dark\((#\w+), (#\w+)\)", sheet)
    tokens = {name: (light, dark)[theme] for name, light, dark in pairs}
    weak = [
        (text, on) for text, grounds in GROUNDS.items() for on in grounds if contrast(tokens[text], tokens[on]) < 4.5
    ]
    assert weak == []
    assert contrast("#ffffff", tokens["accent"]) >= 4.5
