"""Reporting: where every case begins."""

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from apps.cases.choices import ASKED_SOURCES, CASE_TOPIC, LEG_SUBJECT, CaseState, LegState, Source, Urgency
from apps.cases.models import Case, CaseEvent, Category, Leg
from apps.cases.selectors.schemes import is_used
from apps.cases.services.dual import is_beyond_a_worker, tell_department
from apps.cases.services.legs import plan_limit
from apps.cases.services.reporters import (
    Caller,
    add_reporter,
    case_of_source,
    check_caller,
    source_repeated,
    standing_for,
)
from apps.cases.words import words_of
from apps.core import clock
from apps.core.audit import make_event
from apps.core.errors import Conflict, InvalidInput
from apps.core.outbox import enqueue
from apps.deadlines.choices import Stage
from apps.grid.location import locate
from apps.grid.models import Unit
from apps.grid.permissions import Permission, Role
from apps.grid.placed import PATH_RELATED, place_at
from apps.grid.scopes import covers
from apps.organisation.models import Agency, AgencyKind, RoleGrant
from apps.organisation.selectors import liaisons_in_force

if TYPE_CHECKING:
    from apps.accounts.models import User


NOBODY = Caller()


@dataclass(frozen=True)
class Report:
    """What somebody reports, before it becomes a case. Longitude and latitude in degrees, WGS 84."""

    category: Category
    title: str
    description: str
    lon: float
    lat: float
    address: str
    unit: Unit | None = None
    source: str = Source.PATROL
    source_number: str | None = None
    client_id: uuid.UUID | None = None
    urgency: str = ""
    occurred_at: datetime | None = None
    caller: Caller = NOBODY
    direct: bool = False
    direct_reason: str = ""
    dual: bool = False


_DRAWN = f"""
SELECT nextval(pg_get_serial_sequence('{Case._meta.db_table}', 'id')), nextval('cases_number'), (
       SELECT user_id FROM {RoleGrant._meta.db_table}
        WHERE unit_id = %(grid)s AND role = %(role)s AND valid_from <= %(day)s AND coalesce(valid_to >= %(day)s, true)
        ORDER BY id LIMIT 1)
"""


def draw_keys(grid_id: int | None, at: datetime) -> tuple[int, str, int | None]:
    """The row's key and the number of a new case, both from the database's sequences, and the grid worker of the
    moment, in one query. Knowing the key beforehand lets the case be written together with the head of its chain."""
    with connection.cursor() as cursor:
        cursor.execute(_DRAWN, {"grid": grid_id, "role": Role.WORKER.value, "day": clock.local(at).date()})
        key, sequence, worker_id = cursor.fetchall()[0]
    return int(key), format_number(at, int(sequence)), worker_id


def format_number(at: datetime, sequence: int) -> str:
    """``261121-000417``."""
    return f"{clock.local(at):%y%m%d}-{sequence:06d}"


def report_case(
    *,
    actor: "User",
    category: Category,
    title: str,
    description: str = "",
    lon: float,
    lat: float,
    address: str = "",
    unit: Unit | None = None,
    source: str = Source.PATROL,
    source_number: str | None = None,
    client_id: uuid.UUID | None = None,
    urgency: str = "",
    occurred_at: datetime | None = None,
    caller: Caller | None = None,
    direct: bool = False,
    direct_reason: str = "",
    dual: bool = False,
    at: datetime,
) -> Case:
    """Make a case of a report and put it on the desk of its community's station (or of the street or district where
    the place has no community). The unit follows from the point where none is given, the urgency from the category.
    ``caller`` is the resident from whom it was heard.

    ``direct`` (直报, ``spec/2-cases.md``, Levels) puts a major, urgent or sudden matter on the district's desk instead,
    under urgent limits; street and community are told at once. It takes an urgent category or a ``direct_reason``.

    ``dual`` (双报, the same place) reports it as well to the department whose duty the category is, to its liaison with
    the community where there is one. What is found in the grid and no worker may settle on the spot is reported to such
    a liaison without being asked for.

    Whoever enters what was asked at a window or on a line is its first-asked person (首问首办) and follows it to the
    end.

    A repeat with the same ``client_id`` gives the first case. Raises ``InvalidInput`` when the place is outside every
    grid or outside what the actor may report for, when it ``occurred_at`` a time to come, for a caller written wrongly,
    for a direct report of nothing urgent without a reason and for a dual one that is no department's duty; ``Conflict``
    when the source number was received before or the ``client_id`` belongs to another report.
    """
    report = Report(
        category,
        title,
        description,
        lon,
        lat,
        address,
        unit,
        source,
        source_number or None,
        client_id,
        urgency,
        occurred_at,
        caller or NOBODY,
        direct,
        direct_reason.strip() if direct else "",
        dual,
    )
    kept = _repeated(report, actor)
    if kept is not None:
        return kept
    if unit is not None and not _knows_its_path(unit):
        report = replace(report, unit=Unit.objects.select_related(*PATH_RELATED).get(pk=unit.pk))
    if not category.is_leaf or not category.active:
        raise InvalidInput(fields={"category": [_("请选择具体的案件类别。")]})
    if occurred_at is not None and occurred_at > at:
        raise InvalidInput(fields={"occurred_at": [_("发生时间不能晚于现在。")]})
    if direct and category.urgency != Urgency.URGENT and not report.direct_reason:
        raise InvalidInput(fields={"direct_reason": [_("该类别不属紧急，直报须写明理由。")]})
    if direct:
        report = replace(report, urgency=Urgency.URGENT)
    check_caller(report.caller)
    place = _place(report)
    if not covers(actor, Permission.CASE_REPORT, place):
        raise InvalidInput(fields={"unit" if unit else "lon": [_("地点不在您负责的范围内。")]})
    if not is_used(category, place["district_id"] or 0, on=clock.local(at).date()):
        raise InvalidInput(fields={"category": [_("本区现用另一套编码方案，请从目录中重新选择。")]})
    try:
        with transaction.atomic():
            return _create(report, place, actor, at)
    except IntegrityError as error:
        if "cases_case_source_number" in str(error):
            kept = Case.objects.filter(source=source, source_number=source_number).first()
            raise source_repeated(kept, actor) from error
        kept = _repeated(report, actor)
        if kept is None:
            raise
        return kept


def _knows_its_path(unit: Unit) -> bool:
    """Whether the units above were read together with it."""
    return unit.parent_id is None or "parent" in unit._state.fields_cache


def _repeated(report: Report, actor: "User") -> Case | None:
    if report.client_id is None:
        return None
    kept = Case.objects.filter(client_id=report.client_id).select_related("category").first()
    if kept is None:
        return None
    same = (kept.reporter_id, kept.category_id, kept.title) == (actor.pk, report.category.pk, report.title)
    if not same:
        raise Conflict(_("同一标识已用于另一件上报。"), code="client-id-mismatch", extra=standing_for(kept, actor))
    return kept


def _place(report: Report) -> dict[str, int | None]:
    if report.unit is not None:
        return place_at(report.unit)
    path = locate(report.lon, report.lat)
    if path is None:
        raise InvalidInput(fields={"lon": [_("该点不在任何网格内，请在地图上改正位置。")]})
    return dict(path.place)


def _path_of(unit: Unit | None) -> list[Unit]:
    """A unit and those above it, which are loaded."""
    path = []
    while unit is not None:
        path.append(unit)
        unit = unit.parent
    return path


@dataclass(frozen=True)
class Receiving:
    """Who receives a report: the desk (the district's where it is reported directly), the centre above it, the
    district, and whether any department has a liaison with the community."""

    desk: Agency
    above: Agency | None
    district: Unit
    liaisons: bool


def _desk(place: dict[str, int | None], known: dict[int, Unit], report: Report, on: date) -> Receiving:
    """Who receives the report. ``known`` are the units of the path by id, where they were read."""
    ids = [place[f"{kind}_id"] for kind in ("community", "street", "district")]
    centres = Agency.objects.filter(kind=AgencyKind.CENTRE, unit_id__in=[pk for pk in ids if pk]).order_by()
    if not known:
        centres = centres.select_related("unit")
    beyond = is_beyond_a_worker(report.category, report.source)
    if beyond:
        centres = centres.annotate(liaisons_there=Exists(liaisons_in_force(on).filter(unit=OuterRef("unit"))))
    found = {agency.unit_id: agency for agency in centres}
    for unit_id, agency in found.items():
        agency.unit = known.get(unit_id) or agency.unit
    chain = [found[pk] for pk in ids if pk in found]
    receiving = chain[-1:] if report.direct else chain
    above = receiving[1] if len(receiving) > 1 else None
    return Receiving(receiving[0], above, chain[-1].unit, beyond and chain[0].liaisons_there)  # type: ignore[attr-defined]


def _create(report: Report, place: dict[str, int | None], actor: "User", at: datetime) -> Case:
    if report.source_number:
        before = case_of_source(report.source, report.source_number)
        if before is not None:
            raise source_repeated(before, actor)
    path = _path_of(report.unit)
    today = clock.local(at).date()
    receiving = _desk(place, {unit.pk: unit for unit in path}, report, today)
    desk, above, told = receiving.desk, receiving.above, None
    if report.dual or receiving.liaisons:
        told = tell_department(report.category, place, receiving.district, asked=report.dual, on=today)
    key, number, worker_id = draw_keys(place["grid_id"], at)
    case = Case(
        pk=key,
        number=number,
        client_id=report.client_id,
        category=report.category,
        title=report.title.strip() or report.category.name,
        description=report.description.strip(),
        urgency=report.urgency or report.category.urgency,
        direct=report.direct,
        dual=told is not None,
        source=report.source,
        source_number=report.source_number,
        lon=report.lon,
        lat=report.lat,
        address=report.address.strip(),
        state=CaseState.REPORTED,
        holder=desk,
        desk=desk,
        reporter=actor,
        first_asked=actor if report.source in ASKED_SOURCES else None,
        worker_id=worker_id,
        occurred_at=report.occurred_at,
        reported_at=at,
        **place,
    )
    case.words = words_of(case.title, case.description, case.address)
    limit = plan_limit(case, desk, desk, stage=Stage.SCREENING, at=at, head=above)
    case.due_at = limit.due_at
    payload: dict[str, str | bool] = {
        "title": case.title,
        "category": report.category.key,
        "source": case.source,
        "desk": desk.name,
    }
    if report.direct:
        payload |= {"direct": True, "note": report.direct_reason}
    if told is not None:
        payload |= {"dual": told.agency.name, "liaison": told.liaison.name if told.liaison else ""}
    event = make_event(
        CaseEvent, case, actor=actor, action="report", payload=payload, at=at, to_state=CaseState.REPORTED
    )
    case.save(force_insert=True)
    leg = Leg.objects.create(
        case=case,
        sequence=1,
        agency=desk,
        desk=desk,
        stage=Stage.SCREENING,
        state=LegState.ACCEPTED,
        due_at=limit.due_at,
        opened_at=at,
        accepted_at=at,
    )
    limit.subject_kind, limit.subject_id = LEG_SUBJECT, leg.pk
    limit.save(force_insert=True)
    event.leg = leg
    event.save(force_insert=True)
    for unit in path:  # whoever shows the case need not read again what was read to make it
        setattr(case, unit.kind, unit)
    case.opened = [leg]
    if told is not None:
        told.case, told.told_at = case, at
        told.save(force_insert=True)
    if report.caller.known:
        add_reporter(case, report.caller, actor=actor, at=at, source=report.source)
    enqueue(CASE_TOPIC, {"case": case.pk, "action": "report", "event": 1, "actor": actor.pk}, at=at)
    return case
