"""A system that has been started once already, copied for every file of tests: a first start takes half a minute.

The first starts themselves are tested in ``test_started_twice`` and ``test_interrupted``.
"""

import fcntl
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.system import ROOT, RunningSystem, scratch_var
from tests.template import migrations_digest

KEPT = ROOT / "var/test"
PREFIX = "system-"
LEFT_OUT = ("run.lock", "services.lock", "supervisor.lock", "services.json", "log")


@contextmanager
def prepared_var() -> Iterator[Path]:
    """A scratch ``var`` whose database is migrated, with catalogues and static files; nothing runs on it yet."""
    kept = _kept()
    with scratch_var() as var:
        _copy(kept, var)
        (var / "log").mkdir()
        yield var


def _kept() -> Path:
    """The ``var`` to copy, made now unless an earlier run left it; others wait meanwhile."""
    kept = KEPT / f"{PREFIX}{migrations_digest()}"
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "system.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            for old in KEPT.glob(f"{PREFIX}*"):
                shutil.rmtree(old)
            with scratch_var() as var:
                _start_and_stop(var)
                unfinished = KEPT / f"{PREFIX}unfinished"
                _copy(var, unfinished)
                unfinished.rename(kept)
    return kept


def _start_and_stop(var: Path) -> None:
    system = RunningSystem(var)
    try:
        system.wait_until_ready(400)
    finally:
        system.stop()
    for name in LEFT_OUT:
        path = var / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    """With owners, modes and times, which PostgreSQL and the mark of the static files depend on."""
    subprocess.run(["cp", "-a", "--reflink=auto", str(source), str(target)], check=True, timeout=120)
