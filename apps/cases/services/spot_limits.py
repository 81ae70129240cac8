"""The time within which what a draw gave is seen on site: one limit for the draw, over with its last check."""

from datetime import datetime

from apps.cases.choices import SPOT_SUBJECT, SpotState, Urgency
from apps.cases.models import SpotCheck, SpotDraw
from apps.deadlines import services as deadlines
from apps.deadlines.choices import Stage
from apps.organisation.selectors import centres_above


def start_checking(draw: SpotDraw, *, at: datetime) -> None:
    """From the draw on, held by the desk for which it was made; the centre above hears when it has passed."""
    deadlines.start_limit(
        stage=Stage.SPOT_CHECK,
        subject_kind=SPOT_SUBJECT,
        subject_id=draw.pk,
        subject_label=f"{draw.desk.name} {draw.since:%m-%d} – {draw.until:%m-%d}",
        subject_url=f"/spot/draws/{draw.pk}/",
        place=draw.place,
        holder=draw.desk,
        head=centres_above(draw.desk.unit).select_related("unit").first(),
        level=draw.desk.unit.kind,
        category_key="",
        urgency=Urgency.NORMAL,
        at=at,
    )


def checking_follows(draw_id: int, *, at: datetime) -> None:
    """After a check of the draw ended: with the last one ends the limit. Inside the transaction of the act; two checks
    made at once wait for one another."""
    SpotDraw.objects.select_for_update(of=("self",)).filter(pk=draw_id).values_list("pk").get()
    if not SpotCheck.objects.filter(draw=draw_id, state=SpotState.WAITING).exists():
        deadlines.end_limits(subject_kind=SPOT_SUBJECT, subject_ids=[draw_id], at=at)
