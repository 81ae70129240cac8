"""Pins every dependency of pyproject.toml with hashes into requirements/ (``make lock``).

The pins hold for every platform and for Python 3.11 and newer, and name no registry.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {"runtime": (), "test": ("test",), "dev": ("test", "dev")}
OPTIONS = ("--universal", "--generate-hashes", "--python-version", "3.11", "--no-header")
NO_ADDRESS = ("--no-emit-index-url", "--no-emit-find-links", "--quiet")


def compile_lock(source: str, target: str, *more: str) -> None:
    """Write ``requirements/<target>.txt`` from ``source``, keeping pins that still fit."""
    command = ["uv", "pip", "compile", *OPTIONS, *NO_ADDRESS, source, "-o", f"requirements/{target}.txt", *more]
    subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Write all five locks; ``--upgrade`` moves the pins to the newest versions."""
    upgrade = [argument for argument in sys.argv[1:] if argument == "--upgrade"]
    dev = ROOT / "requirements/dev.txt"
    extras = [word for extra in LOCKS["dev"] for word in ("--extra", extra)]
    compile_lock("pyproject.toml", "dev", *extras, *upgrade)
    for name in ("runtime", "test"):
        extras = [word for extra in LOCKS[name] for word in ("--extra", extra)]
        compile_lock("pyproject.toml", name, *extras, "--constraint", str(dev.relative_to(ROOT)), *upgrade)
    compile_lock("requirements/node.in", "node", *upgrade)
    compile_lock("--group=pyproject.toml:peer", "peer", *upgrade)


if __name__ == "__main__":
    main()
