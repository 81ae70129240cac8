"""``python -m bench [--only NAME] [--sql] [--cases N]``: every figure, one JSON line each.

The benches own a database ``gridgov_bench`` on the server of the settings, filled once with ``seed_demo --cases N``
(``gridgov_bench_N`` for another number than 100,000).
"""

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Callable
from contextlib import redirect_stdout

import django
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

import bench
from bench.harness import Context

DATABASE = "gridgov_bench"
CASES = 100_000


def benches() -> dict[str, Callable[[Context], None]]:
    """Each figure by the name of its file; a file without ``run`` only helps the others."""
    names = [module.name for module in pkgutil.iter_modules(bench.__path__) if module.name != "__main__"]
    modules = {name: importlib.import_module(f"bench.{name}") for name in sorted(names)}
    return {name: module.run for name, module in modules.items() if hasattr(module, "run")}


def _is_extra(run: Callable[[Context], None]) -> bool:
    """Whether the figure runs only when it is named, as those that need software of others do."""
    return bool(getattr(sys.modules[run.__module__], "EXTRA", False))


def use_own_database(name: str) -> None:
    """Make the benches' database where it is missing and point Django at it."""
    parameters = connection.get_connection_params() | {"dbname": "postgres"}
    keep = {name: parameters[name] for name in ("dbname", "user", "password", "host", "port") if name in parameters}
    with psycopg.connect(**keep, autocommit=True) as server:
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            server.execute(f"CREATE DATABASE {name}")
    connections.close_all()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


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
    parser.add_argument("--cases", type=int, default=CASES)
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings.dev")
    django.setup()
    known = benches()
    wanted = arguments.only or [name for name in known if not _is_extra(known[name])]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        parser.error(f"no such figure: {', '.join(unknown)}; there are {', '.join(known)}")
    use_own_database(DATABASE if arguments.cases == CASES else f"{DATABASE}_{arguments.cases}")
    fill(arguments.cases)
    context = Context(cases=arguments.cases, show_sql=arguments.sql)
    for name in wanted:
        known[name](context)


if __name__ == "__main__":
    main()
