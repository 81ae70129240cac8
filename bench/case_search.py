"""``case_search``: a page of what a dispatcher's words find, beside the same bare SQL with the same rows.

Both are sent by a cursor and fetched: what the selector of the list asks, with the rows it names; as the floor the
words by their stored pieces within the street, checked by LIKE, the open ones first. ``case_search`` is a word that
many cases hold, ``case_search_rare`` one that few do.
"""

from django.db import connection
from django.db.models.expressions import Func

from apps.cases.models import Case
from apps.cases.selectors import Wanted, case_page
from apps.cases.selectors.listing import DONE_PART, OPEN_PART
from apps.core.text import pieces
from apps.grid.permissions import Role
from bench import case_fixture
from bench.harness import Context
from bench.queue_query import NAMED

LARGE = True

ROWS = 50
FOLDED = "lower(normalize(title || E'\\n' || description || E'\\n' || address, NFKC))"
FLOOR = """
SELECT * FROM cases_case WHERE street_id = %s AND {part} AND words @> %s::varchar[] AND {folded} LIKE %s
ORDER BY {order} LIMIT {most}
"""
PARTS = {OPEN_PART: ("open", "due_at, id"), DONE_PART: ("NOT open", "closed_at DESC, id DESC")}


def words_of(street: int) -> tuple[str, str]:
    """A pair of characters that most, and one that fewest cases of a street hold."""
    held = Case.objects.filter(street=street).annotate(word=Func("words", function="unnest")).values_list("word")
    sql, params = held.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT word FROM ({sql}) AS held(word) WHERE word ~ '^[一-龥]{{2}}$'"
            " GROUP BY word HAVING count(*) > 1 ORDER BY count(*) DESC, word",
            params,
        )
        words = [row[0] for row in cursor.fetchall()]
    return words[0], words[-1]


def run(context: Context) -> None:
    """What the dispatcher of a full street searches for."""
    street = case_fixture.busy_street()
    user = case_fixture.known(case_fixture.holder_of(Role.STREET_DISPATCHER, street))
    for name, word in zip(("case_search", "case_search_rare"), words_of(street), strict=True):
        with case_fixture.statements() as sent:
            page = case_page(user, Wanted(words=word), cursor=None, size=ROWS)
        floor: list[case_fixture.Statement] = []
        asked = sum(
            'FROM "cases_case"' in sql for sql, _params in sent
        )  # the second part only where the first is short
        for condition, order in list(PARTS.values())[:asked]:
            sql = FLOOR.format(part=condition, order=order, folded=FOLDED, most=ROWS + 1)
            floor.append((sql, [street, pieces(word), f"%{word}%"]))
        for sql, columns in NAMED:
            ids = {getattr(case, column) for case in page.rows for column in columns} - {None}
            floor.append((sql, [sorted(ids)]))
        context.sql(name, ";".join(sql for sql, _params in floor))

        def ours(sent: list[case_fixture.Statement] = sent) -> object:
            return case_fixture.run_all(sent)

        def bare(floor: list[case_fixture.Statement] = floor) -> object:
            return case_fixture.run_all(floor)

        context.figure(name, ours, bare, n=context.cases, repeat=25, calls=3)
