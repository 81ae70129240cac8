"""Pages of the rules: what administrators see, enter and are told; the simulator and its API."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from apps.core import clock
from apps.deadlines.models import Ladder, Limit, LimitPolicy, PresetChoice, RuleChange
from tests.factories.accounts import client_of
from tests.factories.cases import World, make_world
from tests.factories.deadlines import shanghai

NOW = shanghai("2026-03-02 09:30")
BECAUSE = {"because": "区政府例会"}


@pytest.fixture(autouse=True)
def frozen():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def db() -> None:
    """Asked for so that pytest-django makes a database; the transaction is ``made``'s."""


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker) -> Iterator[World]:
    """The small district, made once."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def put_back(db, made, django_db_blocker) -> Iterator[None]:
    """Everything that a test writes is taken back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def world(made: World) -> World:
    """The district on Monday morning."""
    made.at = NOW
    return made


@pytest.fixture
def admin(world):
    return client_of(world["admin"])


def text_of(answer):
    return answer.content.decode()


def policy(code):
    return LimitPolicy.objects.filter(code=code).latest("version")


def test_the_policies_are_listed_by_stage_and_narrowed_by_the_address(admin):
    text = text_of(admin.get("/manage/limits/"))
    headings = [text.index(f"{stage} <span class") for stage in ("受理甄别", "处置", "全程")]
    assert headings == sorted(headings)
    assert headings[1] < text.index("社区自行处置") < headings[2]
    assert "热线：复杂" in text
    narrowed = text_of(admin.get("/manage/limits/?stage=handling&preset=station"))
    assert "工作站职责内事项" in narrowed
    assert "社区自行处置" not in narrowed
    assert "没有符合条件的规则" in text_of(admin.get("/manage/limits/?when=ended"))
    assert admin.get("/manage/limits/?unit=999").status_code == 404


def test_the_list_costs_the_same_at_any_length(admin, world):
    costs = []
    for number in range(3):
        LimitPolicy.objects.create(
            code=f"x{number}",
            preset_id="own",
            name="x",
            name_en="x",
            stage="handling",
            unit=world.tree.grids[number],
            category_prefix=world.category.key,
            amount=1,
            measure="working_days",
            effective_from=date(2026, 1, 1),
        )
        with CaptureQueriesContext(connection) as queries:
            admin.get("/manage/limits/")
        costs.append(len(queries))
    assert costs[0] == costs[1] == costs[2]


def test_an_administrator_adds_changes_and_ends_a_policy(admin, world):
    street = world.unit("street 0")
    given = {
        "name": "本街道暴露垃圾",
        "stage": "handling",
        "amount": "4",
        "measure": "working_hours",
        "unit": street.code,
        "category_prefix": world.category.key,
        "effective_from": "2026-03-03",
    }
    assert admin.post("/manage/limits/add/", given).status_code == 422
    assert admin.post("/manage/limits/add/", given | BECAUSE).status_code == 302
    mine = LimitPolicy.objects.get(name="本街道暴露垃圾")
    assert (mine.unit, mine.amount, mine.by_hand) == (street, 4, True)
    page = text_of(admin.get("/manage/limits/?when=planned"))
    assert f"{street.name} · {world.category.name}" in page
    again = admin.post("/manage/limits/add/", given | BECAUSE)
    assert (again.status_code, "适用范围完全相同" in text_of(again)) == (422, True)
    change = {"amount": "2", "measure": "working_hours", "effective_from": "2026-03-09"} | BECAUSE
    assert admin.post(f"/manage/limits/{policy('handling-any').pk}/change/", change).status_code == 302
    assert (policy("handling-any").version, policy("handling-any").effective_from) == (2, date(2026, 3, 9))
    early = admin.post(f"/manage/limits/{mine.pk}/change/", change | {"effective_from": "2026-03-02"})
    assert (early.status_code, "生效日须在今天之后" in text_of(early)) == (422, True)
    assert admin.post(f"/manage/limits/{mine.pk}/end/", {"last_day": "2026-03-02"} | BECAUSE).status_code == 302
    mine.refresh_from_db()
    assert not mine.active
    assert admin.post(f"/manage/limits/{mine.pk}/end/", {"last_day": "2026-03-02"} | BECAUSE).status_code == 422
    log = text_of(admin.get("/manage/limits/changes/"))
    assert log.count("区政府例会") == RuleChange.objects.count() == 3
    assert admin.get("/manage/limits/0/change/").status_code == 404


def test_the_ladder_page_draws_a_sample_and_says_which_step_has_no_place(admin):
    text = text_of(admin.get("/manage/limits/ladders/?amount=1&measure=working_days"))
    for words in ("通用阶梯", "重大事项阶梯", "八成亮黄阶梯", "略过：不晚于前一步", "提交党委"):
        assert words in text, words
    assert "略过：会早于起点" in text_of(admin.get("/manage/limits/ladders/?amount=2&measure=working_hours"))
    assert admin.get("/manage/limits/ladders/?amount=nonsense&measure=moons").status_code == 200


def test_an_administrator_writes_other_steps(admin):
    ladder = Ladder.objects.get(code="default")
    url = f"/manage/limits/ladders/{ladder.pk}/change/"
    assert 'value="75"' in text_of(admin.get(url))
    steps = {"kind_1": "red", "anchor_1": "at_end"}
    given = steps | {"effective_from": "2026-03-03"} | BECAUSE
    wrong = admin.post(url, given | {"kind_2": "escalate", "anchor_2": "after_end"})
    assert (wrong.status_code, "第 2 步：请写明时间和计时单位" in text_of(wrong)) == (422, True)
    assert admin.post(url, given).status_code == 302
    new = Ladder.objects.get(code="default", version=2)
    assert [(rung.kind, rung.anchor) for rung in new.rungs.all()] == [("red", "at_end")]
    own = {"name": "紧急", "urgency": "urgent"} | given
    assert admin.post("/manage/limits/ladders/add/", own).status_code == 302
    assert admin.post(f"/manage/limits/ladders/{new.pk}/end/", {"last_day": "2026-03-02"} | BECAUSE).status_code == 302


def test_a_unit_chooses_a_set_after_seeing_what_will_differ(admin, world):
    street = world.unit("street 0")
    where = {"unit": street.code, "effective_from": "2026-03-09"}
    preview = text_of(admin.get("/manage/limits/presets/station/", where))
    for words in ("工作站职责内事项", "社区自行处置", "3 工作日", "1 工作日"):
        assert words in preview, words
    assert not PresetChoice.objects.exists()
    assert admin.post("/manage/limits/presets/station/", where | BECAUSE).status_code == 302
    chosen = PresetChoice.objects.get()
    assert (chosen.unit, chosen.preset_id, chosen.effective_from) == (street, "station", date(2026, 3, 9))
    assert street.name in text_of(admin.get("/manage/limits/presets/"))
    again = admin.post("/manage/limits/presets/station/", where | BECAUSE)
    assert again.status_code == 422
    assert (
        admin.post(f"/manage/limits/choices/{chosen.pk}/end/", {"last_day": "2026-03-02"} | BECAUSE).status_code == 302
    )
    assert not PresetChoice.objects.exists()


def asked(world, **more):
    return {
        "category": world.category.key,
        "unit": world.unit("grid 0 0 0").code,
        "level": "community",
        "at": "2026-03-02T09:30",
    } | more


def test_the_simulator_says_every_stage_its_rule_and_why_not_the_others(admin, world):
    text = text_of(admin.get("/manage/limits/simulate/", asked(world)))
    assert "1 工作日，自 03-02 周一 09:30 起算，03-03 周二 09:30 到期。" in text
    assert "选中的规则指明了层级" in text
    assert text.count("<section") >= 7
    admin.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english = text_of(admin.get("/manage/limits/simulate/", asked(world)))
    assert "1 working day, counted from Mon 2 Mar 09:30, due Tue 3 Mar 09:30." in english
    assert "the chosen rule names the level" in english


def test_the_simulator_finds_a_category_by_its_name_and_says_what_it_does_not_know(admin, world):
    assert world.category.key in text_of(
        admin.get("/manage/limits/simulate/", asked(world, category=world.category.name))
    )
    wrong = admin.get("/manage/limits/simulate/", asked(world, category="不存在"))
    assert (wrong.status_code, "没有这个类别" in text_of(wrong)) == (422, True)
    assert admin.get("/manage/limits/simulate/", asked(world, unit="999")).status_code == 404
    assert admin.get("/manage/limits/simulate/", asked(world, at="tomorrow")).status_code == 422
    assert admin.get("/manage/limits/simulate/", asked(world, draft="policy")).status_code == 422
    assert admin.get("/manage/limits/simulate/").status_code == 200


def test_a_draft_is_shown_beside_what_holds_and_nothing_is_written(admin, world):
    eighty = Ladder.objects.get(code="eighty")
    before = (LimitPolicy.objects.count(), PresetChoice.objects.count())
    drafts = [
        ({"draft": "policy", "draft_stage": "handling", "draft_amount": "4", "draft_measure": "working_hours"}, 1),
        ({"draft": "preset", "draft_preset": "station"}, 1),
        ({"draft": "preset", "draft_preset": "hotline"}, 4),
        ({"draft": "ladder", "draft_ladder": eighty.pk}, None),
    ]
    for draft, changed in drafts:
        text = text_of(admin.get("/manage/limits/simulate/", asked(world) | draft))
        number = text.count("假设之下")
        assert number == changed or (changed is None and number >= 7), (draft, number)
    assert (LimitPolicy.objects.count(), PresetChoice.objects.count()) == before


def test_the_api_answers_the_same(admin, world):
    answer = admin.get("/api/v1/limits/simulate/", asked(world, at="2026-03-02T09:30:00+08:00"))
    handling = next(one for one in answer.json() if one["stage"] == "handling")
    assert handling["due_at"] == "2026-03-03T09:30:00+08:00"
    assert (handling["policy"]["code"], handling["policy"]["amount"]) == ("handling-community", "1.00")
    assert [(one["rule"]["code"], one["reason"]) for one in handling["others"]] == [("handling-any", "level")]
    assert [step["kind"] for step in handling["steps"]] == ["remind", "red", "escalate", "meeting"]
    assert admin.get("/api/v1/limits/simulate/").status_code == 400


@pytest.mark.parametrize("preset", ["", "station", "demand", "hotline", "field", "eighty"])
def test_real_cases_get_what_the_simulator_said(admin, world, preset):
    if preset:
        unit = world.unit("street 0")
        PresetChoice.objects.create(unit=unit, preset_id=preset, effective_from=date(2026, 3, 1))
    for complexity in ("general", "complex", "major"):
        case = world.to_street()
        section = world.agencies["section"].code
        case = world.move(case, "dispatch", "street", agency=section, complexity=complexity)
        assert case.complexity == complexity
        legs = Limit.objects.filter(subject_kind="case_leg", subject_id__in=case.legs.values("pk"))
        limits = legs.select_related("holder__unit", "ladder", "policy")
        assert len(limits) == 4
        for limit in limits:
            centre = limit.holder.kind == "centre"
            given = {
                "category": world.category.key,
                "unit": world.unit("grid 0 0 0").code,
                "level": limit.holder.unit.kind if centre else "agency",
                "urgency": case.urgency,
                "complexity": "general" if centre else complexity,
                "at": limit.started_at.isoformat(),
            }
            said = next(
                one for one in admin.get("/api/v1/limits/simulate/", given).json() if one["stage"] == limit.stage
            )
            assert (said["due_at"], said["policy"]["code"], said["ladder"]) == (
                clock.local(limit.due_at).isoformat(),
                limit.policy.code,
                limit.ladder.code,
            )
            moments = [clock.local(moment).isoformat() for moment in limit.plan_times]
            assert [step["due_at"] for step in said["steps"]] == moments


def test_the_page_of_a_case_says_why_each_limit_is_what_it_is(world):
    case = world.report()
    world.move(case, "register", "station", complexity="major")
    url = f"/cases/{case.number}/limits/"
    station = client_of(world["station"])
    text = text_of(station.get(url))
    assert "1 工作日，自 03-02" in text
    assert "社区自行处置" in text
    assert "选中的规则指明了层级" in text
    assert f'href="{url}"' in text_of(station.get(f"/cases/{case.number}/"))
    with translation.override("en"):
        fragment = text_of(station.get(url, headers={"HX-Request": "true"}))
    assert "dialog-actions" in fragment
    assert client_of(world["street_b"]).get(url).status_code == 404


def test_explaining_a_case_costs_the_same_with_one_limit_and_with_three(world):
    case, costs = world.report(), []
    client = client_of(world["leader"])
    for act in (None, ("register", "station", {}), ("escalate", "station", {"note": "上报"})):
        if act:
            world.move(case, act[0], act[1], **act[2])
        client.get(f"/cases/{case.number}/limits/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/cases/{case.number}/limits/").status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1] == costs[2]


def test_a_named_end_says_so(world):
    case = world.report()
    Limit.objects.update(due_given=True)
    text = text_of(client_of(world["station"]).get(f"/cases/{case.number}/limits/"))
    assert "期限由办理人指定为" in text
    assert "为何不是" not in text
