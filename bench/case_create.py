"""``case_create``: a report over the API, beside the bare writes of one: the same rows, sent by a cursor.

Every reading is undone, so that the database stays as large as it was.
"""

import json
from collections.abc import Callable
from typing import Any

from django.db import transaction

from apps.cases.models import Case
from apps.grid.permissions import Role
from apps.organisation.models import RoleGrant
from bench import case_fixture
from bench.harness import Context

WRITES = ("INSERT", "UPDATE")


def undone(action: Callable[[], None]) -> Callable[[], None]:
    """The action in a transaction that is rolled back."""

    def call() -> None:
        with transaction.atomic():
            action()
            transaction.set_rollback(True)

    return call


def run(context: Context) -> None:
    """A grid worker's report where there was one before."""
    grids = RoleGrant.objects.filter(role=Role.WORKER).values("unit_id")
    seen = Case.objects.filter(grid__in=grids).select_related("category").order_by("-id")[0]
    worker = case_fixture.holder_of(Role.WORKER, seen.grid_id)  # type: ignore[arg-type]
    client = case_fixture.signed_in(worker)
    body = {"category": seen.category.key, "title": "井盖缺失", "lon": seen.lon, "lat": seen.lat}
    body |= {"unit": seen.grid.code} if seen.grid else {}

    def post() -> None:
        answer: Any = client.post("/api/v1/cases/", json.dumps(body), content_type="application/json")
        if answer.status_code != 201:
            raise RuntimeError(answer.content)

    with case_fixture.statements() as sent:
        undone(post)()
    writes = [(sql, params) for sql, params in sent if sql.lstrip().startswith(WRITES)]
    context.sql("case_create", ";\n".join(sql for sql, _params in writes))
    context.figure(
        "case_create", undone(post), undone(lambda: case_fixture.run_all(writes)), n=context.cases, repeat=25
    )
