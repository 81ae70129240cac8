"""A sample that the district drew from last month's closed cases, with the reviews made so far."""

import uuid
from datetime import timedelta
from typing import Any

from apps.assessment.seeding.scenes.cast import Cast
from apps.cases.filing import Filing
from apps.cases.models import SampleReview
from apps.cases.services.samples import SampleRule, draw_sample
from apps.core.clock import local
from apps.grid.permissions import Role

SIZE = 12
REVIEWED = 6
HOLDS = {"point_record": "ok", "point_evidence": "ok", "point_limit": "ok"}
GOOD = ("记录完整，照片前后能对照。", "回访反映人，问题已解决。", "")
FAULTS = {
    2: {"point_evidence": "fault", "consequence": "noted", "note": "处置后照片只拍了局部，看不出位置，请规范拍照。"},
    4: {"point_result": "fault", "consequence": "reopen", "note": "现场复看，同一处问题又出现，未彻底处置。"},
}


def review_a_sample(cast: Cast) -> None:
    """Twelve cases closed last month, half of them reviewed by the district's leader: one pointed out, one reopened."""
    leader = cast.person(Role.LEADER, cast.place.district)
    drawn = cast.ago(50)  # after what the other scenes did to the same cases
    until = local(drawn).date().replace(day=1) - timedelta(days=1)
    sample = draw_sample(
        actor=cast.district,
        rule=SampleRule(
            client_id=uuid.UUID(int=cast.rng.getrandbits(128)),
            title=f"{until.month} 月办结案件抽查",
            unit=cast.place.district.code,
            since=until.replace(day=1),
            until=until,
            due_on=local(cast.now).date() + timedelta(days=6),
            size=SIZE,
        ),
        at=drawn,
    )
    reviews = SampleReview.objects.filter(sample=sample).select_related("case").order_by("pk")
    for number, review in enumerate([one for one in reviews if leader.pk not in one.hands][:REVIEWED]):
        at = cast.ago(40) + timedelta(minutes=5 * number)
        fault = FAULTS.get(number)
        if fault and review.case.filing == Filing.ARCHIVED:
            fault = fault | {"consequence": "noted"}  # what is in the archive is opened by taking its file out
        asked = {"point_reporter": "ok" if number % 2 else "skipped", "point_result": "ok"}
        given: dict[str, Any] = {**HOLDS, **asked, "note": GOOD[number % len(GOOD)], **(fault or {})}
        cast.act(review.case, "review_sample", leader, at, sample=sample.pk, qualified=fault is None, **given)
