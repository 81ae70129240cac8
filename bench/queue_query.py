"""``queue_query``: what the first page of a dispatcher's queue asks of the database, beside the plainest SQL for it.

Both are sent by a cursor and fetched. The floor takes the same rows by equality and limit, and what they name by key.
"""

from apps.cases.selectors import Wanted, desks_of, queue_page
from apps.cases.selectors.queues import moments_at, queue_named
from apps.core import clock
from apps.grid.permissions import Role
from bench import case_fixture
from bench.harness import Context

LARGE = True

ROWS = 50
FLOOR = """
SELECT * FROM cases_case WHERE open AND street_id = %s AND state = 'dispatched' ORDER BY due_at, id LIMIT 51
"""
NAMED = (
    ("SELECT * FROM cases_category WHERE id = ANY(%s)", ("category_id",)),
    ("SELECT * FROM grid_unit WHERE id = ANY(%s)", ("district_id", "street_id", "community_id", "grid_id")),
    ("SELECT * FROM organisation_agency WHERE id = ANY(%s)", ("holder_id", "desk_id")),
)


def run(context: Context) -> None:
    """The queue of cases in handling, over a street."""
    street = case_fixture.busy_street()
    desks = desks_of(case_fixture.holder_of(Role.STREET_DISPATCHER, street))
    moments = moments_at(clock.now())
    with case_fixture.statements() as sent:
        page = queue_page(queue_named("handling"), desks, moments=moments, wanted=Wanted(), cursor=None, size=ROWS)
    floor: list[case_fixture.Statement] = [(FLOOR, [street])]
    for sql, columns in NAMED:
        ids = {getattr(case, column) for case in page.rows for column in columns} - {None}
        floor.append((sql, [sorted(ids)]))
    context.sql("queue_query", ";".join(sql for sql, _params in floor))
    context.figure(
        "queue_query",
        lambda: case_fixture.run_all(sent),
        lambda: case_fixture.run_all(floor),
        n=context.cases,
        repeat=25,
        calls=10,
    )
