"""``make check``: all that can be known about the code without running the product; ``ONLY=name`` runs one part."""

import base64
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
SOURCES = ["apps", "gridgov", "tests", "tools", "bench", "config", "manage.py"]
OFFLINE = {"DJANGO_SETTINGS_MODULE": "gridgov.settings.offline"}
KEY = "1:" + base64.b64encode(b"only-for-this-check-of-settings!").decode()
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "gridgov.settings.prod",
    "GRIDGOV_SECRET_KEY": "a-long-random-looking-text-of-more-than-fifty-characters-0123456789",
    "GRIDGOV_HOSTS": "gridgov.example",
    "GRIDGOV_FIELD_KEYS": KEY,
    "GRIDGOV_HASH_KEYS": KEY,
    "DATABASE_URL": "postgresql://gridgov:secret@db.example/gridgov",
    "REDIS_URL": "redis://redis.example:6379/0",
}


def program(name: str, *arguments: str) -> list[str]:
    """A program of the environment."""
    return [str(BIN / name), *arguments]


def manage(*arguments: str) -> list[str]:
    """A management command that reaches no server."""
    return [sys.executable, "-W", "ignore::RuntimeWarning", "manage.py", *arguments]


PARTS: dict[str, tuple[list[str], dict[str, str]]] = {
    "format": (program("ruff", "format", "--check", "--quiet", *SOURCES), {}),
    "lint": (program("ruff", "check", "--quiet", *SOURCES), {}),
    "types": (program("mypy"), OFFLINE),
    "templates": (program("djlint", "templates", "--lint", "--quiet"), {}),
    "translations": ([sys.executable, "-m", "tools.translations", "check"], OFFLINE),
    "imports": (program("lint-imports", "--no-cache"), OFFLINE),
    "migrations": (manage("makemigrations", "--check", "--dry-run"), OFFLINE),
    "cases": (manage("describe_cases", "--check"), OFFLINE),
    "deployment": (manage("check", "--deploy", "--fail-level", "WARNING"), PRODUCTION),
    "compose": (program("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"), {}),
    "addresses": ([sys.executable, "-m", "tools.addresses"], {}),
}


def run(name: str) -> bool:
    """Run one part and show what it says if it fails; tells whether it passed."""
    command, environment = PARTS[name]
    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    passed = done.returncode == 0
    print(f"{'ok  ' if passed else 'FAIL'} {name} ({time.monotonic() - started:.1f} s)", flush=True)
    if not passed:
        print(done.stdout, flush=True)
    return passed


def main() -> None:
    """Run the named parts, or all; exit status 1 if one fails."""
    names = sys.argv[1:] or list(PARTS)
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        sys.exit(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    failed = [name for name in names if not run(name)]
    if failed:
        sys.exit(f"make check: {', '.join(failed)} failed")


if __name__ == "__main__":
    main()
