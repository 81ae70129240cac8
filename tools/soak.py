"""``make soak``: the long forms of the tests, one after another, resumable; results are appended to docs/figures.md.

A part is one test marked ``soak``. A part that has passed at this state of the files is not run again, so an ended run
goes on where it stopped; ``ONLY=words`` runs those whose name contains one of the words, passed or not; ``LIST=1``
prints every part with its latest result and runs nothing.
"""

import hashlib
import json
import os
import signal
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
CLEANUP_SECONDS = 90
HEAD = """# Figures of the long tests

## Every part
Appended by `make soak`: every part, whether it passed, and how long it took.

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
    """The commit that is tested, and a digest of what differs from it; the figures themselves do not count."""
    others = ["--", ".", ":!docs/figures.md"]
    head = _git("rev-parse", "--short=10", "HEAD")
    changes = _git("diff", "HEAD", *others) + _git("ls-files", "--others", "--exclude-standard", *others)
    return f"{head}+{hashlib.sha256(changes.encode()).hexdigest()[:6]}" if changes else head


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def run(part: str) -> tuple[bool, float]:
    """Run one part for at most ten minutes; tells whether it passed and how many seconds it took.

    One that takes longer is interrupted, so that it stops the servers it started, before it is killed.
    """
    started = time.monotonic()
    unhurried = ["--timeout=0", "-o", "faulthandler_timeout=0"]
    process = subprocess.Popen([sys.executable, "-m", "pytest", "-m", "soak", "-rP", *unhurried, part], cwd=ROOT)
    try:
        status = process.wait(LONGEST_SECONDS)
    except subprocess.TimeoutExpired:
        status = 1
        print(f"longer than {LONGEST_SECONDS} s: {part}", flush=True)
        os.kill(process.pid, signal.SIGINT)
        try:
            process.wait(CLEANUP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return status == 0, time.monotonic() - started


def remembered() -> dict[str, dict[str, object]]:
    """The latest result of each part: commit, passed, seconds."""
    try:
        found = json.loads(DONE.read_text())
    except (OSError, ValueError):
        return {}
    return {part: facts for part, facts in found.items() if isinstance(facts, dict)}


def remember(part: str, tested: str, passed: bool, seconds: float) -> None:
    """Keep a result for the next run and append it to the figures."""
    facts = {"commit": tested, "passed": passed, "seconds": round(seconds, 1)}
    DONE.parent.mkdir(exist_ok=True)
    scratch = DONE.with_suffix(".new")
    scratch.write_text(json.dumps(remembered() | {part: facts}, indent=1))
    scratch.replace(DONE)
    if not FIGURES.exists():
        FIGURES.write_text(HEAD)
    when = datetime.now(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d %H:%M")
    with FIGURES.open("a") as file:
        file.write(f"| {when} | {tested} | {part} | {'passed' if passed else 'FAILED'} | {seconds:.1f} |\n")


def show(known: list[str]) -> None:
    """Print every part with its latest result."""
    results = remembered()
    for part in known:
        facts = results.get(part)
        if facts is None:
            print(f"{'not run':>24}  {part}")
        else:
            result = "passed" if facts["passed"] else "FAILED"
            print(f"{facts['commit']:>10} {result} {facts['seconds']:>6} s  {part}")


def main() -> None:
    """Run what has not passed yet; exit status 1 if a part fails."""
    words = sys.argv[1:]
    known = parts()
    if words == ["--list"]:
        show(known)
        return
    tested, results, failed = commit(), remembered(), []
    for part in known:
        if words and not any(word in part for word in words):
            continue
        before = results.get(part, {})
        if not words and before.get("passed") and before.get("commit") == tested:
            print(f"passed before: {part}", flush=True)
            continue
        print(f"running: {part}", flush=True)
        passed, seconds = run(part)
        remember(part, tested, passed, seconds)
        if not passed:
            failed.append(part)
    if failed:
        sys.exit("make soak: failed: " + ", ".join(failed))


if __name__ == "__main__":
    main()
