"""``score_month``: a month counted, scored, ranked and written, beside the bare grouped statements of its counts."""

from apps.core import clock
from bench import score_fixture
from bench.harness import Context


def run(context: Context) -> None:
    """Both in turn; each computation starts from nothing and is forgotten."""
    at = clock.now()
    place = score_fixture.district()
    queries = score_fixture.statements(place, at)
    context.sql("score_month", ";\n\n".join(sql for sql, _parameters in queries))
    ours = score_fixture.compute(place, str(score_fixture.month()), at)
    context.figure("score_month", ours, score_fixture.bare(queries), n=context.cases, repeat=5)
