"""The catalogue of indicators: the shipped file, and files that are refused naming every bad entry."""

import pytest

from apps.assessment.catalogue import load_indicators, read_indicators
from apps.assessment.measures import MEASURES, SOURCES
from apps.assessment.models import Indicator
from apps.core.catalogues import CatalogueError, catalogue_path
from tests.factories.assessment import Office

GOOD = """
- code: on_time
  name: 按期
  name_en: In time
  numerator: handled_in_time
  denominator: due_to_handle
  better: up
  marks: {street: [40, 10]}
  effective_from: 2026-01-01
  origin: test
"""


def test_the_shipped_indicators_weigh_a_hundred_for_every_kind() -> None:
    rows = read_indicators(catalogue_path("indicators.yaml").read_text(encoding="utf-8"))
    weights: dict[str, int] = {}
    for row in rows:
        weights[row["subject_kind"]] = weights.get(row["subject_kind"], 0) + int(row["full_mark"])
    assert weights == dict.fromkeys(["district", "street", "community", "grid", "worker", "agency"], 100)
    leading = [row["subject_kind"] for row in rows if row["leading"]]
    assert sorted(leading) == sorted(weights)


def test_a_second_load_changes_nothing_and_a_row_that_left_is_retired(office: Office) -> None:
    report = load_indicators()
    assert (report.created, report.changed) == (0, 0)
    Indicator.objects.create(
        key="old/street/2020-01-01",
        code="old",
        subject_kind="street",
        position=99,
        name="旧",
        name_en="Old",
        numerator="handled",
        denominator="due_to_handle",
        better="up",
        scoring="proportional",
        full_mark=1,
        floor=0,
        cap=1,
        per_item=0,
        minimum=1,
        effective_from="2020-01-01",
        origin="test",
    )
    assert load_indicators().changed == 1
    assert not Indicator.objects.get(code="old").active


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("code: on_time", "kode: on_time", "code is missing"),
        ("better: up", "better: sideways", "better sideways is not known"),
        ("numerator: handled_in_time", "numerator: moonlight", "numerator moonlight is no measure"),
        ("denominator: due_to_handle", "denominator: duty_days", "different sources"),
        ("  denominator: due_to_handle\n", "", "needs a denominator"),
        ("{street: [40, 10]}", "{planet: [40, 10]}", "planet is no kind of subject"),
        ("{street: [40, 10]}", "{street: 40}", "a full mark and a smallest sample"),
        ("{street: [40, 10]}", "{street: [much, 10]}", "much is no number"),
        ("2026-01-01", "soon", "effective_from is no date"),
        ("origin: test", "origin: test\n  colour: red", "colour is not known"),
        ("- code", "code", "list of indicators"),
    ],
)
def test_a_bad_entry_is_named(old: str, new: str, said: str) -> None:
    text = GOOD.replace(old, new)
    if new == "code":
        text = text.replace("\n  ", "\n")
    with pytest.raises(CatalogueError, match=said):
        read_indicators(text)


def test_the_same_indicator_twice_is_named() -> None:
    with pytest.raises(CatalogueError, match="stands twice"):
        read_indicators(GOOD + GOOD)


def test_every_measure_belongs_to_a_source_that_is_counted() -> None:
    assert {measure.source.code for measure in MEASURES.values()} == {source.code for source in SOURCES}
    assert all(measure.code == code for code, measure in MEASURES.items())
