"""Samples of handled cases: drawing them, reviewing what was drawn."""

import uuid
from datetime import date, timedelta
from typing import Any

from apps.cases.models import Case, Sample
from apps.cases.services.samples import SampleRule, draw_sample
from apps.core import clock, outbox
from apps.notices.models import Notice
from tests.factories.cases import World
from tests.factories.deadlines import shanghai

TUESDAY = shanghai("2026-03-10 09:00")
FINE = {"point_record": "ok", "point_evidence": "ok", "point_limit": "ok"}
FAULTY = {**FINE, "point_evidence": "fault", "qualified": False, "note": "前后照片不是同一处"}


def rule(**changed: Any) -> SampleRule:
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "title": "三月抽查",
        "unit": changed.pop("unit"),
        "since": date(2026, 3, 2),
        "until": date(2026, 3, 8),
        "due_on": date(2026, 3, 20),
        "percent": 100,
    }
    if "size" in changed:
        values["percent"] = None
    return SampleRule(**(values | changed))


def draw(world: World, by: str = "district", place: str = "district", **changed: Any) -> Sample:
    return draw_sample(actor=world[by], rule=rule(unit=world.unit(place).code, **changed), at=world.at)


def sampled(world: World, count: int = 1, by: str = "district", **given: Any) -> list[Case]:
    """Cases closed in the week of the world and all drawn in the next by the district."""
    cases = [world.case_in("closed", **given) for _ in range(count)]
    world.at = TUESDAY
    draw(world, by)
    return [Case.objects.get(pk=case.pk) for case in cases]


def review(world: World, case: Case, by: str = "leader", **given: Any) -> Case:
    return world.move(case, "review_sample", by, **{**FINE, "qualified": True, **given})


def settled(world: World, by: str = "worker", place: str = "grid 0 0 0") -> Case:
    """A case that a worker settled on the spot, in which nobody else had a hand."""
    world.category.on_the_spot = True
    world.category.save()
    return world.move(world.report(by, place), "settle", by, note="已当场清理")


def heard(world: World, kind: str) -> list[str]:
    with clock.frozen(world.at + timedelta(seconds=1)):
        outbox.drain()
    return sorted(Notice.objects.filter(kind=f"case.{kind}").values_list("recipient__username", flat=True))
