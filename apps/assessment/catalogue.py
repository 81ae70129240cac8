"""The catalogue of indicators: ``config/catalogues/indicators.yaml``, read strictly and loaded idempotently."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml

from apps.assessment.choices import Better, Scoring, SubjectKind
from apps.assessment.measures import MEASURES
from apps.assessment.models import Indicator
from apps.core.catalogues import CatalogueError, LoadReport, catalogue_path, upsert_rows

FILE = "indicators.yaml"
NEEDED = frozenset({"code", "name", "name_en", "numerator", "better", "marks", "effective_from", "origin"})
KNOWN = NEEDED | {"denominator", "scoring", "floor", "cap", "per_item", "leading", "effective_to"}


def read_indicators(text: str) -> list[dict[str, Any]]:
    """The rows of ``Indicator``, one for each kind of subject. Raises ``CatalogueError`` naming every bad entry."""
    try:
        entries = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise CatalogueError([f"{FILE}: {error}"]) from error
    if not isinstance(entries, list):
        raise CatalogueError([f"{FILE}: a list of indicators belongs here"])
    problems: list[str] = []
    rows: list[dict[str, Any]] = []
    for number, entry in enumerate(entries, start=1):
        wrong = _problems(entry)
        problems += [f"{FILE} entry {number}: {text}" for text in wrong]
        if not wrong:
            rows += _rows(number, entry)
    keys = [row["key"] for row in rows]
    problems += [f"{FILE}: {key} stands twice" for key in sorted({key for key in keys if keys.count(key) > 1})]
    if problems:
        raise CatalogueError(problems)
    return rows


def _problems(entry: object) -> list[str]:
    if not isinstance(entry, Mapping):
        return ["not a mapping"]
    missing = [f"{name} is missing" for name in sorted(NEEDED - entry.keys())]
    unknown = [f"{name} is not known" for name in sorted(str(key) for key in entry.keys() - KNOWN)]
    if missing or unknown:
        return missing + unknown
    wrong = [
        f"{name} {entry[name]} is no measure"
        for name in ("numerator", "denominator")
        if entry.get(name) and entry[name] not in MEASURES
    ]
    if not wrong and entry.get("denominator"):
        sources = {MEASURES[entry[name]].source.code for name in ("numerator", "denominator")}
        wrong += ["numerator and denominator come from different sources"] if len(sources) > 1 else []
    if entry["better"] not in Better.values:
        wrong.append(f"better {entry['better']} is not known")
    if entry.get("scoring", Scoring.PROPORTIONAL) not in Scoring.values:
        wrong.append(f"scoring {entry['scoring']} is not known")
    if entry.get("scoring", Scoring.PROPORTIONAL) == Scoring.PROPORTIONAL and not entry.get("denominator"):
        wrong.append("a proportional indicator needs a denominator")
    wrong += [f"{name} is no date" for name in ("effective_from", "effective_to") if not _is_date(entry, name)]
    return wrong + _problems_of_marks(entry["marks"])


def _is_date(entry: Mapping[str, Any], name: str) -> bool:
    return isinstance(entry.get(name, date.min), date)


def _problems_of_marks(marks: object) -> list[str]:
    if not isinstance(marks, Mapping) or not marks:
        return ["marks must name at least one kind of subject"]
    wrong = []
    for kind, pair in marks.items():
        if kind not in SubjectKind.values:
            wrong.append(f"marks: {kind} is no kind of subject")
        elif not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[1], int):
            wrong.append(f"marks of {kind}: a full mark and a smallest sample belong here")
    return wrong


def _decimal(value: object) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise CatalogueError([f"{FILE}: {value} is no number"]) from error


def _rows(number: int, entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "key": f"{entry['code']}/{kind}/{entry['effective_from']}",
            "code": entry["code"],
            "subject_kind": kind,
            "position": number,
            "name": entry["name"],
            "name_en": entry["name_en"],
            "numerator": entry["numerator"],
            "denominator": entry.get("denominator", ""),
            "better": entry["better"],
            "scoring": entry.get("scoring", Scoring.PROPORTIONAL.value),
            "full_mark": _decimal(mark).quantize(Decimal("0.01")),
            "floor": _decimal(entry.get("floor", 0)).quantize(Decimal("0.001")),
            "cap": _decimal(entry.get("cap", 1)).quantize(Decimal("0.001")),
            "per_item": _decimal(entry.get("per_item", 0)).quantize(Decimal("0.01")),
            "minimum": minimum,
            "leading": entry.get("leading", False),
            "effective_from": entry["effective_from"],
            "effective_to": entry.get("effective_to"),
            "active": True,
            "origin": entry["origin"],
        }
        for kind, (mark, minimum) in entry["marks"].items()
    ]


def load_indicators() -> LoadReport:
    """Bring the indicators into step with their file; one that left it is set inactive, never deleted."""
    return upsert_rows(Indicator, "key", read_indicators(catalogue_path(FILE).read_text(encoding="utf-8")))
