"""The shell's template tags and filters, shared by every page; ``docs/design.md`` shows each in use."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django import template
from django.http import HttpRequest, QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.core import clock, jobs, navigation, presentation, search, standstills, timetable
from apps.core.icons import icon_svg

register = template.Library()
Context = Any

COUNT_CAP = 999
ADMINISTRATION = ("/manage/", "/jobs/")
NUMBER = re.compile(r"[+-]?\d[\d,]*(\.\d+)?")


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """``{% icon "bell" %}`` draws a Tabler outline icon; give ``label`` where no word stands beside it."""
    return icon_svg(name, str(label), css)


@register.filter
def when(moment: datetime | date | None) -> str:
    """``11-21 周六 14:05``; empty for nothing."""
    return presentation.when_text(moment, clock.now()) if moment else ""


@register.filter
def exact(moment: datetime | None) -> str:
    """The moment to the second, for a ``title``."""
    return presentation.exact_text(moment) if moment else ""


@register.filter
def ago(moment: datetime | None) -> str:
    """``3 分前``; empty for nothing."""
    return presentation.ago_text(moment, clock.now()) if moment else ""


@register.filter
def duration(span: timedelta | int | None) -> str:
    """A calendar span, timedelta or minutes: ``1 天 2 时``; empty for nothing."""
    return "" if span is None else presentation.duration_text(span)


@register.filter
def span(seconds: int | None) -> str:
    """A span of seconds: ``4 秒``, ``3 分``, ``1 时 5 分``; empty for nothing."""
    return "" if seconds is None else presentation.span_text(timedelta(seconds=seconds))


@register.filter
def working(minutes: int | None) -> str:
    """A span of working minutes: ``3 工作时 40 分``; empty for nothing."""
    return "" if minutes is None else presentation.working_text(minutes)


@register.filter
def count_capped(number: int | None) -> str:
    """The number, or ``999+`` beyond what a queue counts."""
    return "" if number is None else f"{COUNT_CAP}+" if number > COUNT_CAP else str(number)


@register.filter
def size(number: int) -> str:
    """A size in bytes in words: ``3.2 MB``."""
    return presentation.size_text(number)


@register.simple_tag
def html_lang() -> str:
    """The document's language as browsers choose Chinese glyphs by it."""
    return "zh-CN" if (get_language() or "zh").startswith("zh") else "en"


def _look(due_at: datetime | None, state: str, given: dict[str, Any]) -> presentation.LimitLook:
    at = given.pop("at", None) or clock.now()
    paused = bool(given.pop("paused", False)) or state in {"paused", "suspended"}
    stopped = bool(given.pop("stopped", False)) or state == "stopped"
    done = bool(given.pop("done", False)) or state in {"done", "met", "ended", "closed"}
    return presentation.limit_look(due_at, at=at, paused=paused, stopped=stopped, done=done, **given)


@register.inclusion_tag("components/limit_chip.html")
def limit_chip(due_at: datetime | None, state: str = "", **given: Any) -> dict[str, Any]:
    """``剩 3 工作时`` or ``超 1 天 2 时`` with icon and colour, the exact time in the tip.

    ``state`` is ``"paused"``, ``"stopped"``, ``"done"`` or empty; ``started_at, at, paused, stopped, done, card, left,
    work_day`` are those of ``presentation.limit_look``.
    """
    return {"look": _look(due_at, state, given), "due_at": due_at}


@register.inclusion_tag("components/limit_bar.html")
def limit_bar(due_at: datetime | None, state: str = "", **given: Any) -> dict[str, Any]:
    """The used share of a limit as a bar, followed by its chip and its end; arguments as ``limit_chip``."""
    return {"look": _look(due_at, state, given), "due_at": due_at}


@register.inclusion_tag("components/badge.html")
def badge(text: Any, tone: str = "plain", icon: str = "", title: str = "") -> dict[str, Any]:
    """A word in a tinted box; ``tone`` is ``ok, near, late, hold, info`` or ``plain``."""
    return {"text": text, "tone": tone or "plain", "icon": icon, "title": title}


@register.inclusion_tag("components/badge.html")
def state_badge(text: Any, tone: str = "plain", icon: str = "") -> dict[str, Any]:
    """A state by its word; a tone only where the state has a meaning colour."""
    return {"text": text, "tone": tone or "plain", "icon": icon, "title": ""}


@register.inclusion_tag("components/card_badge.html")
def card_badge(card: str | None, count: int | None = None) -> dict[str, Any]:
    """``黄`` or ``红`` for ``"yellow"`` or ``"red"``, with a count where given; nothing for no card."""
    words = {"yellow": _("黄"), "red": _("红")}
    tones = {"yellow": "near", "red": "late"}
    shown = card in words and count != 0
    return {"shown": shown, "word": words.get(card or ""), "tone": tones.get(card or ""), "card": card, "count": count}


@register.inclusion_tag("components/stat.html")
def stat(
    label: str,
    value: Any,
    unit: str = "",
    change: Any = None,
    note: str = "",
    url: str = "",
    better: str = "up",
) -> dict[str, Any]:
    """A figure with its movement; ``better="down"`` where less is better, ``"none"`` where a movement means neither."""
    number = NUMBER.match(str(change).replace("−", "-")) if change is not None else None
    size = float(number[0].replace(",", "")) if number else None
    direction = "" if size is None else "up" if size > 0 else "down" if size < 0 else "flat"
    tone = "" if direction in ("", "flat") or better == "none" else "good" if direction == better else "bad"
    shown = str(change).lstrip("+-−") if size is not None else ""
    return {
        "label": label,
        "value": value,
        "unit": unit,
        "direction": direction,
        "change": shown,
        "tone": tone,
        "note": note,
        "url": url,
    }


@register.inclusion_tag("components/movement.html")
def movement(places: int | None) -> dict[str, Any]:
    """Places gained (positive) or lost in a ranking, as a triangle and a number; a dash for none."""
    direction = "" if places is None else "up" if places > 0 else "down" if places < 0 else "flat"
    return {"direction": direction, "size": abs(places) if places is not None else ""}


@register.simple_tag
def sparkline(values: Iterable[Any], width: int = 88, height: int = 22, label: str = "") -> SafeString:
    """A small line of values without JavaScript; ``None`` breaks the line; empty for fewer than two values."""
    numbers = [None if value is None else float(value) for value in values]
    known = [number for number in numbers if number is not None]
    if len(known) < 2:
        return SafeString("")
    low, high = min(known), max(known)
    step = (width - 6) / (len(numbers) - 1)
    points: list[tuple[float, float] | None] = [
        None if number is None else (3 + index * step, _height_of(number, low, high, height))
        for index, number in enumerate(numbers)
    ]
    path, pen = "", "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        path += f"{pen}{point[0]:.1f} {point[1]:.1f}"
        pen = "L"
    last = next(point for point in reversed(points) if point is not None)
    return format_html(
        '<svg class="sparkline" width="{0}" height="{1}" viewBox="0 0 {0} {1}" role="img" aria-label="{2}">'
        '<path d="{3}" fill="none"/><circle cx="{4}" cy="{5}" r="2"/></svg>',
        width,
        height,
        label or _("%(first)s → %(last)s") % {"first": _figure(known[0]), "last": _figure(known[-1])},
        path,
        f"{last[0]:.1f}",
        f"{last[1]:.1f}",
    )


def _height_of(number: float, low: float, high: float, height: int) -> float:
    return height / 2 if high == low else height - 3 - (number - low) / (high - low) * (height - 6)


def _figure(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


@register.inclusion_tag("components/meter.html")
def meter(value: Any, maximum: Any = 100, label: str = "", tone: str = "") -> dict[str, Any]:
    """A share as a bar; ``tone`` is ``ok, near, late, hold`` or empty for the accent."""
    return {"value": value, "maximum": maximum, "label": label, "tone": tone}


@register.inclusion_tag("components/nav.html", takes_context=True)
def shell_nav(context: Context) -> dict[str, Any]:
    """The top bar's entries for the user of the page; a page may set ``nav_active`` to an entry's key."""
    request: HttpRequest | None = context.get("request")
    user = getattr(request, "user", None)
    path = request.path if request is not None else "/"
    return {"links": navigation.links_for(user, path, context.get("nav_active", ""))}


@register.inclusion_tag("components/standstill.html", takes_context=True)
def standstill_banner(context: Context) -> dict[str, Any]:
    """What stands still, above the pages of administration, for those who administer the system."""
    request: HttpRequest | None = context.get("request")
    user: Any = getattr(request, "user", None)
    if request is None or not request.path.startswith(ADMINISTRATION) or not getattr(user, "is_authenticated", False):
        return {"still": []}
    if not jobs.oversees(user):
        return {"still": []}
    still = standstills.now_standing_still(at=clock.now())
    return {
        "still": [
            {"task": timetable.title_of(one.name), "since": since, "url": reverse(one.url_name)} for one, since in still
        ]
    }


@register.simple_tag
def place_name() -> str:
    """Whose installation this is: the district's name, where there is one district."""
    return navigation.place_name()


@register.simple_tag
def search_url() -> str:
    """Where the search box leads; empty while no room has announced anything to find."""
    return reverse("search") if search.has_providers() else ""


@register.simple_tag
def identity(user: Any) -> str:
    """For whom the user works, in a few words."""
    return navigation.identity_of(user) if getattr(user, "is_authenticated", False) else ""


def _unit_url(unit: Any, href: str) -> str:
    if href:
        return f"{href}{unit.code}"
    try:
        return reverse("grid:unit", args=[unit.code])
    except NoReverseMatch:
        return ""


def _crumbs(units: Iterable[Any], href: str) -> dict[str, Any]:
    crumbs = []
    for unit in units:
        try:
            siblings = reverse("grid:siblings", args=[unit.code])
        except NoReverseMatch:
            siblings = ""
        crumbs.append(
            {"unit": unit, "url": _unit_url(unit, href), "siblings": siblings, "menu": f"crumb-{uuid4().hex[:8]}"}
        )
    return {"crumbs": crumbs, "href": href}


@register.inclusion_tag("components/unit_path.html")
def unit_path(unit: Any, href: str = "") -> dict[str, Any]:
    """The tree down to a unit; each crumb is a link (``href`` + code, or its page) and opens its siblings."""
    return _crumbs(unit.get_ancestors(include_self=True) if unit is not None else (), href)


@register.inclusion_tag("components/unit_path.html")
def place_path(row: Any, href: str = "") -> dict[str, Any]:
    """The same for a placed row, from its four path columns; no query where they were fetched with the row."""
    units = [getattr(row, level, None) for level in ("district", "street", "community", "grid")]
    return _crumbs([unit for unit in units if unit is not None], href)


@register.simple_tag
def place_text(row: Any, start: str = "street") -> str:
    """The path of a placed row in plain words from ``start`` downwards, for lists."""
    levels = ("district", "street", "community", "grid")
    units = [getattr(row, level, None) for level in levels[levels.index(start) :]]
    return " › ".join(unit.name for unit in units if unit is not None)


@register.simple_tag(takes_context=True)
def query_with(context: Context, **changes: Any) -> str:
    """The page's query string with some parameters changed (empty: removed); the cursor goes."""
    params: QueryDict = context["request"].GET.copy()
    params.pop("cursor", None)
    for name, value in changes.items():
        params.pop(name, None)
        if value not in (None, ""):
            params.setlist(name, [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)])
    return f"?{params.urlencode()}"


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context: Context, key: str, label: str, css: str = "", parameter: str = "sort") -> dict[str, Any]:
    """A ``<th>`` that sorts by ``key``, and by ``-key`` when pressed again."""
    now = context["request"].GET.get(parameter, context.get("sort", ""))
    wanted = f"-{key}" if now == key else key
    direction = "ascending" if now == key else "descending" if now == f"-{key}" else "none"
    return {"label": label, "css": css, "direction": direction, "url": query_with(context, **{parameter: wanted})}


@register.inclusion_tag("components/filter_chips.html", takes_context=True)
def filter_chips(context: Context, chips: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    """Filters in force as removable chips: ``(parameter, value, words)`` each; live in the URL."""
    shown = []
    for parameter, value, words in chips:
        rest = [one for one in context["request"].GET.getlist(parameter) if one != value]
        shown.append({"words": words, "url": query_with(context, **{parameter: rest or None})})
    names = {parameter: None for parameter, _value, _words in chips}
    return {"chips": shown, "clear": query_with(context, **names) if len(shown) > 1 else ""}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(
    context: Context,
    next_cursor: str | None = None,
    previous_cursor: str | None = None,
    size: int = 50,
    sizes: Sequence[int] = (20, 50, 100),
    total: int | None = None,
) -> dict[str, Any]:
    """Keyset pages: before, after, how many per page; ``total`` (capped) where it is known."""
    return {
        "next": _page(context, next_cursor),
        "previous": _page(context, previous_cursor),
        "size": size,
        "sizes": [{"size": one, "url": query_with(context, size=one)} for one in sizes],
        "total": total,
    }


def _page(context: Context, cursor: str | None) -> str:
    return query_with(context, cursor=cursor) if cursor else ""


@register.inclusion_tag("components/segmented.html", takes_context=True)
def segmented(
    context: Context, parameter: str, options: Sequence[tuple[str, str]], current: str, label: str = ""
) -> dict[str, Any]:
    """A few choices side by side, each a link that sets ``parameter``."""
    choices = [
        {"words": words, "url": query_with(context, **{parameter: value}), "active": value == current}
        for value, words in options
    ]
    return {"choices": choices, "label": label}


@register.inclusion_tag("components/field.html")
def field(bound: Any, label: str = "", help: str = "", prefix_icon: str = "") -> dict[str, Any]:
    """One form field: label above, help below, errors beside it, all tied together for screen readers."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "textarea" if type(widget).__name__ == "Textarea" else "")
    look = {"select": "form-select", "checkbox": "form-check-input", "radio": "form-check-input", "range": "form-range"}
    grouped = type(widget).__name__ in {"RadioSelect", "CheckboxSelectMultiple"}
    described = [f"{bound.auto_id}-help"] * bool(help or bound.help_text) + [f"{bound.auto_id}-error"] * bool(
        bound.errors
    )
    attrs: dict[str, str] = {} if grouped else {"class": look.get(kind, "form-control")}
    if "class" in widget.attrs:
        attrs["class"] = f"{attrs.get('class', '')} {widget.attrs['class']}".strip()
    if bound.errors:
        attrs["class"] = f"{attrs.get('class', '')} is-invalid".strip()
        attrs["aria-invalid"] = "true"
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return {
        "bound": bound,
        "control": bound.as_widget(attrs=attrs),
        "label": label or bound.label,
        "help": help or bound.help_text,
        "kind": "group" if grouped else kind,
        "prefix_icon": prefix_icon,
    }


@register.inclusion_tag("components/form_summary.html")
def form_summary(form: Any) -> dict[str, Any]:
    """What is wrong with a form, summed above it, each error a link to its field."""
    wrong = [] if not form.is_bound else [bound for bound in form if bound.errors]
    return {"fields": wrong, "general": form.non_field_errors() if form.is_bound else []}


@register.inclusion_tag("components/timeline.html")
def timeline(entries: Iterable[Any]) -> dict[str, Any]:
    """What happened, newest last: entries have ``at, actor, text`` and may have ``icon, tone, note``."""
    return {"entries": entries}
