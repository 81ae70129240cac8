"""The supervision office draws samples from handled cases; each is reviewed by somebody who had no hand in it."""

import hashlib
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.cases.drawing import digest_of, draw_lots, lots
from apps.cases.models import Case, CaseEvent, Sample, SampleReview
from apps.cases.reviews import remind_samples
from apps.cases.sampling import MOST_DRAWN, SampleKind
from apps.cases.selectors.samples import KIND_Q, sample_detail
from apps.cases.services.samples import draw_sample
from apps.core import clock
from apps.core.errors import DomainError, InvalidInput, NotAllowed, NotVisible
from apps.core.waiting import waiting_for
from apps.notices.models import Notice
from tests.factories.cases import World
from tests.factories.deadlines import shanghai
from tests.factories.samples import TUESDAY, draw, heard, review, rule, sampled, settled


class TestDrawing:
    """What is drawn can be drawn again by whoever knows the seed."""

    def test_sql_and_python_draw_the_same(self, world: World) -> None:
        cases = [world.report() for _ in range(9)]
        numbers = [case.number for case in cases]
        for seed in ("0" * 32, "f" * 32):
            drawing = draw_lots(Case.objects.all(), seed, size=4)
            chosen = set(Case.objects.filter(pk__in=drawing.chosen).values_list("number", flat=True))
            assert chosen == set(lots(seed, numbers, 4))
            assert (drawing.population, drawing.digest) == (9, digest_of(numbers))
        assert digest_of(["b", "a"]) == hashlib.sha256(b"a\nb").hexdigest()

    @pytest.mark.parametrize(("percent", "count"), [(1, 1), (10, 1), (50, 4), (100, 7)])
    def test_a_share_is_rounded_up(self, world: World, percent: int, count: int) -> None:
        for _ in range(7):
            world.report()
        assert len(draw_lots(Case.objects.all(), "0" * 32, percent=percent).chosen) == count

    def test_of_nothing_nothing_is_drawn(self, world: World) -> None:
        assert draw_lots(Case.objects.none() | Case.objects.filter(pk=0), "0" * 32, size=3).chosen == []

    def test_what_is_kept(self, world: World) -> None:
        cases = [world.case_in("closed") for _ in range(5)]
        settled(world, "worker_b", "grid 1 0 0")
        world.case_in("handled")
        world.at = TUESDAY
        sample = draw(world, "leader", "community 0 0", size=3)
        numbers = [case.number for case in cases]
        assert (sample.population, sample.digest, sample.drawn) == (5, digest_of(numbers), 3)
        found = sorted(sample.reviews.values_list("case__number", flat=True))
        assert found == sorted(lots(sample.seed, numbers, 3))
        assert sorted(Case.objects.filter(samples_waiting=1).values_list("number", flat=True)) == found
        repeated = sample_detail(world["leader"], sample.pk).repeated
        assert (repeated.same, repeated.same_population, repeated.population) == (True, True, 5)

    def test_drawing_again_stands_what_befalls_the_cases(self, world: World) -> None:
        cases = [world.case_in("closed") for _ in range(4)]
        world.at = TUESDAY
        sample = draw(world, size=2)
        drawn = set(sample.reviews.values_list("case", flat=True))
        inside = next(case for case in cases if case.pk in drawn)
        outside = next(case for case in cases if case.pk not in drawn)
        world.move(inside, "reopen", "street", note="又堆上了")
        repeated = sample_detail(world["district"], sample.pk).repeated
        assert (repeated.same, repeated.same_population) == (True, True)
        world.move(outside, "reopen", "street", note="又堆上了")
        repeated = sample_detail(world["district"], sample.pk).repeated
        assert (repeated.same, repeated.same_population, repeated.population) == (True, False, 3)
        Sample.objects.filter(pk=sample.pk).update(seed="0" * 32 if sample.seed != "0" * 32 else "1" * 32)
        Sample.objects.filter(pk=sample.pk).update(drawn=1)
        assert sample_detail(world["district"], sample.pk).repeated.same is False

    def test_each_kind_narrows_the_population(self, world: World) -> None:
        assert set(KIND_Q) == set(SampleKind)
        plain, marked = world.case_in("closed"), world.case_in("closed")
        marks: dict[str, dict[str, Any]] = {
            "on_the_spot": {"settled_kind": "spot"},
            "reworked": {"rework_count": 1},
            "overdue": {"handled_in_time": False},
            "reopened": {"reopen_count": 1},
            "supervised": {"supervised": True},
            "dissatisfied": {"satisfied": False},
        }
        world.at = TUESDAY
        for kind, columns in marks.items():
            before = Case.objects.filter(pk=marked.pk).values(*columns).get()
            Case.objects.filter(pk=marked.pk).update(**columns)
            assert list(draw(world, kind=kind).reviews.values_list("case", flat=True)) == [marked.pk]
            Case.objects.filter(pk=marked.pk).update(**before)
        assert draw(world).population == 2
        assert draw(world, category=plain.category, agency=world.agencies["section"]).population == 2
        with pytest.raises(InvalidInput):
            draw(world, agency=world.agencies["department"])

    def test_being_drawn_stands_in_the_chain_and_the_desk_hears_once(self, world: World) -> None:
        case = sampled(world, 2)[0]
        sample = Sample.objects.get()
        event = CaseEvent.objects.filter(case=case).latest("sequence")
        assert (event.action, event.actor, event.sequence, event.payload) == (
            "sample_draw",
            world.people["district"],
            case.head_sequence,
            {"sample": sample.pk, "title": "三月抽查", "seed": sample.seed},
        )
        assert bytes(event.hash) == bytes(case.head_hash)
        assert heard(world, "sample_draw") == ["street"]

    def test_a_form_sent_twice_draws_once(self, world: World) -> None:
        world.case_in("closed")
        world.at = TUESDAY
        asked = rule(unit=world.unit("district").code)
        first = draw_sample(actor=world["district"], rule=asked, at=world.at)
        assert draw_sample(actor=world["district"], rule=asked, at=world.at) == first
        assert Sample.objects.count() == 1

    @pytest.mark.parametrize(
        ("who", "place", "refusal"),
        [
            ("station", "community 0 0", NotAllowed),
            ("worker", "grid 0 0 0", NotAllowed),
            ("assessor", "district", NotAllowed),
            ("street", "district", NotVisible),
            ("street", "street 1", NotVisible),
            ("agency", "street 0", NotVisible),
        ],
    )
    def test_only_who_supervises_over_the_unit_draws(
        self, world: World, who: str, place: str, refusal: type[DomainError]
    ) -> None:
        world.case_in("closed")
        world.at = TUESDAY
        with pytest.raises(refusal):
            draw(world, who, place)
        assert not Sample.objects.exists()

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"title": " "}, "title"),
            ({"title": "长" * 61}, "title"),
            ({"since": date(2026, 3, 9)}, "since"),
            ({"until": date(2026, 3, 10)}, "until"),
            ({"due_on": date(2026, 3, 10)}, "due_on"),
            ({"kind": "lucky"}, "kind"),
            ({"percent": None}, "size"),
            ({"size": 3, "percent": 5}, "size"),
            ({"size": 0}, "size"),
            ({"size": MOST_DRAWN + 1}, "size"),
            ({"percent": 101}, "percent"),
            ({"since": date(2025, 1, 1), "until": date(2025, 1, 31)}, "until"),
        ],
    )
    def test_a_wrong_rule_names_its_field(self, world: World, changed: dict[str, Any], field: str) -> None:
        world.case_in("closed")
        world.at = TUESDAY
        with pytest.raises(InvalidInput) as refused:
            draw(world, **changed)
        assert list(refused.value.fields) == [field]
        assert not Sample.objects.exists()


class TestReminders:
    """The date by which reviews are made."""

    def test_once_before_and_once_after(self, world: World) -> None:
        sampled(world)
        for day, told, late in (
            ("2026-03-16", 0, 0),
            ("2026-03-17", 1, 0),
            ("2026-03-19", 1, 0),
            ("2026-03-21", 2, 1),
            ("2026-03-29", 2, 1),
        ):
            assert remind_samples(at=shanghai(f"{day} 09:00")) == late
            assert Notice.objects.filter(kind="case.sample_due", recipient=world.people["district"]).count() == told
        review(world, Case.objects.get())
        assert remind_samples(at=shanghai("2026-04-29 09:00")) == 0

    def test_it_waits_at_home_of_those_who_drew(self, world: World) -> None:
        sampled(world, 2)

        def kinds(name: str) -> list[str]:
            with clock.frozen(world.at):
                return [f"{item.kind} {item.state}" for item in waiting_for(world[name]) if item.kind == "样本评查"]

        assert kinds("district") == kinds("leader") == ["样本评查 0 / 2"]
        assert kinds("street") == kinds("station") == []
        review(world, Case.objects.first())  # type: ignore[arg-type]
        assert kinds("district") == ["样本评查 1 / 2"]


def broken(name: str, row: Any, **columns: Any) -> None:
    """The database refuses a row with these columns, by the constraint of that name."""
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(**columns)


def test_the_database_keeps_reviews_whole(world: World) -> None:
    sampled(world)
    row = SampleReview.objects.get()
    leader, street = world.people["leader"], world.people["street"]
    looked = {f"point_{name}": "ok" for name in ("record", "evidence", "limit", "reporter", "result")}
    made: dict[str, Any] = {"state": "qualified", "ended_at": world.at, "reviewed_by": leader, **looked}
    broken("cases_samplereview_made_whole", row, state="qualified")
    broken("cases_samplereview_made_whole", row, state="lapsed")
    broken("cases_samplereview_made_whole", row, point_record="ok")
    broken("cases_samplereview_made_whole", row, **{**made, "point_limit": "skipped"})
    broken("cases_samplereview_made_whole", row, **{**made, "point_result": ""})
    broken("cases_samplereview_no_hand_in_it", row, **{**made, "reviewed_by": street})
    broken("cases_samplereview_verdict_fits", row, **{**made, "point_evidence": "fault"})
    broken("cases_samplereview_verdict_fits", row, **{**made, "consequence": "noted"})
    failed = {**made, "state": "unqualified", "consequence": "noted", "note": "不好"}
    broken("cases_samplereview_verdict_fits", row, **failed)
    broken("cases_samplereview_verdict_fits", row, **{**failed, "point_evidence": "fault", "note": ""})
    broken("cases_samplereview_verdict_fits", row, **{**failed, "point_evidence": "fault", "consequence": ""})
    SampleReview.objects.filter(pk=row.pk).update(**{**failed, "point_evidence": "fault"})
    with pytest.raises(IntegrityError, match="cases_samplereview_sample_case"), transaction.atomic():
        SampleReview.objects.create(sample=row.sample, case=row.case, agency=row.agency, hands=[], **row.place)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("cases_sample_title_given", {"title": ""}),
        ("cases_sample_kind_known", {"kind": "lucky"}),
        ("cases_sample_days_in_order", {"since": date(2026, 3, 9)}),
        ("cases_sample_due_after_period", {"due_on": date(2026, 3, 8)}),
        ("cases_sample_size_or_percent", {"size": 3}),
        ("cases_sample_size_or_percent", {"percent": None}),
        ("cases_sample_size_or_percent", {"percent": 0}),
        ("cases_sample_out_of_population", {"drawn": 2}),
        ("cases_sample_out_of_population", {"drawn": 0}),
        ("cases_sample_seed_and_digest", {"seed": "x" * 32}),
        ("cases_sample_seed_and_digest", {"digest": "a"}),
    ],
)
def test_the_database_keeps_samples_whole(world: World, name: str, columns: dict[str, Any]) -> None:
    sampled(world)
    broken(name, Sample.objects.get(), **columns)
