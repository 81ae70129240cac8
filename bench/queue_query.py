"""``queue_query``: what the first page of a dispatcher's queue asks of the database, beside the plainest SQL for it.

Both are sent by a cursor and fetched; the floor takes its rows by equality and limit and joins what a row names.
"""

from apps.cases.selectors import Wanted, desks_of, queue_page
from apps.cases.selectors.queues import moments_at, queue_named
from apps.core import clock
from apps.grid.permissions import Role
from bench import case_fixture
from bench.harness import Context

ROWS = 50
FLOOR = """
SELECT c.*, k.*, h.*, d.*, u1.*, u2.*, u3.*, u4.*
  FROM (SELECT * FROM cases_case WHERE open AND street_id = %s AND state = 'dispatched'
         ORDER BY due_at, id LIMIT 51) c
  JOIN cases_category k ON k.id = c.category_id
  LEFT JOIN organisation_agency h ON h.id = c.holder_id
  JOIN organisation_agency d ON d.id = c.desk_id
  JOIN grid_unit u1 ON u1.id = c.district_id
  LEFT JOIN grid_unit u2 ON u2.id = c.street_id
  LEFT JOIN grid_unit u3 ON u3.id = c.community_id
  LEFT JOIN grid_unit u4 ON u4.id = c.grid_id
 ORDER BY c.due_at, c.id
"""


def run(context: Context) -> None:
    """The queue of cases in handling, over a street."""
    context.sql("queue_query", FLOOR)
    street = case_fixture.busy_street()
    desks = desks_of(case_fixture.holder_of(Role.STREET_DISPATCHER, street))
    moments = moments_at(clock.now())
    with case_fixture.statements() as sent:
        queue_page(queue_named("handling"), desks, moments=moments, wanted=Wanted(), cursor=None, size=ROWS)
    context.figure(
        "queue_query",
        lambda: case_fixture.run_all(sent),
        lambda: case_fixture.run_all([(FLOOR, [street])]),
        n=context.cases,
        repeat=25,
        calls=10,
    )
