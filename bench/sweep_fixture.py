"""Open limits for the two figures of the sweep, and a way to wind the clock back between rounds."""

from datetime import UTC, datetime, timedelta

from django.db import connection

from apps.deadlines import catalogue, rulebook, services
from apps.deadlines.models import Limit
from apps.grid.models import Unit
from apps.grid.placed import place_at
from apps.organisation.models import Agency

# Monday at two in Shanghai, long before any other limit: of three working days begun on Thursday between nine and ten,
# the reminder fell before noon and the yellow card falls half an hour from now at the earliest.
AT = datetime(2005, 3, 7, 6, 0, tzinfo=UTC)
BEGUN = datetime(2005, 3, 3, 2, 0, tzinfo=UTC)
SUBJECT = "bench"
PATTERNS = 1000

FLOOR = """
    INSERT INTO deadlines_ladderstep (limit_id, step, kind, card, holder_id, due_at, done_at)
    SELECT id, plan_steps[1], plan_kinds[1], 'none', holder_id, plan_times[1], %(at)s
      FROM deadlines_limit WHERE next_step_at <= %(at)s;
    INSERT INTO core_outboxmessage (topic, payload, dedupe_key, created_at, available_at, attempts, last_error)
    SELECT 'deadline-step',
           jsonb_build_object('limit', id, 'step', plan_steps[1], 'kinds', jsonb_build_array(plan_kinds[1]),
                              'holder', holder_id, 'head', head_id),
           'deadline-step:' || id || ':' || plan_steps[1], %(at)s, %(at)s, 0, ''
      FROM deadlines_limit WHERE next_step_at <= %(at)s;
    UPDATE deadlines_limit SET last_step = plan_steps[1], next_step_at = plan_times[2] WHERE next_step_at <= %(at)s;
"""


def prepare(*, running: int, due: int) -> None:
    """``running`` open limits of which ``due`` have one step due at ``AT``, spread over the communities of the tree.

    Both numbers are multiples of ``PATTERNS``: so many limits are reckoned one by one, and the rest copied from them.
    """
    clear()
    catalogue.load()
    for begun, number, first in ((BEGUN, due, 0), (AT, running - due, running)):
        if number:
            Limit.objects.bulk_create(_patterns(begun, first))
            _copy(number // PATTERNS - 1, first)
    settle()


def _patterns(begun: datetime, first: int) -> list[Limit]:
    book = rulebook.current()
    units = list(
        Unit.objects.filter(kind="community").select_related("parent", "parent__parent").order_by("code")[:PATTERNS]
    )
    centres = dict(Agency.objects.filter(kind="centre").values_list("unit_id", "pk"))
    places = [(place_at(unit), centres[unit.pk], centres[unit.parent_id]) for unit in units if unit.parent_id]
    rows = []
    for number in range(first, first + PATTERNS):
        place, holder, head = places[number % len(places)]
        rows.append(
            services.make_limit(
                book,
                stage="handling",
                subject_kind=SUBJECT,
                subject_id=number,
                subject_label=str(number),
                subject_url=f"/cases/{number}/",
                place=place,
                holder_id=holder,
                head_id=head,
                level="agency",
                category_key="",
                urgency="normal",
                at=begun - timedelta(minutes=number % 60),
            )
        )
    return rows


def _copy(times: int, first: int) -> None:
    columns = [field.column for field in Limit._meta.concrete_fields if not field.primary_key]
    chosen = [f"subject_id + {PATTERNS} * copy" if column == "subject_id" else column for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO deadlines_limit ({', '.join(columns)}) SELECT {', '.join(chosen)} FROM deadlines_limit, "
            "generate_series(1, %s) AS copy WHERE subject_kind = %s AND subject_id BETWEEN %s AND %s",
            [times, SUBJECT, first, first + PATTERNS - 1],
        )


def execute_floor() -> None:
    """The bare transaction: the same rows written by three set-based statements."""
    with connection.cursor() as cursor:
        for statement in FLOOR.split(";")[:-1]:
            cursor.execute(statement, {"at": AT})


def wind_back() -> None:
    """As if no step had been taken; not part of any figure."""
    with connection.cursor() as cursor:
        _forget_steps(cursor)
        cursor.execute(
            "UPDATE deadlines_limit SET last_step = 0, card = 'none', next_step_at = plan_times[1] "
            "WHERE subject_kind = %s AND last_step > 0",
            [SUBJECT],
        )
    settle()


def clear() -> None:
    """Remove the limits of earlier runs."""
    with connection.cursor() as cursor:
        _forget_steps(cursor)
        cursor.execute("DELETE FROM deadlines_limit WHERE subject_kind = %s", [SUBJECT])


def settle() -> None:
    """Leave no dead rows and fresh statistics to the next round."""
    with connection.cursor() as cursor:
        for table in ("deadlines_limit", "deadlines_ladderstep", "core_outboxmessage"):
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute("CHECKPOINT")


def _forget_steps(cursor) -> None:  # type: ignore[no-untyped-def]
    cursor.execute("SET session_replication_role = replica")
    cursor.execute(
        "DELETE FROM deadlines_ladderstep WHERE limit_id IN (SELECT id FROM deadlines_limit WHERE subject_kind = %s)",
        [SUBJECT],
    )
    cursor.execute("DELETE FROM core_outboxmessage WHERE topic = 'deadline-step'")
    cursor.execute("SET session_replication_role = DEFAULT")
