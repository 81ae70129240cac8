"""The rules of the house that no linter knows: the clock, queries, hidden imports, the length of files."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import addresses

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES = 500
LOWER_FILES = {"services", "selectors", "workflow", "actions", "choices", "errors", "permissions", "scopes"}
UPPER_FILES = {"views", "api", "tasks", "serializers"}
SYSTEM_CLOCKS = {
    "timezone.now",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "datetime.datetime.now",
    "datetime.date.today",
}
PRODUCT_CLOCKS = {"clock.now", "clock.today"}
OWN_CLOCK = {"apps/core/clock.py"}


def room_files() -> list[Path]:
    """Every Python file of the rooms except migrations."""
    return [path for path in sorted(ROOT.glob("apps/**/*.py")) if "migrations" not in path.parts]


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """Dotted name and line of each call in a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


def kind(path: Path) -> str:
    """Which floor of its room a file stands on: its own name or its package's (``services/…``, ``views_map``)."""
    parts = path.relative_to(ROOT / "apps").with_suffix("").parts[1:]
    return parts[0].split("_")[0] if parts else ""


def name(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def test_only_the_clock_asks_the_system_for_the_time() -> None:
    found = [
        name(path, line)
        for path in room_files()
        if str(path.relative_to(ROOT)) not in OWN_CLOCK
        for called, line in calls(path)
        if called in SYSTEM_CLOCKS
    ]
    assert found == []


def test_below_the_edge_the_time_is_passed_in() -> None:
    found = [
        name(path, line)
        for path in room_files()
        if kind(path) in LOWER_FILES and path.relative_to(ROOT).parts[1] != "core"
        for called, line in calls(path)
        if called in PRODUCT_CLOCKS
    ]
    assert found == []


def test_views_tasks_and_the_api_make_no_queries_of_their_own() -> None:
    found = [
        name(path, node.lineno)
        for path in room_files()
        if kind(path) in UPPER_FILES and path.relative_to(ROOT).parts[1] != "core"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}
    ]
    assert found == []


def test_no_import_hides_in_a_function_to_dodge_a_cycle_between_rooms() -> None:
    """``AppConfig.ready`` is the one place where Django asks for it."""
    found = []
    for path in room_files():
        for function in ast.walk(ast.parse(path.read_text())):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) or function.name == "ready":
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("apps."):
                    found.append(name(path, node.lineno))
    assert found == []


@pytest.mark.parametrize(
    "pattern", ["apps/**/*.py", "gridgov/**/*.py", "tools/*.py", "tests/**/*.py", "bench/*.py", "static/**/*.js"]
)
def test_no_file_outgrows_a_reader(pattern: str) -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in ROOT.glob(pattern)
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > MOST_LINES
    }
    assert long == {}


def test_no_machine_path_and_no_registry_address_is_tracked() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    assert addresses.problems(ROOT) == []


def test_no_requirement_is_without_a_hash() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        blocks = [block for block in lock.read_text().split("\n") if block and not block.startswith((" ", "#"))]
        assert blocks
        assert all(block.endswith("\\") and "==" in block for block in blocks), lock
