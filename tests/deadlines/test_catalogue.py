"""The shipped files load twice without change; a damaged one is refused by its lines and changes nothing."""

import csv

import pytest

from apps.core.catalogues import CatalogueError, catalogue_path
from apps.deadlines import catalogue, rule_catalogue, rulebook
from apps.deadlines.models import CalendarDay, CalendarYear, Ladder, LadderRung, LimitPolicy, LimitPreset

pytestmark = pytest.mark.django_db


@pytest.fixture
def edited(monkeypatch, tmp_path):
    """``edited("limits.csv", rows -> rows)`` loads from a changed copy of a shipped file."""
    for name in ("presets.csv", "limits.csv", "ladders.csv", "ladder.csv"):
        (tmp_path / name).write_bytes(catalogue_path(name).read_bytes())
    monkeypatch.setattr(rule_catalogue, "catalogue_path", lambda name: tmp_path / name)

    def edit(name, change):
        with (tmp_path / name).open(newline="") as file:
            rows = list(csv.reader(file))
        with (tmp_path / name).open("w", newline="") as file:
            csv.writer(file).writerows(change(rows))

    return edit


def cell(name, line, column, value):
    """Change one cell; ``line`` counts the header as 1."""

    def change(rows):
        rows[line - 1][rows[0].index(column)] = value
        return rows

    return change


def test_loading_twice_changes_nothing():
    first, second = catalogue.load(), catalogue.load()
    assert first.created > 800
    assert (second.created, second.changed, second.unchanged) == (0, 0, first.created)


def test_the_library_knows_2004_to_2026_and_later_years_are_not_announced():
    catalogue.load()
    years = dict(CalendarYear.objects.values_list("year", "announced"))
    assert {year for year, announced in years.items() if announced} == set(range(2004, 2027))
    assert [year for year, announced in years.items() if not announced] == list(range(2027, 2037))
    assert CalendarDay.objects.filter(date__year=2026, is_working=True).count() == 6


def test_every_row_names_its_origin():
    catalogue.load()
    for model in (CalendarDay, CalendarYear, LimitPreset, LimitPolicy, Ladder, LadderRung):
        assert not model.objects.filter(origin="").exists()


@pytest.mark.parametrize(
    ("file", "column", "value", "reason"),
    [
        ("limits.csv", "stage", "brewing", "stage 'brewing' is not one of"),
        ("limits.csv", "level", "moon", "level 'moon' is not one of"),
        ("limits.csv", "urgency", "very", "urgency 'very' is not one of"),
        ("limits.csv", "measure", "", "measure '' is not one of"),
        ("limits.csv", "complexity", "odd", "complexity 'odd' is not one of"),
        ("limits.csv", "check", "maybe", "check 'maybe' is not one of yes, no"),
        ("limits.csv", "preset", "own", "preset 'own' is not one of"),
        ("limits.csv", "level", "community", "it is for the same matters at the same time as handling-community"),
        ("presets.csv", "base", "so", "base 'so' is not one of yes, no"),
        ("ladders.csv", "stage", "brewing", "stage 'brewing' is not one of"),
        ("limits.csv", "amount", "soon", "amount 'soon' is not a number"),
        ("limits.csv", "amount", "0", "amount must be above zero"),
        ("limits.csv", "amount", "-1", "amount is below zero"),
        ("limits.csv", "effective_from", "yesterday", "Invalid isoformat string"),
        ("limits.csv", "effective_to", "2003-01-01", "effective_to lies before effective_from"),
        ("limits.csv", "name_en", "", "name_en is empty"),
        ("limits.csv", "origin", "", "origin is empty"),
        ("limits.csv", "code", "handling-community", "code handling-community appears twice"),
        ("ladder.csv", "ladder", "rope", "ladder 'rope' is not one of"),
        ("ladder.csv", "step", "two", "step 'two' is not a number"),
        ("ladder.csv", "kind", "black", "kind 'black' is not one of"),
        ("ladder.csv", "anchor", "never", "anchor 'never' is not one of"),
        ("ladder.csv", "measure", "", "measure '' is not one of"),
    ],
)
def test_a_bad_cell_is_refused_with_file_and_line(edited, file, column, value, reason):
    edited(file, cell(file, 3, column, value))
    with pytest.raises(CatalogueError) as refused:
        catalogue.load()
    (problem,) = refused.value.problems
    assert problem.startswith(f"{file} line 3: {reason}")
    assert LimitPolicy.objects.count() == LadderRung.objects.count() == CalendarDay.objects.count() == 0


def test_every_bad_line_is_named_at_once(edited):
    edited("limits.csv", cell("limits.csv", 3, "amount", "x"))
    edited("limits.csv", cell("limits.csv", 5, "stage", "y"))
    with pytest.raises(CatalogueError) as refused:
        catalogue.load()
    assert [problem.split(":")[0] for problem in refused.value.problems] == ["limits.csv line 3", "limits.csv line 5"]


def test_steps_out_of_order_are_refused(edited):
    edited("ladder.csv", lambda rows: [rows[0], rows[2], rows[1], *rows[3:]])
    with pytest.raises(CatalogueError, match="rising order"):
        catalogue.load()


def test_a_step_that_left_the_file_is_no_longer_planned_and_a_policy_is_retired(edited):
    catalogue.load()
    edited("ladder.csv", lambda rows: [row for row in rows if row[:2] != ["default", "5"]])
    edited("limits.csv", lambda rows: rows[:-1])
    catalogue.load()
    assert [rung.kind for rung in rulebook.current().rungs_of(None)] == ["remind", "yellow", "red", "escalate"]
    assert not LimitPolicy.objects.get(code="field-permit-demolition").active


def test_the_rules_are_read_again_only_when_they_changed(django_assert_num_queries):
    catalogue.load()
    book = rulebook.current()
    with django_assert_num_queries(1):
        assert rulebook.current() is book
    for change in (
        lambda: LimitPolicy.objects.filter(code="handling-any").update(amount=9),
        lambda: LadderRung.objects.filter(step=5).delete(),
        lambda: Ladder.objects.filter(code="eighty").update(to_check=False),
        lambda: LimitPreset.objects.filter(code="station").update(base=True),
        lambda: CalendarDay.objects.first().delete(),
        lambda: CalendarYear.objects.filter(year=2027).update(announced=True),
    ):
        change()
        newer = rulebook.current()
        assert newer is not book
        assert rulebook.current() is newer
        book = newer


def test_two_policies_may_swap_what_they_are_for(edited):
    catalogue.load()

    def swap(rows):
        level = rows[0].index("level")
        rows[1][level], rows[2][level] = rows[2][level], rows[1][level]
        return rows

    edited("limits.csv", swap)
    catalogue.load()
    assert dict(
        LimitPolicy.objects.filter(code__in=["handling-community", "handling-street"]).values_list("code", "level")
    ) == {
        "handling-community": "street",
        "handling-street": "community",
    }
