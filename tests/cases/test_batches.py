"""One action on many cases: a word on each, none stopped by another, and nothing done twice."""

from typing import Any

import pytest

from apps.cases.models import Case, CaseEvent, Leg
from apps.cases.services import SeenCase, act_on_cases
from apps.core.errors import InvalidInput
from tests.cases.test_case_pages import HTMX, get, post, words
from tests.factories.cases import World, make_agency, make_category


def seen(*cases: Case) -> list[SeenCase]:
    versions = dict(Case.objects.values_list("number", "version"))
    return [SeenCase(case.number, versions[case.number]) for case in cases]


def take(world: World, who: str, action: str, marked: list[SeenCase], **given: Any) -> list[tuple[bool, str]]:
    outcomes = act_on_cases(actor=world[who], action=action, seen=marked, at=world.tick(), **given)
    return [(one.done, one.said) for one in outcomes]


def test_each_case_goes_to_the_agency_suggested_for_it(world: World) -> None:
    cases = [world.to_street() for _ in range(3)]
    assert take(world, "street", "dispatch", seen(*cases)) == [(True, "派给市容管理办")] * 3
    assert set(Leg.objects.filter(state="offered").values_list("agency__name", flat=True)) == {"市容管理办"}
    assert Leg.objects.filter(state="offered").count() == 3


def test_or_all_to_one_that_was_chosen(world: World) -> None:
    cases = [world.to_street() for _ in range(2)]
    take(world, "street", "dispatch", seen(*cases), agency=world.agencies["helper"].code)
    assert (
        list(Leg.objects.filter(state="offered").values_list("agency", flat=True)) == [world.agencies["helper"].pk] * 2
    )


def test_one_that_fails_leaves_the_others_alone(world: World) -> None:
    first, taken, last = (world.to_street() for _ in range(3))
    beside = world.report(by="worker_b", place="grid 1 0 0")
    marked = seen(first, taken, beside, last)
    world.move(taken, "escalate", "street", note="需上级")
    assert take(world, "street", "dispatch", marked) == [
        (True, "派给市容管理办"),
        (False, "他人刚刚办理过，请看最新情况后再办。"),
        (False, "没有找到，或不在您的管辖范围内。"),
        (True, "派给市容管理办"),
    ]
    assert [Case.objects.get(pk=case.pk).state for case in (first, taken, last)] == [
        "dispatched",
        "registered",
        "dispatched",
    ]


@pytest.mark.parametrize("action", ["dispatch", "comment", "supervise"])
def test_a_second_press_changes_nothing(world: World, action: str) -> None:
    case = world.to_street()
    marked = seen(case)
    who = "district" if action == "supervise" else "street"
    take(world, who, action, marked, note="请抓紧办理")
    events = CaseEvent.objects.filter(case=case).count()
    assert take(world, who, action, marked, note="请抓紧办理") == [(True, "您刚才已经办过")]
    assert CaseEvent.objects.filter(case=case).count() == events


def test_a_case_whose_duty_is_nobodys_is_left_for_a_choice(world: World) -> None:
    case = world.to_street(category=make_category("无人负责", duty="nobody"))
    assert take(world, "street", "dispatch", seen(case)) == [(False, "没有可建议的单位，请单独选择。")]


def test_the_others_are_merged_into_the_first(world: World) -> None:
    first, second, third = (world.to_street() for _ in range(3))
    assert take(world, "street", "merge", seen(first, second, third)) == [(True, "已办")] * 2
    assert set(Case.objects.filter(merged_into=first).values_list("pk", flat=True)) == {second.pk, third.pk}


def test_none_or_too_many_are_refused(world: World) -> None:
    for marked in ([], [SeenCase(f"260302-{number:04d}", 1) for number in range(101)]):
        with pytest.raises(InvalidInput) as refused:
            take(world, "street", "dispatch", marked)
        assert list(refused.value.fields) == ["case"]
    with pytest.raises(InvalidInput):
        take(world, "street", "merge", seen(world.to_street()))
    with pytest.raises(InvalidInput) as refused:
        take(world, "street", "comment", seen(world.to_street()), note=" ")
    assert list(refused.value.fields) == ["note"]


class TestPages:
    """The form of the batch and its answer."""

    def test_the_form_lists_what_is_marked_and_whom_it_can_go_to(self, world: World) -> None:
        case = world.to_street()
        make_agency("已撤并", world.tree.street(0))
        page = get(world, "street", f"/dispatch/batch/dispatch/?case={case.number}:{case.version}&case=260302-9999:1")
        assert f"{case.number} 路边堆放垃圾" in words(page)
        assert "260302-9999 没有找到" in words(page)
        agencies = [value for value, _label in page.context["form"].fields["agency"].choices]
        assert world.agencies["section"].code in agencies
        assert world.agencies["section_b"].code not in agencies

    def test_the_answer_says_of_each_how_it_went(self, world: World) -> None:
        case, stale = world.to_street(), world.to_street()
        body = {"case": [f"{case.number}:{case.version}", f"{stale.number}:{stale.version - 1}"]}
        answer = post(world, "street", "/dispatch/batch/dispatch/", body, **HTMX)
        assert "办成 1 件 · 1 件没有办成" in words(answer)
        assert f'href="/cases/{stale.number}/"' in answer.content.decode()
        assert "case:changed" in answer["HX-Trigger"]

    def test_words_are_asked_for_where_the_action_needs_them(self, world: World) -> None:
        case = world.to_street()
        answer = post(world, "district", "/dispatch/batch/supervise/", {"case": f"{case.number}:{case.version}"})
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["note"])

    @pytest.mark.parametrize("query", ["", "?case=x", "?case=260302-0001:99999999999", "?case=:1", "?case=a%00:1"])
    def test_marks_that_are_none(self, world: World, query: str) -> None:
        assert get(world, "street", f"/dispatch/batch/dispatch/{query}").status_code == 400
        assert get(world, "street", "/dispatch/batch/refuse/?case=260302-0001:1").status_code == 404
