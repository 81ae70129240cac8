"""The database of a million cases and the small one it is compared with; no figure itself.

``gridgov_bench_small`` holds 100,000 cases as ``seed_demo`` tells them, half of them open. ``gridgov_bench_large``
begins as its copy and gets the finished ones again and again, by ``INSERT … SELECT`` under other keys, until there
are more than a million with five million events: both have the same 50,000 open cases. Each round is a transaction of
its own that notes itself, and the indexes are made at the end, so that a filling which was cut short goes on where it
stopped, with flat memory. The chains of copied cases do not verify: their links name the case that they were made for.
"""

import sys
import time
from collections.abc import Callable

import psycopg
from django.core.management import call_command
from django.db import connection
from django.db.models import Max

from apps.assessment.seeding.demo import seed_ground, seed_load
from apps.cases.choices import LEG_SUBJECT
from apps.cases.models import Case, CaseEvent, Leg
from apps.core import clock
from apps.deadlines.models import LadderStep, Limit
from bench.databases import exists, on_server, use_database

SMALL, LARGE = "gridgov_bench_small", "gridgov_bench_large"
CASES, FIRST = 1_170_000, 100_000
RESTING = 0.8  # the share of stories cut short by which half of the cases are open
LEAVING_SECONDS = 300
MODELS = (Case, Leg, Limit, LadderStep, CaseEvent)
KEYED = (Case, Leg, Limit)  # whose keys others name; the rest take theirs from their sequence

# What a copied column becomes; {n} is the number of the round, {case} and so on the highest key there was before.
NEW_KEYS: dict[type, dict[str, str]] = {
    Case: {
        "id": "id + {n} * {case}",
        "number": "left(number, 7) || to_char(substr(number, 8)::bigint + {n} * {case}, 'FM999999000000')",
        "client_id": "NULL",
        "source_number": "source_number || '-{n}'",
    },
    Leg: {"id": "id + {n} * {leg}", "case_id": "case_id + {n} * {case}"},
    Limit: {
        "id": "id + {n} * {limit}",
        "subject_id": f"subject_id + {{n}} * CASE subject_kind WHEN '{LEG_SUBJECT}' THEN {{leg}} ELSE {{case}} END",
    },
    LadderStep: {"limit_id": "limit_id + {n} * {limit}"},
    CaseEvent: {"case_id": "case_id + {n} * {case}", "leg_id": "leg_id + {n} * {leg}"},
}
# Which rows belong to the finished cases of the small database.
FINISHED = "SELECT id FROM cases_case WHERE NOT open AND id <= {case}"
THEIR_LEGS = f"SELECT id FROM cases_leg WHERE id <= {{leg}} AND case_id IN ({FINISHED})"
THEIR_LIMITS = (
    f"SELECT id FROM deadlines_limit WHERE id <= {{limit}} AND (subject_kind = '{LEG_SUBJECT}' AND subject_id IN"
    f" ({THEIR_LEGS}) OR subject_kind = 'case' AND subject_id IN ({FINISHED}))"
)
CHOSEN: dict[type, str] = {
    Case: f"id IN ({FINISHED})",
    Leg: f"id IN ({THEIR_LEGS})",
    Limit: f"id IN ({THEIR_LIMITS})",
    LadderStep: f"limit_id IN ({THEIR_LIMITS})",
    CaseEvent: f"case_id IN ({FINISHED})",
}


def prepare() -> int:
    """Fill both databases unless they are full; Django is left at the large one. Returns how many cases it holds."""
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {text}", file=sys.stderr, flush=True)

    use_database(SMALL)
    call_command("migrate", interactive=False, verbosity=0)
    _tell(say)
    if not exists(LARGE):
        _begin_large()
        say("the large database begins as a copy of the small one")
    use_database(LARGE)
    call_command("migrate", interactive=False, verbosity=0)
    _multiply(say)
    return Case.objects.count()


def _begin_large() -> None:
    """Copy the small database; waits for sessions that are still on their way out of it."""
    connection.close()
    until = time.monotonic() + LEAVING_SECONDS
    while True:
        try:
            on_server(f"CREATE DATABASE {LARGE} TEMPLATE {SMALL} STRATEGY FILE_COPY")
            return
        except psycopg.errors.ObjectInUse:
            if time.monotonic() > until:
                raise
            time.sleep(1)


def _tell(say: Callable[[str], None]) -> None:
    """The small database's cases; where that was cut short, those that are missing."""
    now = clock.now()
    missing = FIRST - Case.objects.count()
    if missing > 0:
        district = seed_ground("310106", now=now, say=say)
        seed_load(district, count=missing, now=now, say=lambda _text: None, resting=RESTING)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        say(f"the small database has {Case.objects.count()} cases, {Case.objects.filter(open=True).count()} open")


def _multiply(say: Callable[[str], None]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS bench_round (number integer PRIMARY KEY, highest bigint[], finished integer)"
        )
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_index (name text PRIMARY KEY, definition text)")
        cursor.execute("SELECT max(number) FROM bench_round")
        if cursor.fetchall()[0][0] is None:
            highest = [model.objects.aggregate(last=Max("pk"))["last"] for model in KEYED]  # type: ignore[attr-defined]
            finished = Case.objects.filter(open=False).count()
            cursor.execute("INSERT INTO bench_round VALUES (0, %s, %s)", [highest, finished])
        cursor.execute("SELECT max(number), max(highest), max(finished) FROM bench_round")
        done, (case, leg, limit), finished = cursor.fetchall()[0]
    rounds = -(-(CASES - FIRST) // finished)
    if done < rounds:
        _lay_indexes_aside()
    for number in range(done + 1, rounds + 1):
        _copy_round(number, {"n": number, "case": case, "leg": leg, "limit": limit})
        say(f"round {number} of {rounds}")
    _restore_indexes(say)


def _copy_round(number: int, keys: dict[str, int]) -> None:
    with psycopg.connect(**_parameters(), autocommit=False) as writer:
        writer.execute("SET LOCAL session_replication_role = replica")
        writer.execute("SET LOCAL synchronous_commit = off")
        writer.execute("SET LOCAL work_mem = '256MB'")
        for model in MODELS:
            named = {field.column: field.column for field in model._meta.concrete_fields}  # type: ignore[attr-defined]
            if model not in KEYED:
                del named["id"]
            named |= {column: text.format(**keys) for column, text in NEW_KEYS[model].items()}
            table = model._meta.db_table  # type: ignore[attr-defined]
            columns, values = ", ".join(named), ", ".join(named.values())
            writer.execute(
                f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} WHERE {CHOSEN[model].format(**keys)}"
            )
        for model in KEYED:
            table = model._meta.db_table  # type: ignore[attr-defined]
            writer.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table})),"
                " setval('cases_number', (SELECT max(substr(number, 8)::bigint) FROM cases_case))"
            )
        writer.execute(
            "INSERT INTO bench_round SELECT %s, highest, finished FROM bench_round WHERE number = 0", [number]
        )


def _parameters() -> dict[str, object]:
    given = connection.get_connection_params()
    return {name: given[name] for name in ("dbname", "user", "password", "host", "port") if name in given}


def _lay_indexes_aside() -> None:
    """Drop every index that holds no constraint and that the copying does not need, remembering how it is made."""
    tables = [model._meta.db_table for model in MODELS]  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO bench_index
            SELECT indexname, indexdef FROM pg_indexes JOIN pg_class ON relname = indexname
              JOIN pg_index ON indexrelid = pg_class.oid
             WHERE tablename = ANY(%s) AND NOT indisunique
            ON CONFLICT DO NOTHING
            """,
            [tables],
        )
        cursor.execute("SELECT name FROM bench_index")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP INDEX IF EXISTS "{name}"')


def _restore_indexes(say: Callable[[str], None]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, definition FROM bench_index WHERE NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = name)"
        )
        missing = cursor.fetchall()
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for name, definition in missing:
            cursor.execute(definition)
            say(f"index {name}")
        if missing:
            cursor.execute("VACUUM ANALYZE")
            say(f"the large database has {Case.objects.count()} cases and {CaseEvent.objects.count()} events")
