"""``make soak``: the long forms of the tests, one after another, resumable; results are appended to docs/figures.md.

A part is one test marked ``soak``. A part that has passed at this commit is not run again; ``ONLY=words`` runs those
whose name contains one of the words, passed or not.
"""

import json
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parents[1]
DONE = ROOT / "var/soak.json"
FIGURES = ROOT / "docs/figures.md"
LONGEST_SECONDS = 600
HEAD = """# Figures of the long tests

Appended by `make soak`.

| when | commit | part | result | seconds |
| --- | --- | --- | --- | ---: |
"""


def parts() -> list[str]:
    """Every test marked ``soak``, as pytest names it."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-m", "soak"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = [line for line in listed.splitlines() if "::" in line]
    if not found:
        sys.exit(f"no test is marked soak:\n{listed}")
    return found


def commit() -> str:
    """The commit that is tested, with a plus where files differ from it."""
    describe = ["git", "describe", "--always", "--dirty=+", "--abbrev=10"]
    return subprocess.run(describe, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def run(part: str) -> tuple[bool, float]:
    """Run one part for at most ten minutes; tells whether it passed and how many seconds it took."""
    started = time.monotonic()
    try:
        command = [sys.executable, "-m", "pytest", "-m", "soak", part]
        status = subprocess.run(command, cwd=ROOT, timeout=LONGEST_SECONDS, check=False).returncode
    except subprocess.TimeoutExpired:
        status = 1
    return status == 0, time.monotonic() - started


def main() -> None:
    """Run what has not passed yet; exit status 1 if a part fails."""
    tested, words = commit(), sys.argv[1:]
    done: dict[str, str] = json.loads(DONE.read_text()) if DONE.exists() else {}
    failed = []
    for part in parts():
        if words and not any(word in part for word in words):
            continue
        if not words and done.get(part) == tested:
            print(f"passed before: {part}", flush=True)
            continue
        print(f"running: {part}", flush=True)
        passed, seconds = run(part)
        if passed:
            done[part] = tested
            DONE.write_text(json.dumps(done, indent=1))
        else:
            failed.append(part)
        if not FIGURES.exists():
            FIGURES.write_text(HEAD)
        with FIGURES.open("a") as file:
            when = datetime.now(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d %H:%M")
            file.write(f"| {when} | {tested} | {part} | {'passed' if passed else 'FAILED'} | {seconds:.1f} |\n")
    if failed:
        sys.exit("make soak: failed: " + ", ".join(failed))


if __name__ == "__main__":
    main()
