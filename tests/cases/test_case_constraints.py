"""Each constraint of the room's tables, broken once."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from apps.cases.models import Case, CaseEvent, Category, Leg
from tests.factories.cases import World, make_category


def refused(name: str, row: Model, /, **values: Any) -> None:
    """The database refuses these values of a row, and names the constraint."""
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        type(row)._base_manager.filter(pk=row.pk).update(**values)


CASE_FAULTS = [
    ("cases_case_path_without_hole", {"community": None}),
    ("cases_case_path_without_hole", {"street": None}),
    ("cases_case_open_fits_state", {"open": False, "holder": None, "due_at": None}),
    ("cases_case_open_fits_state", {"state": "closed"}),
    ("cases_case_held_while_open", {"holder": None}),
    ("cases_case_held_while_open", {"due_at": None}),
    ("cases_case_suspension_complete", {"state": "suspended"}),
    ("cases_case_suspension_complete", {"suspended_from": "registered"}),
    ("cases_case_point_on_earth", {"lon": 181.0}),
    ("cases_case_point_on_earth", {"lat": -91.0}),
    ("cases_case_title_given", {"title": ""}),
]


@pytest.mark.parametrize(("name", "values"), CASE_FAULTS)
def test_a_case_that_cannot_be(world: World, name: str, values: dict[str, Any]) -> None:
    case = world.report()
    if name == "cases_case_open_fits_state" and "open" in values:
        values = values | {"closed_at": world.at}
    refused(name, case, **values)


def test_a_finished_case_is_held_by_nobody(world: World) -> None:
    case = world.case_in("closed")
    refused("cases_case_held_while_open", case, holder=world.centre("street"))
    refused("cases_case_held_while_open", case, closed_at=None)


def test_merged_means_into_another(world: World) -> None:
    refused("cases_case_merged_into", world.case_in("merged"), merged_into=None)
    case, other = world.report(), world.report()
    refused("cases_case_merged_into", case, merged_into=other)


def test_numbers_and_sources_are_unique(world: World) -> None:
    first = world.report(by="station", source="media", source_number="m-1", client_id=uuid.uuid4())
    other = world.report(by="station", source="media", source_number="m-2")
    refused("cases_case_source_number", other, source_number="m-1")
    refused("cases_case_number", other, number=first.number)
    refused("cases_case_client_id", other, client_id=first.client_id)


def test_a_leg_that_cannot_be(world: World) -> None:
    case = world.dispatched(assisting=("helper",))
    lead, assistant = [leg for leg in world.legs(case) if leg.state == "offered"]
    refused("cases_leg_case_sequence", assistant, sequence=lead.sequence)
    refused("cases_leg_one_open_lead", assistant, role="lead")
    refused("cases_leg_one_open_per_agency", assistant, agency=lead.agency)
    refused("cases_leg_ended_when_done", lead, ended_at=world.at)
    refused("cases_leg_ended_when_done", lead, state="ended")
    refused("cases_leg_ended_when_done", lead, state="ended", ended_at=lead.opened_at - timedelta(seconds=1))


def test_a_category_that_cannot_be(world: World) -> None:
    one = make_category()
    refused("cases_category_scheme_kind_code", one, code=world.category.code)
    refused("cases_category_name_given", one, name="")
    refused("cases_category_key", one, key=world.category.key)
    assert Category.objects.filter(pk=one.pk, name=one.name).exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_caseevent SET action = 'x' WHERE id = %(id)s",
        "UPDATE cases_caseevent SET payload = '{}' WHERE id = %(id)s",
        "DELETE FROM cases_caseevent WHERE id = %(id)s",
        "TRUNCATE cases_caseevent",
    ],
)
def test_events_are_never_changed(world: World, statement: str) -> None:
    event = CaseEvent.objects.get(case=world.report())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(statement, {"id": event.pk})
    event.refresh_from_db()
    assert event.action == "report"


def test_an_event_of_a_number_taken(world: World) -> None:
    event = CaseEvent.objects.get(case=world.report())
    event.pk = None
    with pytest.raises(IntegrityError, match="cases_caseevent_case_sequence"), transaction.atomic():
        event.save(force_insert=True)


def test_what_others_hang_on_stays(world: World) -> None:
    case = world.report()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for row in (case, case.category, case.desk, Leg.objects.get(case=case)):
        with pytest.raises(IntegrityError), transaction.atomic():
            type(row)._base_manager.filter(pk=row.pk)._raw_delete("default")  # type: ignore[attr-defined]
    assert Case.objects.filter(pk=case.pk).exists()
