"""The table as people see it: the document in step with it, the diagram with every state and every way between them."""

import itertools
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from apps.cases.actions import ACTION_LABELS, Action
from apps.cases.capacities import BY_LABELS, FACT_LABELS, INPUT_LABELS, By, Fact
from apps.cases.choices import CaseState
from apps.cases.diagram import DESK, PHONE, Box, Drawing, Shape, draw, moves
from apps.cases.table import BEGIN, END, table_rows, with_markdown
from apps.cases.workflow import TRANSITIONS, ends_of
from tests.factories.accounts import client_of
from tests.factories.cases import World


def test_the_document_is_in_step() -> None:
    call_command("describe_cases", "--check")


def test_a_document_out_of_step_is_named_and_written(tmp_path: Path, settings: pytest.FixtureRequest) -> None:
    settings.BASE_DIR = tmp_path  # type: ignore[attr-defined]
    document = tmp_path / "docs" / "cases.md"
    document.parent.mkdir()
    document.write_text(f"# By hand\n{BEGIN}\nold\n{END}\n## More by hand\n")
    with pytest.raises(CommandError, match=r"out of step with the table: run manage\.py describe_cases"):
        call_command("describe_cases", "--check")
    call_command("describe_cases")
    written = document.read_text()
    assert written.startswith(f"# By hand\n{BEGIN}\n")
    assert written.endswith(f"{END}\n## More by hand\n")
    call_command("describe_cases", "--check")


@pytest.mark.parametrize("text", [f"{BEGIN}\n", f"{END}\n", f"{END}\n{BEGIN}\n"])
def test_a_document_without_its_marks_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="the document lacks the line"):
        with_markdown(text)


def test_everything_in_the_table_has_words() -> None:
    assert set(BY_LABELS) == set(By)
    assert set(FACT_LABELS) == set(Fact)
    assert {name for row in TRANSITIONS for name in row.inputs} == set(INPUT_LABELS)
    assert len(table_rows()) == len(TRANSITIONS)
    assert {row.action for row in table_rows() if row.first} == set(Action)
    assert len([row for row in table_rows() if row.first]) == len(Action)


def test_the_ways_are_those_of_the_table() -> None:
    ways = {(one.source, one.target, action) for one in moves() for action in one.actions}
    rows = {
        (source, target, row.action)
        for row in TRANSITIONS
        for source in row.sources
        for target in ends_of(row, source)
        if target is not source
    }
    assert ways == rows


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def words_of(drawing: Drawing) -> str:
    return " ".join(line.text for arrow in drawing.arrows for line in arrow.lines)


@pytest.mark.parametrize("shape", [DESK, PHONE], ids=lambda shape: shape.name)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_drawing_shows_every_state_and_every_way(shape: Shape, language: str) -> None:
    with translation.override(language):
        drawing = draw(shape)
        labels = {str(ACTION_LABELS[action]) for move in moves() for action in move.actions}
        states = {str(state.label) for state in CaseState}
    assert {" ".join(line.text for line in box.lines) for box in drawing.boxes} == states
    assert [label for label in labels if label not in words_of(drawing)] == []
    to_and_fro = [arrow for arrow in drawing.arrows if arrow.both]
    assert len(drawing.arrows) + len(to_and_fro) == len(moves()) + 1
    assert not any(overlap(one, other) for one, other in itertools.combinations(drawing.boxes, 2))
    for box in drawing.boxes:
        assert 0 < box.x < drawing.width - box.width
        assert 0 < box.y < drawing.height - box.height
    corners = [
        tuple(map(float, pair)) for arrow in drawing.arrows for pair in re.findall(r"(-?[\d.]+) (-?[\d.]+)", arrow.path)
    ]
    assert all(0 <= x <= drawing.width and 0 <= y <= drawing.height for x, y in corners)


@pytest.mark.parametrize(("language", "title"), [("zh-hans", "案件怎样办理"), ("en", "How a case is handled")])
def test_the_page_of_help(world: World, language: str, title: str) -> None:
    client = client_of(world["stranger"])
    client.cookies["django_language"] = language
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/help/cases/")
    assert page.status_code == 200
    assert title in page.content.decode()
    assert page.content.decode().count('<svg class="diagram ') == 2
    assert [query["sql"] for query in asked if "cases_" in query["sql"]] == []


def test_the_case_page_leads_to_it(world: World) -> None:
    case = world.report()
    assert 'href="/help/cases/"' in client_of(world["station"]).get(f"/cases/{case.number}/").content.decode()
