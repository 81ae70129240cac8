"""The catalogues of duties, agencies, fallbacks and posts: files of ``config/catalogues``, read and checked.

Reading is pure; only ``load_posts`` writes. Columns and origins are told in ``config/catalogues/README.md``.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from apps.core.catalogues import CatalogueError, CatalogueLine, LoadReport, catalogue_path, read_lines, upsert_rows
from apps.organisation.models import PostKind

AGENCY_COLUMNS = ("key", "level", "kind", "name", "name_en", "enforces", "origin")
DUTY_COLUMNS = ("duty", "name", "name_en", "street_agency", "district_agency", "origin")
FALLBACK_COLUMNS = ("kind", "level", "agency_kind", "duty", "origin")
POST_COLUMNS = ("key", "name", "name_en", "level", "holders", "units", "service_team", "origin")

AGENCY_LEVELS = ("street", "district")
AGENCY_KINDS = ("section", "department", "detachment", "utility", "property")
UNIT_LEVELS = ("district", "street", "community", "grid")
YES_NO = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """A kind of agency that every street or district has once, with the lines of duty it answers for and whether it
    is a body of law enforcement."""

    key: str
    level: str
    kind: str
    name: str
    name_en: str
    duties: tuple[str, ...]
    enforces: bool


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A line of duty; an empty agency key means that the level has nobody for it and passes the case up."""

    duty: str
    name: str
    name_en: str
    street_agency: str
    district_agency: str


@dataclass(frozen=True, slots=True)
class FallbackRow:
    """Who acts first on a component or event whose duty is clear to nobody: the agency of that level, kind and duty."""

    kind: str
    level: str
    agency_kind: str
    duty: str


@dataclass(frozen=True, slots=True)
class PostRow:
    """A kind of post: its level, one holder or many, for one unit or many, and whether it serves the residents."""

    key: str
    name: str
    name_en: str
    level: str
    single_holder: bool
    many_units: bool
    service_team: bool


def _problems_of_keys(file: str, lines: Iterable[CatalogueLine], column: str) -> list[str]:
    first: dict[str, int] = {}
    problems = []
    for line in lines:
        key = line.cells[column]
        if not key:
            problems.append(f"{file} line {line.number}: {column} is empty")
        elif key in first:
            problems.append(f"{file} line {line.number}: {column} {key} stands in line {first[key]} already")
        first.setdefault(key, line.number)
        problems += [
            f"{file} line {line.number}: {name} is empty"
            for name in ("name", "name_en", "origin")
            if name in line.cells and not line.cells[name]
        ]
    return problems


def _one_of(file: str, line: CatalogueLine, column: str, allowed: Iterable[str]) -> list[str]:
    value = line.cells[column]
    return [] if value in allowed else [f"{file} line {line.number}: {column} {value or '(empty)'} is not known"]


def _refuse(problems: list[str]) -> None:
    if problems:
        raise CatalogueError(problems)


def read_duties() -> list[DutyRow]:
    """Every line of duty, in file order. Raises ``CatalogueError`` naming each bad row."""
    file = "duties.csv"
    lines = read_lines(catalogue_path(file), DUTY_COLUMNS)
    levels = {
        line.cells["key"]: line.cells["level"] for line in read_lines(catalogue_path("agencies.csv"), AGENCY_COLUMNS)
    }
    problems = _problems_of_keys(file, lines, "duty")
    for line in lines:
        for level in AGENCY_LEVELS:
            key = line.cells[f"{level}_agency"]
            if key and levels.get(key) != level:
                problems.append(f"{file} line {line.number}: {key} is no agency of a {level}")
    _refuse(problems)
    return [DutyRow(*(line.cells[name] for name in DUTY_COLUMNS[:-1])) for line in lines]


def read_agencies() -> list[AgencyRow]:
    """Every kind of agency with its duties, in file order. Raises ``CatalogueError`` naming each bad row."""
    file = "agencies.csv"
    lines = read_lines(catalogue_path(file), AGENCY_COLUMNS)
    problems = _problems_of_keys(file, lines, "key")
    for line in lines:
        problems += _one_of(file, line, "level", AGENCY_LEVELS) + _one_of(file, line, "kind", AGENCY_KINDS)
        problems += _one_of(file, line, "enforces", YES_NO)
    _refuse(problems)
    duties: dict[str, list[str]] = {}
    for row in read_duties():
        for key in {row.street_agency, row.district_agency} - {""}:
            duties.setdefault(key, []).append(row.duty)
    return [
        AgencyRow(
            key=line.cells["key"],
            level=line.cells["level"],
            kind=line.cells["kind"],
            name=line.cells["name"],
            name_en=line.cells["name_en"],
            duties=tuple(duties.get(line.cells["key"], ())),
            enforces=YES_NO[line.cells["enforces"]],
        )
        for line in lines
    ]


def read_fallbacks() -> list[FallbackRow]:
    """Who acts first for each kind of category. Raises ``CatalogueError`` naming each bad row."""
    file = "fallbacks.csv"
    lines = read_lines(catalogue_path(file), FALLBACK_COLUMNS)
    duties = {row.duty for row in read_duties()} | {""}
    problems = _problems_of_keys(file, lines, "kind")
    for line in lines:
        problems += _one_of(file, line, "level", AGENCY_LEVELS)
        problems += _one_of(file, line, "agency_kind", ("centre", *AGENCY_KINDS))
        problems += _one_of(file, line, "duty", duties)
    _refuse(problems)
    return [FallbackRow(*(line.cells[name] for name in FALLBACK_COLUMNS[:-1])) for line in lines]


def read_posts() -> list[PostRow]:
    """Every kind of post, in file order. Raises ``CatalogueError`` naming each bad row."""
    file = "posts.csv"
    lines = read_lines(catalogue_path(file), POST_COLUMNS)
    problems = _problems_of_keys(file, lines, "key")
    for line in lines:
        problems += _one_of(file, line, "level", UNIT_LEVELS)
        problems += _one_of(file, line, "holders", ("single", "many"))
        problems += _one_of(file, line, "units", ("one", "many"))
        problems += _one_of(file, line, "service_team", YES_NO)
    _refuse(problems)
    return [
        PostRow(
            key=line.cells["key"],
            name=line.cells["name"],
            name_en=line.cells["name_en"],
            level=line.cells["level"],
            single_holder=line.cells["holders"] == "single",
            many_units=line.cells["units"] == "many",
            service_team=YES_NO[line.cells["service_team"]],
        )
        for line in lines
    ]


def load_posts() -> LoadReport:
    """Bring the kinds of posts into step with their file; a kind that left the file stays for those who held it."""
    return upsert_rows(
        PostKind,
        "code",
        [
            {
                "code": row.key,
                "name": row.name,
                "name_en": row.name_en,
                "unit_kind": row.level,
                "single_holder": row.single_holder,
            }
            for row in read_posts()
        ],
        retire=False,
    )
