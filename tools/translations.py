"""Translations without gettext: compiling ``.po`` to ``.mo``, and finding what is missing (Babel)."""

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
CATALOGUES = "apps/*/locale/*/LC_MESSAGES/*.po"


def compile_all(root: Path = ROOT) -> int:
    """Compile every catalogue that is newer than its result; returns how many were compiled."""
    compiled = 0
    for source in sorted(root.glob(CATALOGUES)):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, abort_invalid=True)
        scratch = target.with_suffix(".mo.new")
        with scratch.open("wb") as file:
            write_mo(file, catalogue)
        scratch.replace(target)
        compiled += 1
    return compiled


def main() -> None:
    """``compile`` is all that this command does; the completeness check is part of ``make check``."""
    if sys.argv[1:] != ["compile"]:
        sys.exit("usage: python -m tools.translations compile")
    print(f"{compile_all()} translation catalogues compiled")


if __name__ == "__main__":
    main()
