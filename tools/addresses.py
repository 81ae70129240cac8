"""No tracked file may name a path of somebody's machine or the address of a package registry."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Written so that this file does not find itself.
MACHINE = re.compile(r"(?<![\w.])/(?:ro{2}t|wor[k]|hom[e]/\w+|Use[r]s/\w+)/|/tm[p]/(?:plan|h\d)")
REGISTRY = re.compile(r"py[p]i\.org|pytho[n]hosted\.org|registr[y]\.npmjs|index-ur[l]\s*=|--find-link[s]\b")
BINARY = {".png", ".jpg", ".webp", ".ico", ".woff2", ".gz", ".zip", ".ttf", ".otf"}


def problems(root: Path = ROOT) -> list[str]:
    """``file:line: what`` for each machine path or registry address in the files that git tracks."""
    tracked = (
        subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True).stdout.decode().split("\0")
    )
    found = []
    for name in filter(None, tracked):
        path = root / name
        if path.suffix in BINARY or not path.is_file():
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            for what, pattern in (("path of a machine", MACHINE), ("address of a registry", REGISTRY)):
                if pattern.search(line):
                    found.append(f"{name}:{number}: {what}")
    return found


if __name__ == "__main__":
    lines = problems()
    print("\n".join(lines))
    sys.exit(1 if lines else 0)
