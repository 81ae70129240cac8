"""How moments, spans and limits are said in a word or two, in Chinese and in English (``design/screens.md``).

Pure functions: the present moment is always passed in. Spans are whole minutes, rounded
down, so that nobody is promised time he has not.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from apps.core import clock

WEEKDAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

HOUR = 60
DAY = 24 * HOUR
WORK_DAY = 8 * HOUR
NEAR_SHARE = 4  # a limit is near when less than a quarter of it is left …
NEAR_MINUTES = 4 * HOUR  # … or, where its start is not known, less than four hours


def in_chinese() -> bool:
    """Whether the language in use is Chinese."""
    return (get_language() or "zh-hans").startswith("zh")


def when_text(moment: datetime | date, at: datetime) -> str:
    """``11-21 周六 14:05`` or ``Sat 21 Nov 14:05``; with the year unless it is that of ``at``; a date has no time."""
    hours = ""
    day = moment
    if isinstance(moment, datetime):
        day = clock.local(moment)
        hours = f" {day:%H:%M}"
    this_year = day.year == clock.local(at).year
    if in_chinese():
        return f"{'' if this_year else f'{day.year}-'}{day.month:02d}-{day.day:02d} {WEEKDAYS_ZH[day.weekday()]}{hours}"
    year = "" if this_year else f" {day.year}"
    return f"{WEEKDAYS_EN[day.weekday()]} {day.day} {MONTHS_EN[day.month - 1]}{year}{hours}"


def exact_text(moment: datetime) -> str:
    """The moment in full, for the tip on hover: ``2026-11-21 14:05:09``."""
    return f"{clock.local(moment):%Y-%m-%d %H:%M:%S}"


def minutes_of(span: timedelta | int) -> int:
    """Whole minutes of a span, towards zero."""
    return int(span.total_seconds() / 60) if isinstance(span, timedelta) else int(span)


def duration_text(span: timedelta | int) -> str:
    """A calendar span (timedelta or minutes) in its two largest units: ``1 天 2 时``, ``3 时 40 分``, ``52 分``."""
    minutes = abs(minutes_of(span))
    days, rest = divmod(minutes, DAY)
    hours, left = divmod(rest, HOUR)
    if days:
        return _("%(d)d 天 %(h)d 时") % {"d": days, "h": hours} if hours else _("%(d)d 天") % {"d": days}
    if hours:
        return _("%(h)d 时 %(m)d 分") % {"h": hours, "m": left} if left else _("%(h)d 时") % {"h": hours}
    return _("%(m)d 分") % {"m": left}


def span_text(span: timedelta) -> str:
    """A short span to the second, a longer one to the minute: ``4 秒``, ``3 分``, ``1 时 5 分``."""
    seconds = max(0, round(span.total_seconds()))
    return ngettext("%(s)d 秒", "%(s)d 秒", seconds) % {"s": seconds} if seconds < 60 else duration_text(span)


def working_text(minutes: int, work_day: int = WORK_DAY) -> str:
    """A span of working minutes in its two largest units: ``2 工作日 3 时``, ``40 分`` (``work_day``: minutes)."""
    days, rest = divmod(abs(minutes), work_day)
    hours, left = divmod(rest, HOUR)
    if days:
        return _("%(d)d 工作日 %(h)d 时") % {"d": days, "h": hours} if hours else _("%(d)d 工作日") % {"d": days}
    if hours:
        return _("%(h)d 工作时 %(m)d 分") % {"h": hours, "m": left} if left else _("%(h)d 工作时") % {"h": hours}
    return _("%(m)d 分") % {"m": left}


def ago_text(moment: datetime, at: datetime) -> str:
    """``刚刚``, ``3 分前``, ``2 时前``, ``… 后`` for what is to come; past thirty days the date."""
    minutes = minutes_of(at - moment)
    size = abs(minutes)
    if size < 1:
        return _("刚刚")
    if size >= 30 * DAY:
        return when_text(clock.local(moment).date(), at)
    days, hours = size // DAY, size // HOUR
    if days:
        span = _("%(d)d 天") % {"d": days}
    elif hours:
        span = _("%(h)d 时") % {"h": hours}
    else:
        span = _("%(m)d 分") % {"m": size}
    return (_("%(span)s前") if minutes > 0 else _("%(span)s后")) % {"span": span}


@dataclass(frozen=True, slots=True)
class LimitLook:
    """How a running limit is shown: ``tone`` colours it, ``icon`` and ``text`` say the same without colour."""

    tone: str
    icon: str
    text: str
    share: int  # per cent of the limit that is used up, 0–100


def limit_look(
    due_at: datetime | None,
    *,
    at: datetime,
    started_at: datetime | None = None,
    paused: bool = False,
    stopped: bool = False,
    done: bool = False,
    card: str = "",
    left: int | None = None,
    work_day: int = WORK_DAY,
) -> LimitLook:
    """The look of a limit: suspended, its clock stopped for another reason, met, over, near or in time.

    ``left`` is what the working calendar leaves, in working minutes (negative when over); without it the span is
    said in calendar time.
    ``card`` is ``""``, ``"yellow"`` or ``"red"`` and can only make the tone graver.
    """
    if paused:
        return LimitLook("hold", "player-pause", _("挂起"), 0)
    if stopped:
        return LimitLook("hold", "clock-pause", _("暂停计时"), 0)
    if due_at is None:
        return LimitLook("none", "clock-off", _("无时限"), 0)
    remaining = minutes_of(due_at - at)
    over = at > due_at
    if done:
        return LimitLook("late" if over else "ok", "check", _("超时办结") if over else _("按时办结"), 100)
    total = minutes_of(due_at - started_at) if started_at is not None else 0
    share = 100 if over else (max(0, min(100, 100 - remaining * 100 // total)) if total > 0 else 0)
    span = duration_text(remaining) if left is None else working_text(left, work_day)
    near = remaining * NEAR_SHARE < total if total > 0 else remaining < NEAR_MINUTES
    tone = "late" if over or card == "red" else "near" if near or card == "yellow" else "ok"
    if over:
        return LimitLook(tone, "clock-exclamation", pgettext("limit", "超 %(span)s") % {"span": span}, share)
    return LimitLook(tone, "clock", pgettext("limit", "剩 %(span)s") % {"span": span}, share)


def size_text(size: int) -> str:
    """A size in bytes as ``640 KB``, ``3.2 MB`` or ``51.0 GB``."""
    kilobytes = size / 1024
    if kilobytes < 1000:
        return f"{-(-size // 1024)} KB"
    megabytes = kilobytes / 1024
    return f"{megabytes:.1f} MB" if megabytes < 1000 else f"{megabytes / 1024:.1f} GB"
