"""What the supervisor says of itself, in one small file that is replaced as a whole."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

STARTING, READY, STOPPING, FAILED = "starting", "ready", "stopping", "failed"


@dataclass(frozen=True)
class State:
    """One report: ``phase`` is starting, ready, stopping or failed; ``message`` tells a person what is being done."""

    phase: str
    message: str
    supervisor: int
    postgres: int | None = None
    redis: int | None = None


def write_state(path: Path, state: State) -> None:
    """Replace the report in ``path``; a reader sees the old or the new one, never a part."""
    scratch = path.with_suffix(f".{os.getpid()}")
    scratch.write_text(json.dumps(asdict(state)))
    scratch.replace(path)


def read_state(path: Path) -> State | None:
    """The last report, or None when there is none yet."""
    try:
        return State(**json.loads(path.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
