"""Results that a desk looked over: some withheld with a reason, one worded anew, one published after a look."""

from datetime import timedelta

from apps.assessment.seeding.scenes.cast import Cast
from apps.cases.choices import Publicity
from apps.cases.models import Case, Publication

REASONS = ("涉及未成年人家庭情况，不予公示。", "当事人书面请求不公开。")
WORDS = "社区已协助申请人备齐材料并代为递交，街道窗口当日受理。"


def look_over_results(cast: Cast) -> None:
    """The station's work of the last working day on what was closed before it in the demo community. Matters about
    persons wait for it: two are withheld, one goes out in its own words; the others still wait."""
    at = cast.back(1, 16, 10)
    mine = Publication.objects.filter(community=cast.place.community, case__desk__unit=cast.place.community)
    held = list(mine.filter(state=Publicity.HELD, case__closed_at__lt=at - timedelta(days=1)).order_by("-case_id")[:3])
    for number, reason in enumerate(REASONS):
        if number < len(held):
            cast.act(_case(held[number]), "withhold", cast.station, at + timedelta(minutes=3 * number), reason)
    for publication in held[len(REASONS) :]:
        case = _case(publication)
        cast.act(case, "edit_publication", cast.station, at + timedelta(minutes=12), public_words=WORDS)
        cast.act(case, "publish", cast.station, at + timedelta(minutes=13))


def _case(publication: Publication) -> Case:
    return Case.objects.get(publication=publication)
