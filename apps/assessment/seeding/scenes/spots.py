"""Spot checks: what the draws of the last two weeks gave the demo community, seen on site but for the latest."""

from datetime import datetime, time, timedelta

from apps.assessment.seeding.scenes.cast import Cast
from apps.cases.choices import SpotState
from apps.cases.models import SpotCheck, SpotShare
from apps.cases.services.lots import set_share
from apps.cases.services.spot import draw_spot_checks
from apps.core.clock import SHANGHAI, local

DRAWN_AT = time(6, 12)
WEEKS = 2
LEFT_WAITING = 2
SHARE = 40  # in a hundred
FOUND = ("现场整洁，与处置后照片一致。", "走访隔壁商户，反映已处理，未再出现。", "通道畅通，地面干净。")
NOT_FOUND = "现场仍有堆物，与处置照片不符，退回重新处置。"


def check_on_the_spot(cast: Cast) -> None:
    """Draw for each of the last weeks on its Tuesday, when all that was settled on the Sunday is published, and check
    what was drawn the day after; of the latest draw two wait. One check did not hold, and its case was opened again."""
    set_share(SpotShare, actor=cast.street, code=cast.place.community.code, percent=SHARE, at=cast.back(16))
    failed = False
    for back in range(WEEKS - 1, -1, -1):
        drawn = _tuesday(cast.now) - timedelta(days=7 * back)
        draw_spot_checks(at=drawn, within=cast.place.community)
        checks = _waiting(cast, drawn)
        seen = drawn + timedelta(days=1, hours=3)
        if seen > cast.now:
            continue
        for number, check in enumerate(checks[: len(checks) - (LEFT_WAITING if back == 0 else 0)]):
            passed = failed or number != 1
            failed = failed or not passed
            note = FOUND[number % len(FOUND)] if passed else NOT_FOUND
            cast.act(check.case, "spot_check", cast.station, seen + timedelta(minutes=17 * number), note, passed=passed)


def _tuesday(now: datetime) -> datetime:
    """The latest Tuesday, at the time of the draw."""
    day = local(now).date()
    at = datetime.combine(day - timedelta(days=(day.isoweekday() - 2) % 7), DRAWN_AT, tzinfo=SHANGHAI)
    return at if at <= now else at - timedelta(days=7)


def _waiting(cast: Cast, drawn: datetime) -> list[SpotCheck]:
    """What was drawn then and is not checked."""
    rows = SpotCheck.objects.filter(state=SpotState.WAITING, draw__made_at=drawn, community=cast.place.community)
    return list(rows.select_related("case").order_by("pk"))
