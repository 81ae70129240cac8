"""Changing policies, ladders and sets: what is written, what is refused, and what limits then get."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from apps.core import clock
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from apps.deadlines import catalogue, rulebook, services
from apps.deadlines.choices import LimitState
from apps.deadlines.models import Ladder, LadderRung, Limit, LimitPolicy, LimitPreset, PresetChoice, RuleChange
from apps.deadlines.reckoning import Rung
from apps.deadlines.services import rules
from apps.deadlines.services.rules import Matters
from tests.factories.accounts import make_user
from tests.factories.deadlines import load_rules, make_limit, shanghai
from tests.factories.grid import Tree, grant, make_tree

NOW = shanghai("2026-03-02 09:00")
TODAY, TOMORROW, LATER = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 10)
WHY = "区政府第三次例会"


@pytest.fixture
def db() -> None:
    """Asked for so that pytest-django makes a database; the transaction is ``tree``'s."""


@pytest.fixture(scope="module")
def tree(django_db_setup, django_db_blocker) -> Iterator[Tree]:
    """The shipped rules and a small district, made once."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_rules()
        yield make_tree(boundaries=False)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def put_back(db, tree, django_db_blocker) -> Iterator[None]:
    """Everything that a test writes is taken back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def admin(tree):
    user = make_user("administrator")
    grant(user, "system_admin", tree.district)
    return user


def policy(code):
    return LimitPolicy.objects.filter(code=code).order_by("-version").first()


def change(admin, code, amount, start=TOMORROW, **more):
    given = {"amount": Decimal(amount), "measure": "working_days", "effective_from": start, "because": WHY, "at": NOW}
    return rules.change_policy(actor=admin, policy_id=policy(code).pk, **given | more)


def add(admin, start=TOMORROW, **more):
    matters = Matters(**{"stage": "handling"} | more.pop("matters", {}))
    given = {"name": "本街道", "amount": Decimal(2), "measure": "working_hours", "because": WHY, "at": NOW}
    return rules.add_policy(actor=admin, matters=matters, effective_from=start, **given | more)


def due(unit, start, **more):
    return clock.local(make_limit(unit, at=shanghai(start), **more).due_at).strftime("%m-%d %H:%M")


def test_a_changed_policy_ends_and_its_successor_counts_from_its_day_on(admin, tree):
    running = make_limit(tree.grids[0], at=NOW)
    old, new = policy("handling-agency"), change(admin, "handling-agency", "1")
    old.refresh_from_db()
    assert (old.amount, old.effective_to, old.by_hand) == (3, TODAY, True)
    assert (new.version, new.effective_from, new.effective_to, new.amount) == (2, TOMORROW, None, 1)
    assert due(tree.grids[0], "2026-03-02 17:00") == "03-05 17:00"
    assert due(tree.grids[0], "2026-03-03 09:00") == "03-04 09:00"
    running.refresh_from_db()
    assert running.policy == old
    (record,) = RuleChange.objects.all()
    assert (record.kind, record.code, record.actor, record.at, record.because) == (
        "policy",
        "handling-agency",
        admin,
        NOW,
        WHY,
    )
    assert (record.before["amount"], record.after["amount"]) == ("3.00", "1")


def test_a_policy_that_has_not_begun_is_changed_itself_and_the_one_before_it_follows(admin, tree):
    change(admin, "handling-agency", "1", LATER)
    for start in (date(2026, 3, 12), date(2026, 3, 5)):
        change(admin, "handling-agency", "2", start)
        versions = LimitPolicy.objects.filter(code="handling-agency").order_by("version")
        assert [(one.amount, one.effective_from, one.effective_to) for one in versions] == [
            (3, date(2004, 1, 1), start - timedelta(days=1)),
            (2, start, None),
        ]


def test_a_withdrawn_successor_leaves_the_rule_before_it_in_force(admin, tree):
    new = change(admin, "handling-agency", "1", LATER)
    rules.end_policy(actor=admin, policy_id=new.pk, last_day=TODAY, because=WHY, at=NOW)
    new.refresh_from_db()
    assert not new.active
    assert due(tree.grids[0], "2026-03-16 09:00") == "03-19 09:00"
    with pytest.raises(WrongState):
        rules.end_policy(actor=admin, policy_id=new.pk, last_day=TODAY, because=WHY, at=NOW)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"start": TODAY}, "effective_from"),
        ({"amount": "0"}, "amount"),
        ({"amount": "10000"}, "amount"),
        ({"measure": "moons"}, "measure"),
        ({"because": "  "}, "because"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_and_nothing_is_written(admin, more, field):
    given = {"amount": "1"} | more
    with pytest.raises(InvalidInput) as refused:
        change(admin, "handling-agency", **given)
    assert list(refused.value.fields) == [field]
    assert (policy("handling-agency").effective_to, RuleChange.objects.count()) == (None, 0)


def test_a_version_with_a_successor_is_not_changed_again(admin):
    old = policy("handling-agency")
    change(admin, "handling-agency", "1")
    with pytest.raises(WrongState):
        rules.change_policy(
            actor=admin,
            policy_id=old.pk,
            amount=Decimal(9),
            measure="working_days",
            effective_from=LATER,
            because=WHY,
            at=NOW,
        )


def test_a_unit_may_have_a_policy_of_its_own_for_everything_below_it(admin, tree):
    add(admin, matters={"unit": tree.street(0)})
    assert due(tree.grid(0, 0, 0), "2026-03-03 09:00") == "03-03 11:00"
    assert due(tree.grid(1, 0, 0), "2026-03-03 09:00") == "03-06 09:00"
    assert due(tree.grid(0, 0, 0), "2026-03-03 09:00", urgency="urgent") == "03-04 09:00"


def test_a_rule_for_the_same_matters_on_the_same_days_is_refused_with_both_names(admin, tree):
    with pytest.raises(InvalidInput) as refused:
        add(admin, matters={"level": "agency"}, name="又一条")
    assert "其他单位处置" in refused.value.fields["effective_from"][0]
    assert "又一条" in refused.value.fields["effective_from"][0]
    first = add(admin, matters={"unit": tree.street(0)}, effective_to=LATER)
    with pytest.raises(InvalidInput):
        add(admin, LATER, matters={"unit": tree.street(0)})
    add(admin, LATER + timedelta(days=1), matters={"unit": tree.street(0)})
    with pytest.raises(InvalidInput):
        change(admin, first.code, "9", LATER + timedelta(days=1))


def test_no_stage_is_left_without_a_limit(admin):
    assert (
        rules.end_policy(
            actor=admin, policy_id=policy("handling-agency").pk, last_day=LATER, because=WHY, at=NOW
        ).effective_to
        == LATER
    )
    with pytest.raises(InvalidInput, match="填写有误") as refused:
        rules.end_policy(actor=admin, policy_id=policy("whole-any").pk, last_day=LATER, because=WHY, at=NOW)
    assert "全程" in refused.value.fields["effective_from"][0]


def test_only_system_administrators_change_rules_and_only_for_their_units(admin, tree):
    other = make_tree("320412", boundaries=False)
    with pytest.raises(NotVisible):
        add(admin, matters={"unit": other.district})
    leader = make_user()
    grant(leader, "leader", tree.district)
    with pytest.raises(NotAllowed):
        add(leader, matters={"unit": tree.district})
    with pytest.raises(NotAllowed):
        change(leader, "handling-agency", "1")
    with pytest.raises(NotVisible):
        rules.end_policy(actor=admin, policy_id=0, last_day=LATER, because=WHY, at=NOW)


@pytest.mark.parametrize(
    "values", [{"amount": 9}, {"measure": "working_hours"}, {"stage": "whole"}, {"effective_from": TODAY}], ids=str
)
def test_what_limits_were_reckoned_by_is_never_changed_not_even_by_hand(tree, values):
    limit = make_limit(tree.grids[0], at=NOW)
    with pytest.raises(DatabaseError, match="deadlines_limitpolicy_fixed"), transaction.atomic():
        LimitPolicy.objects.filter(pk=limit.policy_id).update(**values)
    LimitPolicy.objects.filter(pk=limit.policy_id).update(effective_to=LATER, name="另名", by_hand=True)
    LimitPolicy.objects.filter(code="whole-any").update(amount=9)


def test_a_ladder_that_limits_climb_is_never_changed(tree):
    limit = make_limit(tree.grids[0], at=NOW)
    breaking = [
        lambda: LadderRung.objects.filter(ladder=limit.ladder, step=2).update(amount=9),
        lambda: LadderRung.objects.filter(ladder=limit.ladder, step=2).delete(),
        lambda: LadderRung.objects.create(ladder=limit.ladder, step=9, kind="red", anchor="at_end", amount=0),
        lambda: Ladder.objects.filter(pk=limit.ladder_id).update(stage="whole"),
    ]
    for act in breaking:
        with pytest.raises(DatabaseError, match="_fixed"), transaction.atomic():
            act()


def test_the_record_of_changes_cannot_be_changed(admin):
    change(admin, "handling-agency", "1")
    for act in (lambda: RuleChange.objects.update(because="别的"), lambda: RuleChange.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()


@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("deadlines_limitpolicy_no_overlap", lambda: _copy("handling-agency")),
        ("deadlines_limitpolicy_code_version", lambda: _copy("handling-agency", stage="whole", version=1)),
        ("deadlines_limitpolicy_complexity", lambda: _change(LimitPolicy, "handling-any", complexity="odd")),
        ("deadlines_ladder_complexity", lambda: _change(Ladder, "eighty", complexity="odd")),
        ("deadlines_ladder_stage", lambda: _change(Ladder, "eighty", stage="brewing")),
        ("deadlines_ladder_effective_order", lambda: _change(Ladder, "eighty", effective_to="2003-01-01")),
        ("deadlines_ladder_no_overlap", lambda: _change(Ladder, "eighty", preset_id="default")),
        ("deadlines_ladderrung_step_once", lambda: LadderRung.objects.filter(step=2).update(step=1)),
        ("deadlines_ladderrung_kind", lambda: LadderRung.objects.filter(step=2).update(kind="black")),
        ("deadlines_rulechange_because_given", lambda: RuleChange.objects.create(kind="policy", code="x", at=NOW)),
        (
            "deadlines_rulechange_kind",
            lambda: RuleChange.objects.create(kind="odd", code="x", at=NOW, because="x"),
        ),
    ],
)
def test_each_constraint_of_the_rules_holds(tree, name, act):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        act()


def _copy(code, **changes):
    row = LimitPolicy.objects.get(code=code)
    row.pk, row.version = None, 2
    for column, value in changes.items():
        setattr(row, column, value)
    row.save(force_insert=True)


def _change(model, code, **values):
    model.objects.filter(code=code).update(**values)


def test_a_choice_of_a_set_is_bounded_and_made_once(tree):
    values = {"unit": tree.district, "preset_id": "station", "effective_from": TODAY}
    PresetChoice.objects.create(**values)
    for changes, name in (({}, "no_overlap"), ({"effective_to": date(2026, 3, 1)}, "effective_order")):
        with pytest.raises(IntegrityError, match=f"deadlines_presetchoice_{name}"), transaction.atomic():
            PresetChoice.objects.create(**values | changes)


def choose(admin, unit, code, start=TOMORROW, **more):
    preset = LimitPreset.objects.get(code=code)
    return rules.choose_preset(actor=admin, unit=unit, preset=preset, effective_from=start, because=WHY, at=NOW, **more)


def test_a_unit_goes_by_a_set_in_one_act_and_units_beside_it_do_not(admin, tree):
    choose(admin, tree.street(0), "station")
    for level, here, beside in (("community", "03-06", "03-04"), ("street", "03-10", "03-05")):
        assert due(tree.grid(0, 0, 0), "2026-03-03 09:00", level=level) == f"{here} 09:00"
        assert due(tree.grid(1, 0, 0), "2026-03-03 09:00", level=level) == f"{beside} 09:00"
    assert due(tree.grid(0, 0, 0), "2026-03-02 09:00", level="community") == "03-03 09:00"
    assert due(tree.grid(0, 0, 0), "2026-03-03 09:00", stage="screening", level="street") == "03-05 09:00"


def test_a_unit_below_may_go_back_to_the_default_set(admin, tree):
    choose(admin, tree.district, "station")
    choose(admin, tree.street(0), "default")
    assert due(tree.grid(0, 0, 0), "2026-03-03 09:00", level="community") == "03-04 09:00"
    assert due(tree.grid(1, 0, 0), "2026-03-03 09:00", level="community") == "03-06 09:00"


def test_demands_go_by_their_complexity_and_a_major_one_ends_before_the_committee(admin, tree):
    choose(admin, tree.district, "demand")
    for complexity, day in (("general", "03-10"), ("complex", "03-18"), ("major", "04-02")):
        assert due(tree.grids[0], "2026-03-03 09:00", complexity=complexity) == f"{day} 09:00"
    major = make_limit(tree.grids[0], at=shanghai("2026-03-03 09:00"), complexity="major")
    assert major.plan_kinds == ["remind", "yellow", "red", "committee", "escalate", "meeting"]
    assert make_limit(tree.grids[0], at=shanghai("2026-03-03 09:00")).ladder.code == "default"


def test_sets_that_say_the_same_are_refused_or_replaced(admin, tree):
    choose(admin, tree.street(0), "demand")
    with pytest.raises(InvalidInput):
        choose(admin, tree.street(0), "demand")
    mine = add(admin, matters={"unit": tree.street(0), "stage": "screening"})
    with pytest.raises(InvalidInput) as refused:
        choose(admin, tree.street(0), "hotline", LATER, replace=True)
    assert mine.title in refused.value.fields["effective_from"][0]
    rules.end_policy(actor=admin, policy_id=mine.pk, last_day=TODAY, because=WHY, at=NOW)
    with pytest.raises(InvalidInput):
        choose(admin, tree.street(0), "hotline", LATER)
    choose(admin, tree.street(0), "hotline", LATER, replace=True)
    assert dict(PresetChoice.objects.values_list("preset", "effective_to")) == {
        "demand": LATER - timedelta(days=1),
        "hotline": None,
    }
    assert due(tree.grid(0, 0, 0), "2026-03-10 09:00", urgency="urgent") == "03-10 11:00"


def test_a_choice_ends_or_is_dropped_before_it_begins(admin, tree):
    chosen = choose(admin, tree.street(0), "station")
    rules.end_choice(actor=admin, choice_id=chosen.pk, last_day=TODAY, because=WHY, at=NOW)
    assert not PresetChoice.objects.exists()
    chosen = choose(admin, tree.street(0), "station")
    later = NOW + timedelta(days=7)
    with pytest.raises(InvalidInput):
        rules.end_choice(actor=admin, choice_id=chosen.pk, last_day=TODAY, because=WHY, at=later)
    rules.end_choice(actor=admin, choice_id=chosen.pk, last_day=date(2026, 3, 9), because=WHY, at=later)
    with pytest.raises(WrongState):
        rules.end_choice(actor=admin, choice_id=chosen.pk, last_day=LATER, because=WHY, at=later)
    assert RuleChange.objects.filter(kind="preset").count() == 4


STEPS = [
    Rung(1, "yellow", "share", Decimal(50), ""),
    Rung(2, "red", "at_end", Decimal(0), ""),
]


def relay(admin, code, steps, start=TOMORROW):
    ladder = Ladder.objects.filter(code=code).latest("version")
    return rules.change_ladder(actor=admin, ladder_id=ladder.pk, rungs=steps, effective_from=start, because=WHY, at=NOW)


def test_other_steps_are_a_new_version_and_running_limits_climb_theirs_to_the_end(admin, tree):
    before = make_limit(tree.grids[0], at=NOW)
    new = relay(admin, "default", STEPS)
    assert (new.version, new.effective_from) == (2, TOMORROW)
    after = make_limit(tree.grids[0], at=shanghai("2026-03-03 09:00"))
    assert (after.plan_kinds, after.ladder) == (["yellow", "red"], new)
    services.extend_limit(before, due_at=shanghai("2026-03-20 09:00"), at=shanghai("2026-03-04 09:00"))
    before.refresh_from_db()
    assert before.plan_kinds == ["remind", "yellow", "red", "escalate", "meeting"]
    assert before.state == LimitState.RUNNING


def test_steps_of_a_version_that_has_not_begun_are_changed_in_it(admin, tree):
    new = relay(admin, "default", STEPS)
    assert relay(admin, "default", STEPS[:1], LATER) == new
    assert [rung.kind for rung in LadderRung.objects.filter(ladder=new)] == ["yellow"]
    versions = Ladder.objects.filter(code="default").order_by("version")
    assert [one.effective_to for one in versions] == [LATER - timedelta(days=1), None]


def test_a_unit_may_have_a_ladder_of_its_own_for_urgent_matters(admin, tree):
    matters = Matters(stage="", urgency="urgent", unit=tree.street(0))
    given = {"name": "紧急", "rungs": STEPS, "effective_from": TOMORROW, "because": WHY, "at": NOW}
    own = rules.add_ladder(actor=admin, matters=matters, **given)
    at = shanghai("2026-03-03 09:00")
    assert make_limit(tree.grid(0, 0, 0), at=at, urgency="urgent").ladder == own
    assert make_limit(tree.grid(1, 0, 0), at=at, urgency="urgent").ladder.code == "default"
    assert make_limit(tree.grid(0, 0, 0), at=at).ladder.code == "default"
    with pytest.raises(InvalidInput):
        rules.add_ladder(actor=admin, matters=matters, **given)


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [Rung(1, "black", "at_end", Decimal(0), "")],
        [Rung(1, "red", "never", Decimal(0), "")],
        [Rung(1, "red", "share", Decimal(101), "")],
        [Rung(1, "red", "share", Decimal(0), "")],
        [Rung(1, "red", "after_end", Decimal(1), "")],
        [Rung(1, "red", "before_end", Decimal(0), "working_hours")],
        [Rung(2, "red", "at_end", Decimal(0), ""), Rung(1, "red", "at_end", Decimal(0), "")],
        [Rung(n, "red", "at_end", Decimal(0), "") for n in range(1, 14)],
    ],
    ids=str,
)
def test_steps_that_make_no_ladder_are_refused(admin, steps):
    with pytest.raises(InvalidInput) as refused:
        relay(admin, "default", steps)
    assert list(refused.value.fields) == ["steps"]
    assert Ladder.objects.filter(code="default").count() == 1


def test_the_default_ladder_is_changed_and_not_ended(admin):
    default, alternative = Ladder.objects.get(code="default"), Ladder.objects.get(code="eighty")
    with pytest.raises(WrongState):
        rules.end_ladder(actor=admin, ladder_id=default.pk, last_day=LATER, because=WHY, at=NOW)
    rules.end_ladder(actor=admin, ladder_id=alternative.pk, last_day=LATER, because=WHY, at=NOW)
    planned = relay(admin, "default", STEPS)
    rules.end_ladder(actor=admin, ladder_id=planned.pk, last_day=LATER, because=WHY, at=NOW)
    default.refresh_from_db()
    active = [rule.row for rule in rulebook.current().ladders if rule.active]
    assert (default.effective_to, [row.version for row in active if row.code == "default"]) == (None, [1])


def test_loading_the_catalogues_keeps_what_was_changed_in_the_product_and_says_so(admin, tree):
    change(admin, "handling-agency", "1")
    relay(admin, "default", STEPS)
    mine = add(admin, matters={"unit": tree.street(0)})
    with clock.frozen(NOW):
        report = catalogue.load()
    assert (report.created, report.changed, report.kept) == (0, 0, 6)
    assert policy("handling-agency").amount == 1
    assert LadderRung.objects.filter(ladder__code="default", ladder__version=2).count() == 2
    mine.refresh_from_db()
    assert mine.active


def test_loading_another_figure_for_a_policy_in_use_makes_a_successor(tree, monkeypatch, tmp_path):
    from apps.core.catalogues import catalogue_path
    from apps.deadlines import rule_catalogue

    limit = make_limit(tree.grids[0], at=NOW)
    for name in ("presets.csv", "limits.csv", "ladders.csv", "ladder.csv"):
        text = catalogue_path(name).read_text()
        text = text.replace("handling,agency,,,,3,", "handling,agency,,,,2,").replace(
            "remind,share,75,", "remind,share,70,"
        )
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(rule_catalogue, "catalogue_path", lambda name: tmp_path / name)
    with clock.frozen(NOW):
        catalogue.load()
        again = catalogue.load()
    assert (again.created, again.changed) == (0, 0)
    versions = LimitPolicy.objects.filter(code="handling-agency").order_by("version")
    assert [(one.amount, one.effective_to) for one in versions] == [(3, TODAY), (2, None)]
    limit = Limit.objects.select_related("policy").get(pk=limit.pk)
    assert limit.policy.version == 1
    ladders = Ladder.objects.filter(code="default").order_by("version")
    assert [(one.version, one.effective_to) for one in ladders] == [(1, TODAY), (2, None)]
    assert set(RuleChange.objects.values_list("because", "actor")) == {("load_catalogues", None)}
