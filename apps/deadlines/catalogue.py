"""Loading the room's catalogues: holidays from the maintained library, limits and ladder from ``config/catalogues``."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import chinese_calendar
from django.db import transaction

from apps.core.catalogues import CatalogueError, CatalogueLine, LoadReport, catalogue_path, read_lines, upsert_rows
from apps.deadlines import reckoning
from apps.deadlines.choices import Anchor, Level, Measure, Stage, StepKind, Urgency
from apps.deadlines.models import CalendarDay, CalendarYear, LadderRung, LimitPolicy

LIBRARY = "chinesecalendar"
NOT_ANNOUNCED = "尚未公布"
YEARS_AHEAD = 10
MAKE_UP = "调休上班"

LIMIT_COLUMNS = [
    "code",
    "preset",
    "name",
    "name_en",
    "stage",
    "level",
    "category_prefix",
    "urgency",
    "amount",
    "measure",
    "active",
    "effective_from",
    "effective_to",
    "origin",
]
LADDER_COLUMNS = ["step", "kind", "anchor", "amount", "measure", "origin"]


@transaction.atomic
def load() -> LoadReport:
    """Bring calendar, limit policies and ladder into step with their sources; repeating it changes nothing.

    Days and years entered by hand are kept. Raises ``CatalogueError`` naming every bad line, and then loads nothing.
    """
    reports = [load_calendar(), load_limits(), load_ladder()]
    return LoadReport(
        sum(report.created for report in reports),
        sum(report.changed for report in reports),
        sum(report.unchanged for report in reports),
    )


def load_calendar() -> LoadReport:
    """Holidays and make-up working days of every year the library knows; later years stand as not announced."""
    days = [
        {"date": day, "is_working": False, "name": chinese_calendar.Holiday(name).chinese, "origin": LIBRARY}
        for day, name in chinese_calendar.holidays.items()
    ]
    days += [{"date": day, "is_working": True, "name": MAKE_UP, "origin": LIBRARY} for day in chinese_calendar.workdays]
    known = sorted({row["date"].year for row in days})
    years: list[dict[str, Any]] = [{"year": year, "announced": True, "origin": LIBRARY} for year in known]
    years += [
        {"year": known[-1] + ahead, "announced": False, "origin": NOT_ANNOUNCED} for ahead in range(1, YEARS_AHEAD + 1)
    ]
    by_hand = set(CalendarDay.objects.exclude(origin=LIBRARY).values_list("date", flat=True))
    years_by_hand = set(
        CalendarYear.objects.exclude(origin__in=[LIBRARY, NOT_ANNOUNCED]).values_list("year", flat=True)
    )
    one = upsert_rows(CalendarDay, "date", [row for row in days if row["date"] not in by_hand], retire=False)
    two = upsert_rows(CalendarYear, "year", [row for row in years if row["year"] not in years_by_hand], retire=False)
    return LoadReport(one.created + two.created, one.changed + two.changed, one.unchanged + two.unchanged)


def load_limits() -> LoadReport:
    """``limits.csv``: the default set and the alternatives; a policy that left the file is set inactive."""
    path = catalogue_path("limits.csv")
    problems: list[str] = []
    rows: list[dict[str, Any]] = []
    seen: set[str] = set()
    for line in read_lines(path, LIMIT_COLUMNS):
        try:
            row = _limit_row(line)
            if row["code"] in seen:
                raise ValueError(f"code {row['code']} appears twice")
            seen.add(row["code"])
            rows.append(row)
        except ValueError as error:
            problems.append(f"{path.name} line {line.number}: {error}")
    if problems:
        raise CatalogueError(problems)
    return upsert_rows(LimitPolicy, "code", rows)


def load_ladder() -> LoadReport:
    """``ladder.csv``: the steps of every limit; a step that left the file is no longer planned."""
    path = catalogue_path("ladder.csv")
    problems: list[str] = []
    rows: list[dict[str, Any]] = []
    for line in read_lines(path, LADDER_COLUMNS):
        try:
            rows.append(_rung_row(line))
        except ValueError as error:
            problems.append(f"{path.name} line {line.number}: {error}")
    try:
        reckoning.check_rungs([LadderRung(**row).as_rung() for row in rows])
    except ValueError as error:
        problems.append(f"{path.name}: {error}")
    if problems:
        raise CatalogueError(problems)
    gone, _per_model = LadderRung.objects.exclude(step__in=[row["step"] for row in rows]).delete()
    report = upsert_rows(LadderRung, "step", rows, retire=False)
    return LoadReport(report.created, report.changed + gone, report.unchanged)


def _limit_row(line: CatalogueLine) -> dict[str, Any]:
    cells = line.cells
    effective_to = cells["effective_to"]
    row: dict[str, Any] = {
        "code": cells["code"],
        "preset": cells["preset"],
        "name": cells["name"],
        "name_en": cells["name_en"],
        "stage": _among(cells["stage"], Stage.values, "stage"),
        "level": _among(cells["level"], ["", *Level.values], "level"),
        "category_prefix": cells["category_prefix"],
        "urgency": _among(cells["urgency"], ["", *Urgency.values], "urgency"),
        "amount": _amount(cells["amount"]),
        "measure": _among(cells["measure"], Measure.values, "measure"),
        "active": _among(cells["active"], ["yes", "no"], "active") == "yes",
        "effective_from": date.fromisoformat(cells["effective_from"]),
        "effective_to": date.fromisoformat(effective_to) if effective_to else None,
        "origin": cells["origin"],
    }
    if row["amount"] <= 0:
        raise ValueError("amount must be above zero")
    if row["effective_to"] is not None and row["effective_to"] < row["effective_from"]:
        raise ValueError("effective_to lies before effective_from")
    for name in ("code", "name", "name_en", "origin"):
        if not row[name]:
            raise ValueError(f"{name} is empty")
    return row


def _rung_row(line: CatalogueLine) -> dict[str, Any]:
    cells = line.cells
    anchor = _among(cells["anchor"], Anchor.values, "anchor")
    counted = anchor in (Anchor.BEFORE_END, Anchor.AFTER_END)
    if not cells["step"].isdigit():
        raise ValueError(f"step {cells['step']!r} is not a number")
    return {
        "step": int(cells["step"]),
        "kind": _among(cells["kind"], StepKind.values, "kind"),
        "anchor": anchor,
        "amount": _amount(cells["amount"]),
        "measure": _among(cells["measure"], Measure.values if counted else [""], "measure"),
        "origin": cells["origin"],
    }


def _among(value: str, allowed: list[str], column: str) -> str:
    if value not in allowed:
        raise ValueError(f"{column} {value!r} is not one of {', '.join(filter(None, allowed)) or 'nothing'}")
    return value


def _amount(value: str) -> Decimal:
    try:
        amount = Decimal(value).quantize(Decimal("0.01"))
    except InvalidOperation as error:
        raise ValueError(f"amount {value!r} is not a number") from error
    if amount < 0:
        raise ValueError("amount is below zero")
    return amount
