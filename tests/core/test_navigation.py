"""The top bar shows what a role may use; home and search gather what the rooms announce."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser

from apps.core import navigation, search, waiting
from apps.core.search import SearchHit
from apps.core.waiting import WaitingItem

USER = SimpleNamespace(is_authenticated=True, may={"jobs"})


@pytest.fixture(autouse=True)
def empty_registries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_items", {})
    monkeypatch.setattr(navigation, "_identities", [])
    monkeypatch.setattr(navigation, "_place_names", [])
    monkeypatch.setattr(waiting, "_providers", [])
    monkeypatch.setattr(search, "_providers", [])


def register_three() -> None:
    navigation.register_item("jobs", "任务", "jobs", lambda user: "jobs" in user.may, 20)
    navigation.register_item("secret", "密", "metrics", lambda user: "secret" in user.may, 30)
    navigation.register_item("home", "待办", "home", lambda user: True, 10)


def test_only_the_entries_of_the_role_in_their_order() -> None:
    register_three()
    assert [link.key for link in navigation.links_for(USER, "/")] == ["home", "jobs"]
    assert [link.url for link in navigation.links_for(USER, "/")] == ["/", "/jobs/"]


def test_nobody_signed_in_sees_nothing() -> None:
    register_three()
    assert navigation.links_for(AnonymousUser(), "/") == []


def test_an_entry_without_its_room_is_left_out() -> None:
    navigation.register_item("ghost", "无", "no-such-url", lambda user: True, 1)
    assert navigation.links_for(USER, "/") == []


@pytest.mark.parametrize(
    ("path", "named", "active"),
    [("/", "", ["home"]), ("/jobs/7/", "", ["jobs"]), ("/elsewhere/", "", []), ("/jobs/", "home", ["home"])],
)
def test_the_longest_matching_url_is_active_unless_the_page_names_one(path: str, named: str, active: list[str]) -> None:
    register_three()
    assert [link.key for link in navigation.links_for(USER, path, named) if link.active] == active


def test_a_key_registered_again_replaces_the_first() -> None:
    register_three()
    navigation.register_item("home", "首页", "home", lambda user: True, 10)
    assert [link.label for link in navigation.links_for(USER, "/")] == ["首页", "任务"]


def test_the_first_identity_that_is_known_is_shown() -> None:
    assert navigation.identity_of(USER) == ""
    navigation.register_identity(lambda user: "")
    navigation.register_identity(lambda user: "大宁路街道调度中心")
    assert navigation.identity_of(USER) == "大宁路街道调度中心"


def test_the_first_place_name_that_is_known_is_shown() -> None:
    assert navigation.place_name() == ""
    navigation.register_place_name(lambda: "")
    navigation.register_place_name(lambda: "静安区")
    assert navigation.place_name() == "静安区"


def item(title: str, hour: int | None) -> WaitingItem:
    due_at = None if hour is None else datetime(2026, 11, 21, hour, tzinfo=UTC)
    return WaitingItem(title, "第 4 网格", due_at, "/x/", "核查", "eye-check")


def test_what_waits_comes_from_all_rooms_soonest_first_and_without_limit_last() -> None:
    waiting.register_waiting(lambda user: [item("无", None), item("晚", 9)])
    waiting.register_waiting(lambda user: iter([item("早", 3)]))
    assert [one.title for one in waiting.waiting_for(USER)] == ["早", "晚", "无"]
    assert [one.title for one in waiting.waiting_for(USER, limit=1)] == ["早"]


def test_search_asks_every_room_but_not_for_nothing() -> None:
    assert not search.has_providers()
    search.register_search(lambda user, words: [SearchHit("网格", words, "", "/x/", "map")] * 30)
    assert search.has_providers()
    assert [hit.title for hit in search.search_for(USER, " 水 ")] == ["水"] * search.PER_PROVIDER
    assert search.search_for(USER, "  ") == []
