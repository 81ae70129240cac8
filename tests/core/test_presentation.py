"""How moments, spans and limits are said, in both languages."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from apps.core.presentation import LimitLook, ago_text, duration_text, limit_look, when_text, working_text

NOW = datetime(2026, 11, 21, 6, 5, tzinfo=UTC)  # a Saturday, 14:05 in Shanghai


@pytest.mark.parametrize(
    ("moment", "chinese", "english"),
    [
        (NOW, "11-21 周六 14:05", "Sat 21 Nov 14:05"),
        (NOW - timedelta(hours=14, minutes=6), "11-20 周五 23:59", "Fri 20 Nov 23:59"),
        (datetime(2025, 12, 31, 16, 0, tzinfo=UTC), "01-01 周四 00:00", "Thu 1 Jan 00:00"),
        (datetime(2025, 12, 31, 15, 59, tzinfo=UTC), "2025-12-31 周三 23:59", "Wed 31 Dec 2025 23:59"),
        (date(2026, 11, 9), "11-09 周一", "Mon 9 Nov"),
        (date(2027, 1, 2), "2027-01-02 周六", "Sat 2 Jan 2027"),
    ],
)
def test_a_moment_is_said_in_shanghai_time_with_the_year_only_when_it_is_another(
    moment: date, chinese: str, english: str
) -> None:
    with translation.override("zh-hans"):
        assert when_text(moment, NOW) == chinese
    with translation.override("en"):
        assert when_text(moment, NOW) == english


@pytest.mark.parametrize(
    ("minutes", "chinese", "english"),
    [
        (0, "0 分", "0 min"),
        (52, "52 分", "52 min"),
        (60, "1 时", "1 h"),
        (220, "3 时 40 分", "3 h 40 min"),
        (1440, "1 天", "1 d"),
        (1440 + 119, "1 天 1 时", "1 d 1 h"),
        (-(1440 + 120), "1 天 2 时", "1 d 2 h"),
    ],
)
def test_a_calendar_span_is_said_in_its_two_largest_units(minutes: int, chinese: str, english: str) -> None:
    with translation.override("zh-hans"):
        assert duration_text(minutes) == chinese
        assert duration_text(timedelta(minutes=minutes)) == chinese
    with translation.override("en"):
        assert duration_text(minutes) == english


@pytest.mark.parametrize(
    ("minutes", "work_day", "chinese", "english"),
    [
        (59, 480, "59 分", "59 min"),
        (180, 480, "3 工作时", "3 working h"),
        (220, 480, "3 工作时 40 分", "3 working h 40 min"),
        (480, 480, "1 工作日", "1 working d"),
        (480 + 61, 480, "1 工作日 1 时", "1 working d 1 h"),
        (480, 420, "1 工作日 1 时", "1 working d 1 h"),
    ],
)
def test_a_working_span_counts_working_days(minutes: int, work_day: int, chinese: str, english: str) -> None:
    with translation.override("zh-hans"):
        assert working_text(minutes, work_day) == chinese
    with translation.override("en"):
        assert working_text(minutes, work_day) == english


@pytest.mark.parametrize(
    ("span", "chinese", "english"),
    [
        (timedelta(seconds=59), "刚刚", "just now"),
        (timedelta(minutes=3), "3 分前", "3 min ago"),
        (timedelta(minutes=119), "1 时前", "1 h ago"),
        (timedelta(days=29, hours=23), "29 天前", "29 d ago"),
        (timedelta(days=30), "10-22 周四", "Thu 22 Oct"),
        (timedelta(minutes=-5), "5 分后", "in 5 min"),
    ],
)
def test_how_long_ago(span: timedelta, chinese: str, english: str) -> None:
    with translation.override("zh-hans"):
        assert ago_text(NOW - span, NOW) == chinese
    with translation.override("en"):
        assert ago_text(NOW - span, NOW) == english


def started(minutes: int) -> datetime:
    return NOW - timedelta(minutes=minutes)


def due(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("given", "look"),
    [
        ({"due_at": None}, LimitLook("none", "clock-off", "无时限", 0)),
        ({"due_at": due(25), "started_at": started(75)}, LimitLook("ok", "clock", "剩 25 分", 75)),
        ({"due_at": due(24), "started_at": started(76)}, LimitLook("near", "clock", "剩 24 分", 76)),
        ({"due_at": due(240)}, LimitLook("ok", "clock", "剩 4 时", 0)),
        ({"due_at": due(239)}, LimitLook("near", "clock", "剩 3 时 59 分", 0)),
        ({"due_at": due(0), "started_at": started(60)}, LimitLook("near", "clock", "剩 0 分", 100)),
        (
            {"due_at": due(-1560), "started_at": started(2000)},
            LimitLook("late", "clock-exclamation", "超 1 天 2 时", 100),
        ),
        ({"due_at": due(600), "card": "yellow"}, LimitLook("near", "clock", "剩 10 时", 0)),
        ({"due_at": due(600), "card": "red"}, LimitLook("late", "clock", "剩 10 时", 0)),
        ({"due_at": due(600), "left": 180}, LimitLook("ok", "clock", "剩 3 工作时", 0)),
        ({"due_at": due(-600), "left": -180}, LimitLook("late", "clock-exclamation", "超 3 工作时", 100)),
        ({"due_at": due(-600), "paused": True}, LimitLook("hold", "player-pause", "挂起", 0)),
        ({"due_at": due(-600), "stopped": True}, LimitLook("hold", "clock-pause", "暂停计时", 0)),
        ({"due_at": due(600), "done": True}, LimitLook("ok", "check", "按时办结", 100)),
        ({"due_at": due(-600), "done": True}, LimitLook("late", "check", "超时办结", 100)),
    ],
)
def test_the_look_of_a_limit(given: dict[str, object], look: LimitLook) -> None:
    with translation.override("zh-hans"):
        assert limit_look(given.pop("due_at"), at=NOW, **given) == look  # type: ignore[arg-type]
