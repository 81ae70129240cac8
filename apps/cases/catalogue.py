"""The category tree: ``config/catalogues/categories.csv`` and ``categories-*.csv``, read, checked and loaded.

A category's key is ``scheme:kind:code`` and never changes: cases hold it. Columns and origins are told in
``config/catalogues/README.md``.
"""

import re
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from apps.cases.choices import CategoryKind
from apps.cases.models import Category
from apps.core.catalogues import CatalogueError, CatalogueLine, LoadReport, catalogue_path, read_lines, upsert_rows
from apps.core.icons import NAME, outline_path
from apps.organisation.catalogue import read_duties

FILE = "categories.csv"
OTHER_SCHEMES = "categories-*.csv"
COLUMNS = (
    "key",
    "scheme",
    "kind",
    "code",
    "name",
    "name_en",
    "level",
    "parent",
    "urgency",
    "on_the_spot",
    "evidence",
    "self_governed",
    "application",
    "duty",
    "icon",
    "standard",
    "origin",
)
URGENCIES = ("normal", "urgent")
EVIDENCE = ("none", "photo_before", "photo_after", "both", "mediation")
YES_NO = {"yes": True, "no": False}
LEAF_LEVEL = 3
WORD = re.compile(r"[a-z0-9]+")
CODE = re.compile(r"[A-Z]?[0-9]*")


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One node of the category tree as the file gives it; ``parent`` is a key, empty for a root."""

    key: str
    scheme: str
    kind: str
    code: str
    name: str
    name_en: str
    level: int
    parent: str
    urgency: str
    on_the_spot: bool
    evidence: str
    self_governed: bool
    application: bool
    duty: str
    icon: str
    standard: str


def read_categories() -> list[CategoryRow]:
    """The whole tree, every parent before its children.

    Raises ``CatalogueError`` with ``categories.csv line N: reason`` for every bad row: a key that does not spell
    scheme, kind and code or stands twice, a parent that is not one level above, a leaf without a known duty, an icon
    that is not drawn, or a value outside its list.
    """
    read = [(path.name, line) for path in _files() for line in read_lines(path, COLUMNS)]
    duties = {row.duty for row in read_duties()}
    levels = {line.cells["key"]: line.cells["level"] for _file, line in read}
    first: dict[str, str] = {}
    problems: list[str] = []
    for file, line in read:
        key = line.cells["key"]
        reasons = _reasons(line, levels, duties)
        if key in first:
            reasons.append(f"key {key} stands in {first[key]} already")
        first.setdefault(key, f"line {line.number}" if file == FILE else f"{file} line {line.number}")
        problems += [f"{file} line {line.number}: {reason}" for reason in reasons]
    if problems:
        raise CatalogueError(problems)
    return sorted((_row(line) for _file, line in read), key=lambda row: row.level)


def _files() -> list[Path]:
    """The file of the tree, then those of further schemes beside it."""
    main = catalogue_path(FILE)
    return [main, *sorted(main.parent.glob(OTHER_SCHEMES))]


def _parent_key(cells: dict[str, str]) -> str:
    return f"{cells['scheme']}:{cells['kind']}:{cells['parent']}" if cells["parent"] else ""


def _drawn(icon: str) -> bool:
    """Whether Tabler draws the icon; where the package is not installed nothing is drawn and nothing can be said."""
    path = outline_path(icon)
    return NAME.fullmatch(icon) is not None and (path.is_file() or not path.parent.is_dir())


def _reasons(line: CatalogueLine, levels: dict[str, str], duties: Collection[str]) -> list[str]:
    cells = line.cells
    reasons = [f"{name} is empty" for name in ("code", "name", "name_en", "icon", "origin") if not cells[name]]
    for name, allowed in (
        ("kind", CategoryKind.values),
        ("level", ("1", "2", "3")),
        ("urgency", URGENCIES),
        ("on_the_spot", tuple(YES_NO)),
        ("self_governed", tuple(YES_NO)),
        ("application", tuple(YES_NO)),
        ("evidence", EVIDENCE),
    ):
        if cells[name] not in allowed:
            reasons.append(f"{name} {cells[name] or '(empty)'} is not one of {', '.join(allowed)}")
    if cells["key"] != f"{cells['scheme']}:{cells['kind']}:{cells['code']}":
        reasons.append(f"key {cells['key']} does not spell scheme:kind:code")
    if not WORD.fullmatch(cells["scheme"]):
        reasons.append(f"scheme {cells['scheme'] or '(empty)'} is not a word of small letters and digits")
    if not CODE.fullmatch(cells["code"]):
        reasons.append(f"code {cells['code']} is not digits after at most one capital")
    if cells["icon"] and not _drawn(cells["icon"]):
        reasons.append(f"icon {cells['icon']} is not an outline icon of Tabler")
    return reasons + _reasons_of_place(cells, levels, duties)


def _reasons_of_place(cells: dict[str, str], levels: dict[str, str], duties: Collection[str]) -> list[str]:
    reasons = []
    level, parent = cells["level"], _parent_key(cells)
    if level == "1":
        if parent:
            reasons.append("a row of level 1 has no parent")
    elif not parent:
        reasons.append(f"a row of level {level} needs a parent")
    elif parent not in levels:
        reasons.append(f"parent {parent} does not exist")
    elif level.isdigit() and levels[parent] != str(int(level) - 1):
        reasons.append(f"parent {parent} is of level {levels[parent]}, not one above {level}")
    if level == str(LEAF_LEVEL):
        if cells["duty"] not in duties:
            reasons.append(f"duty {cells['duty'] or '(empty)'} is not in duties.csv")
    elif cells["duty"]:
        reasons.append("only leaves have a duty")
    return reasons


def _row(line: CatalogueLine) -> CategoryRow:
    cells = line.cells
    return CategoryRow(
        key=cells["key"],
        scheme=cells["scheme"],
        kind=cells["kind"],
        code=cells["code"],
        name=cells["name"],
        name_en=cells["name_en"],
        level=int(cells["level"]),
        parent=_parent_key(cells),
        urgency=cells["urgency"],
        on_the_spot=YES_NO[cells["on_the_spot"]],
        evidence=cells["evidence"],
        self_governed=YES_NO[cells["self_governed"]],
        application=YES_NO[cells["application"]],
        duty=cells["duty"],
        icon=cells["icon"],
        standard=cells["standard"],
    )


@transaction.atomic
def load_categories() -> LoadReport:
    """Bring the category tree into step with its file; a category that left the file is set inactive.

    A category that was made or changed in the product is kept as it is. Raises ``CatalogueError`` as
    ``read_categories`` does, and then nothing is changed.
    """
    rows = read_categories()
    by_hand = set(Category.objects.filter(versions__isnull=False).values_list("key", flat=True))
    reports: list[LoadReport] = []
    ids: dict[str, int] = {}
    for level in range(1, LEAF_LEVEL + 1):
        here = [row for row in rows if row.level == level and row.key not in by_hand]
        reports.append(upsert_rows(Category, "key", [_values(row, ids) for row in here], retire=False))
        ids |= dict(Category.objects.filter(level=level).values_list("key", "pk"))
    left = Category.objects.filter(active=True).exclude(key__in=[row.key for row in rows]).exclude(key__in=by_hand)
    retired = left.update(active=False)
    return LoadReport(
        created=sum(report.created for report in reports),
        changed=sum(report.changed for report in reports) + retired,
        unchanged=sum(report.unchanged for report in reports),
        kept=sum(row.key in by_hand for row in rows),
    )


def _values(row: CategoryRow, ids: dict[str, int]) -> dict[str, Any]:
    values = asdict(row)
    parent = values.pop("parent")
    del values["duty"]  # who answers for a category is a routing rule
    return values | {"parent_id": ids[parent] if parent else None, "is_leaf": row.level == LEAF_LEVEL, "active": True}
