"""One district with one of everything that can be seen, put back after every call."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from apps.assessment.tasks import JOB_KIND
from apps.cases import services as cases
from apps.cases.models import (
    Admission,
    DutyRuling,
    FollowUp,
    FollowUpDraw,
    Mediation,
    RoutingRule,
    ScreeningPeriod,
    SpotDraw,
)
from apps.cases.selectors.meetings import this_week
from apps.cases.services import categories
from apps.cases.services.desk import add_reply
from apps.cases.services.follow_ups import place_follow_ups
from apps.cases.services.meetings import open_meeting
from apps.cases.services.samples import SampleRule, draw_sample
from apps.cases.services.screenings import open_periods
from apps.cases.services.spot import draw_spot_checks
from apps.cases.webhooks.services import send_test
from apps.core.jobs import start_job
from apps.deadlines import changing, edits
from apps.deadlines.edits import Day, Rules
from apps.deadlines.models import Ladder, LimitPolicy, PresetChoice
from apps.organisation.services_liaisons import name_liaison
from tests.factories.announcements import make_announcement, make_draft
from tests.factories.assessment import NOW, Office, make_office
from tests.factories.cases import World, issue_card, photo_file
from tests.factories.inspections import entry, make_log
from tests.factories.notices import make_notice
from tests.factories.residents import add_resident
from tests.factories.webhooks import make_subscriber


@dataclass
class Ground:
    """The world, and what stands for ``{case}``, ``{log}`` and the like in the paths of the table."""

    world: World
    marks: dict[str, Any]


@pytest.fixture
def db() -> None:
    """Asked for so that pytest-django makes a database; the transaction is ``ground``'s."""


def fill(office: Office) -> Ground:
    """One of everything, all of it in the first grid: a case on offer to the section, a log, a resident, a score …"""
    world = office.world
    case = world.dispatched(caller=cases.Caller(name="王小明", phone="13800138000"))
    photo = cases.attach_case_photo(number=case.number, actor=world["worker"], upload=photo_file(), at=world.tick())
    world.category.on_the_spot = True
    world.category.save()
    finished = world.move(world.report(), "refuse", "station", note="不属实")
    for callback in ("phone", "none"):
        heard = cases.Caller(name="李华", phone="13900139000", callback=callback)
        world.move(world.report(caller=heard), "settle", "worker", note="已当场清理")
    draw_spot_checks(at=world.at + timedelta(days=8))
    place_follow_ups(at=world.at + timedelta(days=8))
    sample = draw_sample(
        actor=world["street"],
        rule=SampleRule(
            client_id=uuid.UUID(int=1),
            title="抽查",
            unit=world.unit("street 0").code,
            since=world.at.date(),
            until=world.at.date(),
            due_on=world.at.date() + timedelta(days=30),
            size=5,
        ),
        at=world.at + timedelta(days=8),
    )
    card = issue_card(case, "yellow", at=world.tick())
    Mediation.objects.create(
        case=case,
        number=1,
        agency=world.agencies["section"],
        mediator="周明",
        opened_by=world["agency"],
        opened_at=world.tick(),
    )
    log = make_log(world["worker"], world.at.date(), world.tick(), entry())
    residence = add_resident(world.unit("grid 0 0 0"), world["worker"])
    month = office.publish(office.run("2026-03"))
    score = office.score(month, "grid", world.unit("grid 0 0 0"))
    job = start_job(kind=JOB_KIND, actor=world["assessor"], arguments={"label": "2026-03"}, at=world.tick())
    street = {"actor": world["street"], "unit": world.unit("street 0")}
    announcement = make_announcement(**street, at=world.tick(), confirmation=True)
    draft = make_draft(**street, at=world.tick())
    world.at = max(world.at, NOW) + timedelta(hours=1)
    edit = changing.plan_edit(None, Rules({date(2026, 4, 29): Day(False, "停电")}))
    change = changing.write_change(edit, actor=world["admin"], because="停电", at=world.at)
    planned = edits.as_json(changing.plan_edit(None, Rules({date(2026, 4, 30): Day(False, "停电")})))
    preview = start_job(
        kind=changing.PREVIEW, actor=world["admin"], arguments={"edit": planned, "undoes": None}, at=world.at
    )
    notice = make_notice(world["worker"], at=world.at)
    grant = world.people["worker"].grants.get()
    liaison = name_liaison(
        actor=world["unit_admin"],
        unit=world.unit("community 0 0"),
        agency_id=world.agencies["helper"].pk,
        user_id=world.people["assistant"].pk,
        valid_from=world.at.date(),
        at=world.at,
    )
    lon, lat = world.point()
    meeting = open_meeting(unit=world.unit("street 0"), week=this_week(world.at), at=world.at, actor=world["street"])
    assert meeting is not None
    choice = PresetChoice.objects.create(
        unit=world.unit("street 0"), preset_id="station", effective_from=world.at.date() + timedelta(days=1)
    )
    reply = add_reply(actor=world["street"], unit_id=world.unit("street 0").pk, action="", text="请尽快办理")
    webhook = make_subscriber(world["admin"], "https://8.8.8.8/", at=world.at, unit=world.unit("street 0"))
    told = send_test(actor=world["admin"], subscriber_id=webhook.pk, at=world.at)
    open_periods(at=world.at)
    screening = ScreeningPeriod.objects.get(level="community")
    version = categories.change_category(
        actor=world["admin"],
        category_id=world.category.pk,
        changes={"name": "垃圾"},
        effective_from=world.at.date() + timedelta(days=30),
        because="改名",
        at=world.at,
    )
    ruling = DutyRuling.objects.create(
        district=world.unit("district"),
        category=world.category,
        case=case,
        agency=world.centre("street"),
        opened_by=world["district"],
        opened_at=world.at,
    )
    admission = Admission.objects.create(
        unit=world.unit("community 0 0"),
        category=world.category,
        effective_from=world.at.date(),
        because="准入",
        admitted_by=world["admin"],
        admitted_at=world.at,
    )
    marks = {
        "admission": admission.pk,
        "ruling": ruling.pk,
        "sample": sample.pk,
        "rule": RoutingRule.objects.get(category=world.category).pk,
        "category_version": version.pk,
        "reply": reply.pk,
        "screening": screening.pk,
        "policy": LimitPolicy.objects.get(code="handling-any").pk,
        "ladder": Ladder.objects.get(code="eighty").pk,
        "choice": choice.pk,
        "webhook": webhook.pk,
        "webhook_delivery": told.pk,
        "unit": "310106001001",
        "grid": "310106001001001",
        "case": case.number,
        "finished": finished.number,
        "card": card.pk,
        "spot_draw": SpotDraw.objects.get().pk,
        "follow_up": FollowUp.objects.get(why="asked").pk,
        "follow_up_draw": FollowUpDraw.objects.get().pk,
        "meeting": meeting.pk,
        "photo": photo.pk,
        "reporter": case.reporters.get().pk,
        "log": log.client_id,
        "entry": log.entries.get().client_id,
        "person": residence.person_id,
        "residence": residence.pk,
        "period": month.pk,
        "score": score.pk,
        "job": job.pk,
        "change": change.pk,
        "preview": preview.pk,
        "edit": json.dumps(planned),
        "notice": notice.pk,
        "announcement": announcement.pk,
        "announcement_draft": draft.pk,
        "grant": grant.pk,
        "liaison": liaison.pk,
        "category": world.category.key,
        "lon": lon,
        "lat": lat,
    }
    return Ground(world, marks)


@pytest.fixture(scope="module")
def ground(django_db_setup, django_db_blocker) -> Iterator[Ground]:
    """Made once, inside a transaction that is rolled back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield fill(make_office())
        transaction.set_rollback(True)
