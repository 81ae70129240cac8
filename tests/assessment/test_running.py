"""Computing a month from rows made by hand, again and again, before and after it is published."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from apps.assessment import services
from apps.assessment.errors import NeedsReason
from apps.assessment.models import Period, Score, ScoreEvent, ScoreItem
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from apps.notices.models import Notice
from apps.organisation.models import Staffing
from tests.factories.assessment import NOW, Office
from tests.factories.deadlines import shanghai

IN_TIME = {"due": "2026-03-10 17:00", "handled": "2026-03-10 16:00"}
LATE = {"due": "2026-03-10 17:00", "handled": "2026-03-11 09:00"}


def fill(office: Office, number: int, **facts) -> None:
    for _number in range(number):
        office.case(**facts)


def test_each_count_is_what_the_rows_say(office: Office) -> None:
    office.case(**IN_TIME, closed="2026-03-12 09:00")
    office.case(**LATE, rework_count=1)
    office.case(due="2026-03-20 17:00")
    office.case(due="2026-03-20 17:00", source="hotline_12345", handled="2026-03-20 10:00")
    office.case(due="2026-03-20 17:00", state="refused")
    office.case(due="2026-04-01 17:00", handled="2026-03-31 10:00")
    office.case(due=None, reported="2026-03-05 09:00", state="closed", settled_kind="spot", registered_at=None)
    office.log("worker", "2026-03-02")
    office.log("worker", "2026-03-03")
    office.card("yellow", "2026-03-10 13:00")
    office.card("red", "2026-03-10 17:00")
    office.card("red", "2026-04-10 17:00")
    score = office.score(office.run(), "street", office.world.unit("street 0"))
    assert office.items(score) == {
        "on_time": (2, 4),
        "handling": (3, 4),
        "rework": (1, 3),
        "closing": (1, 4),
        "discovery": (5, 6),
        "logs": (2, 44),
        "registered": (6, 0),
        "overdue": (2, 0),
        "red": (1, 0),
        "yellow": (1, 0),
    }
    assert score.sample == 4
    assert score.rank is None, "four are fewer than the ten that a street needs"


def test_points_are_those_of_the_formulas(office: Office) -> None:
    fill(office, 9, **IN_TIME, closed="2026-03-12 09:00")
    fill(office, 1, **LATE, closed="2026-03-12 09:00")
    score = office.score(office.run(), "street", office.world.unit("street 0"))
    points = {item.indicator.code: item.points for item in ScoreItem.objects.filter(score=score)}
    assert points == {
        "on_time": Decimal("32.00"),  # 90 % between 50 % and 100 % of 40
        "handling": Decimal("20.00"),
        "rework": Decimal("10.00"),
        "closing": Decimal("10.00"),
        "discovery": Decimal("10.00"),
        "logs": Decimal("0.00"),
        "registered": None,
        "overdue": None,
    }
    assert score.points == Decimal("82.00")
    assert (score.rank, score.ranked) == (1, 1)


def test_agencies_are_scored_by_their_legs(office: Office) -> None:
    case = office.case(**IN_TIME, closed="2026-03-12 09:00")
    office.leg(case, state="fed_back", ended="2026-03-10 12:00", due="2026-03-10 17:00")
    office.leg(case, state="failed", ended="2026-03-11 12:00", due="2026-03-10 17:00")
    office.leg(case, state="returned", ended="2026-03-10 12:00", due="2026-03-10 17:00")
    office.leg(office.case(), state="accepted", ended=None, due="2026-03-10 17:00")
    period = office.run()
    score = office.score(period, "agency", office.world.agencies["section"])
    assert office.items(score) == {
        "agency_on_time": (1, 3),
        "agency_handling": (2, 3),
        "agency_rework": (1, 2),
        "agency_closing": (2, 3),
        "agency_overdue": (2, 0),
    }
    assert (score.rank, score.sample, score.peer) == (None, 3, "section"), "three are fewer than five"
    assert not Score.objects.filter(period=period, subject_kind="agency", name__contains="中心").exists()


def test_ties_share_a_place_and_too_few_are_not_ranked(office: Office) -> None:
    for place, worker, number in (
        ("grid 0 0 0", "worker", 3),
        ("grid 0 0 1", "mate", 3),
        ("grid 1 0 0", "worker_b", 2),
    ):
        fill(office, number, place=place, worker=worker, **IN_TIME)
    period = office.run()
    ranks = {name: office.score(period, "worker", office[name]).rank for name in ("worker", "mate", "worker_b")}
    assert ranks == {"worker": 1, "mate": 1, "worker_b": None}
    assert office.score(period, "worker", office["worker_b"]).sample == 2


def test_logs_are_due_on_working_days_in_post(office: Office) -> None:
    Staffing.objects.filter(user=office["mate"]).update(valid_from="2026-03-30")
    Staffing.objects.filter(user=office["worker_b"]).update(valid_to="2026-03-02")
    office.log("mate", "2026-03-30")
    office.log("worker", "2026-03-31", filed="2026-04-01 03:00")  # an hour after the month was closed
    period = office.run()
    logs = {
        name: office.items(office.score(period, "worker", office[name]))["logs"]
        for name in ("worker", "mate", "worker_b")
    }
    assert logs == {"worker": (0, 22), "mate": (1, 2), "worker_b": (0, 1)}


def test_what_happens_after_the_cut_off_changes_nothing(office: Office) -> None:
    office.case(due="2026-03-31 17:00")
    first = office.run()
    office.case(due="2026-03-31 17:00", handled="2026-04-02 09:00", place="grid 1 0 0", worker="worker_b")
    second = office.run(at=NOW + timedelta(days=3))
    item = office.items(office.score(second, "district", office.district))
    assert (second.pk, item["handling"]) == (first.pk, (0, 2))


def test_the_same_rows_give_the_same_result_and_write_nothing(office: Office) -> None:
    fill(office, 5, **IN_TIME)
    first = office.run()
    rows = list(ScoreItem.objects.order_by("pk").values_list("pk", "numerator", "points"))
    again = office.run(at=NOW + timedelta(days=1))
    assert (again.pk, again.checksum, again.computed_at) == (first.pk, first.checksum, NOW)
    assert list(ScoreItem.objects.order_by("pk").values_list("pk", "numerator", "points")) == rows
    assert ScoreEvent.objects.filter(period=first).count() == 1


def test_a_month_not_yet_published_is_computed_anew_in_place(office: Office) -> None:
    first = office.run()
    before = first.checksum
    fill(office, 3, **IN_TIME)
    again = office.run()
    assert (again.pk, again.version, again.state) == (first.pk, 1, "computed")
    assert again.checksum != before
    assert Score.objects.filter(subject_kind="district").count() == 1


def test_a_published_month_is_corrected_only_by_a_new_version_with_a_reason(office: Office) -> None:
    fill(office, 12, **IN_TIME)
    first = office.publish(office.run())
    points = office.score(first, "street", office.world.unit("street 0")).points
    fill(office, 4, **LATE)
    with pytest.raises(NeedsReason):
        office.run()
    second = office.run(because="补录四件")
    assert (second.version, second.state, second.because) == (2, "computed", "补录四件")
    assert office.score(first, "street", office.world.unit("street 0")).points == points
    assert office.score(second, "street", office.world.unit("street 0")).points < points
    assert Period.objects.get(pk=first.pk).state == "published"


def test_a_published_month_with_unchanged_rows_needs_no_reason(office: Office) -> None:
    fill(office, 3, **IN_TIME)
    first = office.publish(office.run())
    assert office.run().pk == first.pk
    assert Period.objects.count() == 1


def test_a_sealed_month_is_not_computed_again(office: Office) -> None:
    period = office.publish(office.run())
    services.seal_period(period_id=period.pk, actor=office["assessor"], at=NOW)
    with pytest.raises(WrongState):
        office.run(because="再算")


def test_movement_is_reckoned_from_the_month_before(office: Office) -> None:
    for place, worker, good in (("grid 0 0 0", "worker", 3), ("grid 0 0 1", "mate", 0)):
        for number in range(3):
            handled = "2026-02-10 16:00" if number < good else "2026-02-11 09:00"
            office.case(
                place=place, worker=worker, due="2026-02-10 17:00", handled=handled, reported="2026-02-09 09:00"
            )
        for number in range(3):
            handled = "2026-03-10 16:00" if number >= good else "2026-03-11 09:00"
            office.case(place=place, worker=worker, due="2026-03-10 17:00", handled=handled)
    office.run("2026-02")
    period = office.run("2026-03")
    scores = {name: office.score(period, "worker", office[name]) for name in ("worker", "mate")}
    assert {name: (score.rank, score.previous_rank, score.movement) for name, score in scores.items()} == {
        "worker": (2, 1, -1),
        "mate": (1, 2, 1),
    }


def test_publishing_tells_leaders_once_and_in_the_chain(office: Office) -> None:
    period = office.run()
    services.review_period(period_id=period.pk, actor=office["assessor"], at=NOW)
    office.publish(period)
    assert list(ScoreEvent.objects.filter(period=period).values_list("action", flat=True).order_by("sequence")) == [
        "compute",
        "review",
        "publish",
    ]
    told = Notice.objects.filter(kind="score-published").values_list("recipient__username", flat=True)
    assert sorted(told) == ["assessor", "district", "leader", "leader_b", "street", "street_b"]
    with pytest.raises(WrongState):
        office.publish(period)


def test_only_an_assessor_of_the_district_computes_and_publishes(office: Office) -> None:
    with pytest.raises(NotAllowed):
        services.run_period(district=office.district, label="2026-03", actor=office["leader"], at=NOW)
    period = office.run()
    with pytest.raises(NotVisible):
        services.publish_period(period_id=period.pk, actor=office["leader"], at=NOW)
    office.publish(period)
    with pytest.raises(NotAllowed):
        services.seal_period(period_id=period.pk, actor=office["leader"], at=NOW)


@pytest.mark.parametrize("label", ["2026-5", "maerz", "2026-05"])
def test_what_is_no_month_or_has_not_begun_is_refused(office: Office, label: str) -> None:
    with pytest.raises(InvalidInput):
        office.run(label)


def test_the_command_prints_the_checksum_and_fails_for_another_district(office: Office, capsys) -> None:
    fill(office, 3, **IN_TIME)
    call_command("score_month", "2026-03", district="310106")
    line = capsys.readouterr().out.split()
    assert line[:4] == ["310106", "2026-03", "v1", "computed"]
    assert line[4] == Period.objects.get().checksum
    with pytest.raises(CommandError, match="no district"):
        call_command("score_month", "2026-03", district="999999")
    with pytest.raises(CommandError, match="2026-10"):
        call_command("score_month", "2026-3")


def test_a_running_month_counts_up_to_now(office: Office) -> None:
    office.case(due="2026-03-10 17:00")
    office.case(due="2026-03-20 17:00")
    period = office.run(at=shanghai("2026-03-12 10:00"))
    assert office.items(office.score(period, "district", office.district))["overdue"] == (1, 0)
    later = office.run()
    assert (later.pk, office.items(office.score(later, "district", office.district))["overdue"]) == (period.pk, (2, 0))
