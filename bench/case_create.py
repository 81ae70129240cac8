"""``case_create``: a report over the API, beside a bare view that makes the same rows and gives the same answer.

The bare view reads the body, inserts the rows of one report through the ORM and answers with the same serializer; it
has no middleware, no scope, no rules. Every reading is undone, so that the database stays as large as it was.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.http import HttpRequest, JsonResponse
from django.test import RequestFactory

from apps.accounts.models import User
from apps.cases.choices import LEG_SUBJECT
from apps.cases.models import Case, CaseEvent, Leg
from apps.cases.selectors import CaseDetail, case_seen_by
from apps.cases.serializers import CaseSerializer
from apps.core.models import OutboxMessage
from apps.deadlines.models import Limit
from apps.grid.permissions import Role
from apps.organisation.models import RoleGrant
from bench import case_fixture
from bench.harness import Context

LARGE = True

WRITES = ("INSERT", "UPDATE")


def undone(action: Callable[[], Any]) -> Callable[[], Any]:
    """The action in a transaction that is rolled back."""

    def call() -> Any:
        with transaction.atomic():
            result = action()
            transaction.set_rollback(True)
        return result

    return call


def copied(row: models.Model, **changes: Any) -> Any:
    """The same row anew, with a key of its own."""
    values = {
        field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key
    }
    return type(row)(**(values | changes))


def bare_view(seen: CaseDetail, rows: list[models.Model]) -> Callable[[HttpRequest], JsonResponse]:
    """A view that makes these rows: the case, its leg, its limit, its event and the message."""
    _case, leg, limit, event, message = rows

    def view(request: HttpRequest) -> JsonResponse:
        given = json.loads(request.body)
        case: Case = copied(seen.case, title=given["title"], lon=given["lon"], lat=given["lat"])
        for name in ("category", "holder", "desk", "district", "street", "community", "grid"):
            setattr(case, name, getattr(seen.case, name))
        with transaction.atomic():
            case.save(force_insert=True)
            first: Leg = copied(leg, case_id=case.pk)
            first.agency, first.desk = seen.legs[0].agency, seen.legs[0].desk
            first.save(force_insert=True)
            copied(limit, subject_id=first.pk).save(force_insert=True)
            copied(event, case_id=case.pk, leg_id=first.pk).save(force_insert=True)
            copied(message).save(force_insert=True)
        shown = CaseDetail(case, [first], seen.my_leg, seen.actions)
        return JsonResponse(CaseSerializer(case, context={"seen": shown}).data, status=201)

    return view


@dataclass
class Reporting:
    """A grid worker's report where there was one before."""

    worker: User
    post: Callable[[], str]
    """Sends it over the API and returns the number of the case."""
    body: dict[str, Any]


def reporting() -> Reporting:
    """Ready to be sent, signed in."""
    grids = RoleGrant.objects.filter(role=Role.WORKER).values("unit_id")
    earlier = Case.objects.filter(grid__in=grids).select_related("category").order_by("-id")[0]
    worker = case_fixture.holder_of(Role.WORKER, earlier.grid_id)  # type: ignore[arg-type]
    client = case_fixture.signed_in(worker)
    body = {"category": earlier.category.key, "title": "井盖缺失", "lon": earlier.lon, "lat": earlier.lat}
    body |= {"unit": earlier.grid.code} if earlier.grid else {}

    def post() -> str:
        answer: Any = client.post("/api/v1/cases/", json.dumps(body), content_type="application/json")
        if answer.status_code != 201:
            raise RuntimeError(answer.content)
        return str(answer.json()["number"])

    return Reporting(worker, post, body)


def run(context: Context) -> None:
    """Both in turn."""
    report = reporting()

    def made() -> tuple[CaseDetail, list[models.Model]]:
        number = report.post()
        seen = case_seen_by(report.worker, number)
        leg = Leg.objects.get(case=seen.case)
        limit = Limit.objects.get(subject_kind=LEG_SUBJECT, subject_id=leg.pk)
        event = CaseEvent.objects.get(case=seen.case)
        return seen, [seen.case, leg, limit, event, OutboxMessage.objects.latest("pk")]

    view = bare_view(*undone(made)())

    def bare() -> None:
        request = RequestFactory().post("/", json.dumps(report.body), content_type="application/json")
        if view(request).status_code != 201:
            raise RuntimeError("the bare view made nothing")

    with case_fixture.statements() as sent:
        undone(bare)()
    context.sql("case_create", ";\n".join(sql for sql, _params in sent if sql.lstrip().startswith(WRITES)))
    context.figure("case_create", undone(report.post), undone(bare), n=context.cases, repeat=25)
