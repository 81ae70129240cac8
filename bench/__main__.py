"""``python -m bench [--only NAME] [--sql] [--cases N]``: every figure, one JSON line each.

The benches own databases on the server of the settings, filled once: ``gridgov_bench`` with ``seed_demo --cases N``
(``gridgov_bench_N`` for another number than 100,000), and for the figures of cases, whose files say ``LARGE``, the
million of ``bench/large.py``. With ``--cases`` these too are read at that number.
"""

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Callable
from contextlib import redirect_stdout

import django
from django.core.management import call_command
from django.db import connection

import bench
from bench.databases import use_database
from bench.harness import Context

DATABASE = "gridgov_bench"
CASES = 100_000


def benches() -> dict[str, Callable[[Context], None]]:
    """Each figure by the name of its file; a file without ``run`` only helps the others."""
    names = [module.name for module in pkgutil.iter_modules(bench.__path__) if module.name != "__main__"]
    modules = {name: importlib.import_module(f"bench.{name}") for name in sorted(names)}
    return {name: module.run for name, module in modules.items() if hasattr(module, "run")}


def _says(run: Callable[[Context], None], what: str) -> bool:
    """Whether the figure's file says ``EXTRA``: only when named; or ``LARGE``: at a million cases."""
    return bool(getattr(sys.modules[run.__module__], what, False))


def fill(cases: int) -> None:
    """Migrate, and load catalogues, the demo district and ``cases`` cases unless they are there already."""
    call_command("migrate", interactive=False, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_filled (cases integer PRIMARY KEY)")
        cursor.execute("SELECT max(cases) FROM bench_filled")
        row = cursor.fetchone()
        filled = (row and row[0]) or 0
    if filled >= cases:
        return
    print(f"filling the benches' database with {cases} cases (once)", file=sys.stderr, flush=True)
    with redirect_stdout(sys.stderr):
        call_command("load_catalogues", verbosity=0)
        call_command("seed_demo", cases=cases)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_filled VALUES (%s)", [cases])
        cursor.execute("VACUUM ANALYZE")


def main() -> None:
    """Run the benches that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--only", action="append", help="a figure's name; may be given several times")
    parser.add_argument("--sql", action="store_true", help="print the floor's statements")
    parser.add_argument("--cases", type=int, help=f"read every figure at so many cases; else {CASES} or a million")
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings.dev")
    django.setup()
    known = benches()
    wanted = arguments.only or [name for name in known if not _says(known[name], "EXTRA")]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        parser.error(f"no such figure: {', '.join(unknown)}; there are {', '.join(known)}")
    large = [name for name in wanted if _says(known[name], "LARGE") and arguments.cases is None]
    if wanted != large:
        cases = arguments.cases or CASES
        use_database(DATABASE if cases == CASES else f"{DATABASE}_{cases}")
        fill(cases)
        read([known[name] for name in wanted if name not in large], Context(cases=cases, show_sql=arguments.sql))
    if large:
        from bench.large import prepare  # reason: imports models, which need Django to be set up

        read([known[name] for name in large], Context(cases=prepare(), show_sql=arguments.sql))


def read(figures: list[Callable[[Context], None]], context: Context) -> None:
    """Read some figures on the database at which Django is pointed."""
    for run in figures:
        run(context)


if __name__ == "__main__":
    main()
