"""The search for machine paths and registry addresses finds what is planted."""

import subprocess
from pathlib import Path

import pytest

from tools import addresses


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("see /" + "root/secret", ["note.md:1: path of a machine"]),
        ("in /" + "home/anna/checkout", ["note.md:1: path of a machine"]),
        ("from https://py" + "pi.org/simple", ["note.md:1: address of a registry"]),
        ("--index-" + "url = x", ["note.md:1: address of a registry"]),
        ("a relative path/to/root/thing is fine", []),
    ],
)
def test_what_is_planted_is_found(tmp_path: Path, line: str, found: list[str]) -> None:
    (tmp_path / "note.md").write_text(line + "\n")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    subprocess.run(["git", "add", "note.md"], cwd=tmp_path, check=True)
    assert addresses.problems(tmp_path) == found
