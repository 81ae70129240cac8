"""Each rule of the tables is broken once."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from apps.assessment.models import Indicator, Period, Score, ScoreEvent, ScoreItem, Workday
from tests.factories.assessment import NOW, Office


@pytest.fixture
def score(office: Office) -> Score:
    office.case(handled="2026-03-10 16:00")
    return office.score(office.run(), "grid", office.world.unit("grid 0 0 0"))


def breaks(name: str, change) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        change()


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("assessment_score_out_of_100", {"points": Decimal("100.01")}),
        ("assessment_score_out_of_100", {"points": Decimal("-1")}),
        ("assessment_score_ranked_has_points", {"points": None, "rank": 1}),
        ("assessment_score_subject_known", {"subject_kind": "planet"}),
        ("assessment_score_path_without_hole", {"street": None}),
    ],
)
def test_scores(score: Score, name: str, columns) -> None:
    breaks(name, lambda: Score.objects.filter(pk=score.pk).update(**columns))


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("assessment_scoreitem_points_not_negative", {"points": Decimal("-0.01")}),
        ("assessment_scoreitem_value_has_base", {"denominator": 0, "value": Decimal(1)}),
    ],
)
def test_items(score: Score, name: str, columns) -> None:
    item = ScoreItem.objects.filter(score=score, value__isnull=False)[0]
    breaks(name, lambda: ScoreItem.objects.filter(pk=item.pk).update(**columns))


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ('assessment_period_label"', {"label": "2026-13"}),
        ("assessment_period_state_known", {"state": "lost"}),
        ("assessment_period_published_when_public", {"state": "published"}),
        ("assessment_period_published_when_public", {"published_at": NOW}),
        ("assessment_period_correction_has_reason", {"version": 2}),
    ],
)
def test_periods(score: Score, name: str, columns) -> None:
    breaks(name, lambda: Period.objects.filter(pk=score.period_id).update(**columns))


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("assessment_indicator_floor_below_cap", {"floor": Decimal(1)}),
        ("assessment_indicator_points_not_negative", {"full_mark": Decimal(-1)}),
        ("assessment_indicator_points_not_negative", {"per_item": Decimal(-1)}),
        ("assessment_indicator_dates_in_order", {"effective_to": date(2019, 1, 1)}),
        ("assessment_indicator_share_has_denominator", {"denominator": ""}),
        ("assessment_indicator_scoring_known", {"scoring": "dice"}),
    ],
)
def test_indicators(office: Office, name: str, columns) -> None:
    breaks(name, lambda: Indicator.objects.filter(key="on_time/street/2020-01-01").update(**columns))


def test_nothing_is_there_twice(score: Score) -> None:
    item = ScoreItem.objects.filter(score=score)[0]
    event = ScoreEvent.objects.get(period=score.period)
    indicator = Indicator.objects.all()[0]
    copies = [
        ("assessment_score_one_per_subject", score),
        ("assessment_scoreitem_once", item),
        ("assessment_scoreevent_period_sequence", event),
        ("assessment_indicator_key", indicator),
        ("assessment_period_version", score.period),
        ("assessment_workday_date", Workday.objects.all()[0]),
    ]
    for name, row in copies:
        row.pk = None
        breaks(name, lambda row=row: row.save(force_insert=True))


def test_one_version_at_a_time_waits_for_publication(score: Score) -> None:
    other = Period.objects.get(pk=score.period_id)
    other.pk, other.version, other.because = None, 2, "更正"
    breaks("assessment_period_one_unpublished", lambda: other.save(force_insert=True))


def test_published_scores_and_events_are_never_changed(office: Office, score: Score) -> None:
    period = office.publish(score.period)
    changes = [
        lambda: Score.objects.filter(pk=score.pk).update(points=Decimal(99)),
        lambda: ScoreItem.objects.filter(score=score).delete(),
        lambda: ScoreItem.objects.filter(score=score).update(numerator=9),
        lambda: ScoreEvent.objects.filter(period=period).update(action="compute"),
        lambda: ScoreEvent.objects.filter(period=period).delete(),
    ]
    for change in changes:
        with pytest.raises(DatabaseError, match="is not changed|append-only"), transaction.atomic():
            change()
