"""Loading sets, policies and ladders: ``presets.csv``, ``limits.csv``, ``ladders.csv`` and ``ladder.csv``.

What somebody changed in the product is kept. What limits were reckoned by already is not overwritten: it gets an end,
and the file's version follows it from the next day.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from apps.core.catalogues import CatalogueError, CatalogueLine, LoadReport, catalogue_path, read_lines, upsert_rows
from apps.core.clock import local
from apps.deadlines import reckoning
from apps.deadlines.changes import ladder_facts, policy_facts, record_change
from apps.deadlines.choices import OWN_PRESET, Anchor, Complexity, Level, Measure, RuleKind, Stage, StepKind, Urgency
from apps.deadlines.models import Ladder, LadderRung, Limit, LimitPolicy, LimitPreset

PRESET_COLUMNS = ["code", "name", "name_en", "base", "origin"]
LIMIT_COLUMNS = [
    "code",
    "preset",
    "name",
    "name_en",
    "stage",
    "level",
    "category_prefix",
    "urgency",
    "complexity",
    "amount",
    "measure",
    "effective_from",
    "effective_to",
    "check",
    "origin",
]
LADDERS_COLUMNS = [
    "code",
    "preset",
    "name",
    "name_en",
    "stage",
    "urgency",
    "complexity",
    "effective_from",
    "effective_to",
    "check",
    "origin",
]
RUNG_COLUMNS = ["ladder", "step", "kind", "anchor", "amount", "measure", "origin"]
MATTERS = ("preset_id", "stage", "level", "category_prefix", "urgency", "complexity")
BECAUSE = "load_catalogues"


def load_presets() -> LoadReport:
    """``presets.csv``: the sets. One that left the file is set inactive."""
    path = catalogue_path("presets.csv")

    def row(line: CatalogueLine) -> dict[str, Any]:
        cells = line.cells
        _all_given(cells, "code", "name", "name_en", "origin")
        return {
            "code": cells["code"],
            "name": cells["name"],
            "name_en": cells["name_en"],
            "base": _among(cells["base"], ["yes", "no"], "base") == "yes",
            "active": True,
            "origin": cells["origin"],
        }

    return upsert_rows(LimitPreset, "code", _rows(path.name, read_lines(path, PRESET_COLUMNS), row, "code"))


def load_limits(*, at: datetime) -> LoadReport:
    """``limits.csv``: the policies of every set; one that left the file is set inactive."""
    path = catalogue_path("limits.csv")
    known = set(LimitPreset.objects.values_list("code", flat=True))
    rows = _rows(path.name, read_lines(path, LIMIT_COLUMNS), lambda line: _limit_row(line, known), "code")
    versions = list(LimitPolicy.objects.select_for_update().order_by("code", "version"))
    newest = {policy.code: policy for policy in versions if policy.preset_id != OWN_PRESET}
    by_hand = {policy.code for policy in versions if policy.by_hand}
    used = set(Limit.objects.filter(policy__in=list(newest.values())).values_list("policy_id", flat=True).distinct())
    created: list[LimitPolicy] = []
    in_place: list[LimitPolicy] = []
    changed = unchanged = kept = 0
    for row in rows:
        policy = newest.pop(row["code"], None)
        if policy is None:
            created.append(LimitPolicy(**row))
        elif not (differing := _differing(policy, row)):
            unchanged += 1
        elif policy.code in by_hand:
            kept += 1
        else:
            changed += 1
            before = policy_facts(policy)
            if policy.pk in used and not differing <= {"name", "name_en", "origin", "to_check", "active"}:
                policy = _succeed(policy, row, at=at)
            else:
                for name in differing:
                    setattr(policy, name, row[name])
                in_place.append(policy)
            record_change(RuleKind.POLICY, policy, before=before, after=policy_facts(policy), because=BECAUSE, at=at)
    retired = _retire(newest.values(), by_hand)
    # All of them out of force first: two rows of the file may have swapped what they are for.
    LimitPolicy.objects.filter(pk__in=[policy.pk for policy in in_place]).update(active=False)
    for policy in in_place:
        policy.save()
    LimitPolicy.objects.bulk_create(created)
    return LoadReport(len(created), changed + retired, unchanged, kept)


def load_ladders(*, at: datetime) -> LoadReport:
    """``ladders.csv`` and ``ladder.csv``: the ladders of every set and their steps, counted in steps."""
    path, steps_path = catalogue_path("ladders.csv"), catalogue_path("ladder.csv")
    known = set(LimitPreset.objects.values_list("code", flat=True))
    rows = _rows(path.name, read_lines(path, LADDERS_COLUMNS), lambda line: _ladder_row(line, known), "code")
    rungs = _rungs(steps_path.name, read_lines(steps_path, RUNG_COLUMNS), {row["code"] for row in rows})
    versions = list(Ladder.objects.select_for_update().order_by("code", "version"))
    newest = {ladder.code: ladder for ladder in versions if ladder.preset_id != OWN_PRESET}
    by_hand = {ladder.code for ladder in versions if ladder.by_hand}
    used = set(Limit.objects.filter(ladder__in=list(newest.values())).values_list("ladder_id", flat=True).distinct())
    standing: dict[int, list[dict[str, Any]]] = {}
    for rung in LadderRung.objects.order_by("ladder_id", "step"):
        standing.setdefault(rung.ladder_id, []).append({name: getattr(rung, name) for name in RUNG_COLUMNS[1:]})
    created = changed = unchanged = kept = 0
    for row in rows:
        steps = rungs[row["code"]]
        ladder = newest.pop(row["code"], None)
        if ladder is None:
            ladder = Ladder.objects.create(**row)
            _write_rungs(ladder, steps)
            created += len(steps)
            continue
        differing = _differing(ladder, row)
        same_steps = standing.get(ladder.pk, []) == steps
        if not differing and same_steps:
            unchanged += len(steps)
        elif ladder.code in by_hand:
            kept += len(steps)
        else:
            changed += len(steps)
            before = ladder_facts(ladder, [LadderRung(**step) for step in standing.get(ladder.pk, [])])
            fixed = not same_steps or not differing <= {"name", "name_en", "origin", "to_check", "active"}
            if ladder.pk in used and fixed:
                ladder = _succeed(ladder, row, at=at)
                _write_rungs(ladder, steps)
            else:
                for name in differing:
                    setattr(ladder, name, row[name])
                ladder.save()
                if not same_steps:
                    LadderRung.objects.filter(ladder=ladder).delete()
                    _write_rungs(ladder, steps)
            after = ladder_facts(ladder, [LadderRung(**step) for step in steps])
            record_change(RuleKind.LADDER, ladder, before=before, after=after, because=BECAUSE, at=at)
    return LoadReport(created, changed + _retire(newest.values(), by_hand), unchanged, kept)


def _write_rungs(ladder: Ladder, steps: Iterable[dict[str, Any]]) -> None:
    LadderRung.objects.bulk_create([LadderRung(ladder=ladder, **step) for step in steps])


def _succeed(row: Any, values: dict[str, Any], *, at: datetime) -> Any:
    """End the version in use today; the file's follows tomorrow."""
    today = local(at).date()
    row.effective_to = max(today, row.effective_from)
    row.save(update_fields=["effective_to"])
    first = max(values["effective_from"], row.effective_to + timedelta(days=1))
    return type(row).objects.create(**values | {"version": row.version + 1, "effective_from": first})


def _differing(row: Any, values: dict[str, Any]) -> set[str]:
    """In which columns a row differs from the file; the first day of a successor is its own."""
    return {
        name
        for name, value in values.items()
        if getattr(row, name) != value and not (name == "effective_from" and row.version > 1)
    }


def _retire(rows: Iterable[Any], by_hand: set[str]) -> int:
    """Set inactive what left its file, unless it was changed by hand."""
    gone = [row for row in rows if row.active and row.code not in by_hand]
    for row in gone:
        type(row).objects.filter(pk=row.pk).update(active=False)
    return len(gone)


def _rows(file: str, lines: Iterable[CatalogueLine], read: Any, key: str) -> list[dict[str, Any]]:
    """Every line as ``read`` reads it.

    Raises ``CatalogueError`` for bad lines, repeated keys, and a rule for the same matters and days as one before it.
    """
    problems: list[str] = []
    rows: list[dict[str, Any]] = []
    seen: set[str] = set()
    for line in lines:
        try:
            row = read(line)
            if row[key] in seen:
                raise ValueError(f"{key} {row[key]} appears twice")
            seen.add(row[key])
            _check_matters(row, rows)
            rows.append(row)
        except ValueError as error:
            problems.append(f"{file} line {line.number}: {error}")
    if problems:
        raise CatalogueError(problems)
    return rows


def _check_matters(row: dict[str, Any], before: Iterable[dict[str, Any]]) -> None:
    if "preset_id" not in row:
        return
    for other in before:
        same = all(row.get(name) == other.get(name) for name in MATTERS)
        if same and _days_overlap(row, other):
            raise ValueError(f"it is for the same matters at the same time as {other['code']}")


def _days_overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    last, other_last = one["effective_to"] or date.max, other["effective_to"] or date.max
    return bool(one["effective_from"] <= other_last and other["effective_from"] <= last)


def _dated(cells: dict[str, str], known: set[str]) -> dict[str, Any]:
    effective_to = cells["effective_to"]
    row: dict[str, Any] = {
        "code": cells["code"],
        "preset_id": _among(cells["preset"], sorted(known - {OWN_PRESET}), "preset"),
        "name": cells["name"],
        "name_en": cells["name_en"],
        "urgency": _among(cells["urgency"], ["", *Urgency.values], "urgency"),
        "complexity": _among(cells["complexity"], ["", *Complexity.values], "complexity"),
        "active": True,
        "effective_from": date.fromisoformat(cells["effective_from"]),
        "effective_to": date.fromisoformat(effective_to) if effective_to else None,
        "to_check": _among(cells["check"], ["yes", "no"], "check") == "yes",
        "origin": cells["origin"],
    }
    if row["effective_to"] is not None and row["effective_to"] < row["effective_from"]:
        raise ValueError("effective_to lies before effective_from")
    _all_given(cells, "code", "name", "name_en", "origin")
    return row


def _limit_row(line: CatalogueLine, known: set[str]) -> dict[str, Any]:
    cells = line.cells
    row: dict[str, Any] = {
        "stage": _among(cells["stage"], Stage.values, "stage"),
        "level": _among(cells["level"], ["", *Level.values], "level"),
        "category_prefix": cells["category_prefix"],
        "amount": _amount(cells["amount"]),
        "measure": _among(cells["measure"], Measure.values, "measure"),
    } | _dated(cells, known)
    if row["amount"] <= 0:
        raise ValueError("amount must be above zero")
    return row


def _ladder_row(line: CatalogueLine, known: set[str]) -> dict[str, Any]:
    return {"stage": _among(line.cells["stage"], ["", *Stage.values], "stage")} | _dated(line.cells, known)


def _rungs(file: str, lines: Iterable[CatalogueLine], ladders: set[str]) -> dict[str, list[dict[str, Any]]]:
    problems: list[str] = []
    rungs: dict[str, list[dict[str, Any]]] = {code: [] for code in ladders}
    for line in lines:
        try:
            rungs[_among(line.cells["ladder"], sorted(ladders), "ladder")].append(_rung_row(line))
        except ValueError as error:
            problems.append(f"{file} line {line.number}: {error}")
    for code, steps in () if problems else sorted(rungs.items()):
        try:
            reckoning.check_rungs([LadderRung(**step).as_rung() for step in steps])
        except ValueError as error:
            problems.append(f"{file}, ladder {code}: {error}")
    if problems:
        raise CatalogueError(problems)
    return rungs


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


def _all_given(cells: dict[str, str], *names: str) -> None:
    for name in names:
        if not cells[name]:
            raise ValueError(f"{name} is empty")


def _among(value: str, allowed: Iterable[str], column: str) -> str:
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
