"""What reviews of sampled cases find, and the pages on which one draws, reviews and reads it."""

import io
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from apps.cases.models import Case, CaseEvent, Sample, SampleReview, Supervision
from apps.cases.services import attach_case_photo, perform_with_photos
from apps.core import clock
from apps.core.attachments import attachments_of
from apps.core.errors import DomainError, InvalidInput, NotAllowed, NotVisible, WrongState
from apps.deadlines.models import Limit
from tests.factories.accounts import api_of, client_of
from tests.factories.cases import World, photo_file
from tests.factories.samples import FAULTY, FINE, TUESDAY, draw, heard, review, sampled, settled


class TestReviewing:
    """Somebody with no hand in it looks at every point."""

    def test_a_qualified_one_stays_closed(self, world: World) -> None:
        case = review(world, sampled(world)[0], point_result="ok", note="记录完整")
        kept = SampleReview.objects.get()
        assert (kept.state, kept.reviewed_by, kept.ended_at, kept.note, kept.consequence) == (
            "qualified",
            world.people["leader"],
            world.at,
            "记录完整",
            "",
        )
        assert (kept.point_record, kept.point_reporter, kept.point_result) == ("ok", "skipped", "ok")
        assert (case.state, case.samples_waiting, case.rework_count) == ("closed", 0, 0)
        assert heard(world, "sample_qualified") == ["agency", "street"]
        with pytest.raises(WrongState):
            review(world, case)

    def test_an_unqualified_one_is_noted(self, world: World) -> None:
        case = review(world, sampled(world)[0], **FAULTY)
        kept = SampleReview.objects.get()
        assert (kept.state, kept.consequence, [str(point) for point in kept.faults()]) == (
            "unqualified",
            "noted",
            ["evidence"],
        )
        assert (case.state, case.rework_count) == ("closed", 0)
        assert heard(world, "sample_unqualified") == ["agency", "street"]

    def test_it_may_be_opened_again_as_rework(self, world: World) -> None:
        case = review(world, sampled(world)[0], **FAULTY, consequence="reopen")
        assert (case.state, case.open, case.holder, case.rework_count, case.reopen_count, case.supervised) == (
            "registered",
            True,
            world.centre("street"),
            1,
            0,
            False,
        )
        limits = Limit.objects.filter(state="running", subject_url=f"/cases/{case.number}/")
        assert sorted(limits.values_list("stage", flat=True)) == ["handling", "whole"]
        assert SampleReview.objects.get().state == "unqualified"

    def test_or_with_an_order_to_reply(self, world: World) -> None:
        until = world.at + timedelta(days=12)
        case = review(world, sampled(world)[0], **FAULTY, consequence="supervise", until=until)
        order = Supervision.objects.get()
        assert (order.due_at, order.text, order.office, order.state) == (until, FAULTY["note"], "leader", "open")
        assert (case.supervised, case.orders_open, case.rework_count) == (True, 1, 1)
        limits = Limit.objects.filter(state="running", subject_url=f"/cases/{case.number}/")
        assert sorted(limits.values_list("stage", flat=True)) == ["handling", "supervision", "whole"]
        event = CaseEvent.objects.filter(case=case).latest("sequence")
        assert event.payload is not None
        assert (event.payload["order"], event.payload["faults"], event.payload["consequence"]) == (
            1,
            ["evidence"],
            "supervise",
        )
        world.move(case, "reply", "street", note="已重新处置", order=1)
        assert Supervision.objects.get().state == "replied"

    @pytest.mark.parametrize(
        ("who", "refusal"),
        [
            ("street", NotAllowed),  # dispatched and closed it
            ("worker", NotAllowed),
            ("station", NotAllowed),
            ("assessor", NotAllowed),
            ("agency", NotAllowed),
            ("leader_b", NotVisible),
            ("mate", NotVisible),
        ],
    )
    def test_never_who_had_a_hand_in_it_and_nobody_outside(
        self, world: World, who: str, refusal: type[DomainError]
    ) -> None:
        case = sampled(world)[0]
        kept = SampleReview.objects.get()
        hands = {world.people[name].pk for name in ("worker", "station", "street", "agency")}
        assert set(kept.hands) == hands
        with pytest.raises(refusal):
            review(world, case, who)
        assert SampleReview.objects.get().state == "waiting"

    def test_a_remark_or_an_order_is_no_hand_in_it(self, world: World) -> None:
        case = world.verified()
        world.move(case, "comment", "leader", note="请抓紧")
        world.move(case, "supervise", "district", note="请按时办结")
        world.move(case, "close", "street")
        world.at = TUESDAY
        draw(world)
        assert review(world, Case.objects.get(), "district").samples_waiting == 0

    def test_a_sample_of_the_district_is_not_the_streets_to_review(self, world: World) -> None:
        case = settled(world)
        world.at = TUESDAY
        draw(world)
        with pytest.raises(NotAllowed):
            review(world, case, "street")
        draw(world, "street", "street 0")
        assert review(world, case, "street").samples_waiting == 1

    def test_which_of_two_samples(self, world: World) -> None:
        case = world.case_in("closed")
        world.at = TUESDAY
        late, soon = draw(world, due_on=date(2026, 4, 1)), draw(world, due_on=date(2026, 3, 15))
        assert Case.objects.get(pk=case.pk).samples_waiting == 2
        with pytest.raises(InvalidInput) as refused:
            review(world, case, sample=late.pk + soon.pk)
        assert list(refused.value.fields) == ["sample"]
        review(world, case, sample=late.pk)
        assert soon.reviews.get().state == "waiting"
        assert review(world, case).samples_waiting == 0
        assert set(SampleReview.objects.values_list("state", flat=True)) == {"qualified"}

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"point_record": "skipped"}, "point_record"),
            ({"point_limit": "maybe"}, "point_limit"),
            ({"point_evidence": "fault"}, "qualified"),
            ({"qualified": False, "note": "不好"}, "qualified"),
            ({**FAULTY, "note": ""}, "note"),
            ({**FAULTY, "consequence": "fire"}, "consequence"),
            ({**FAULTY, "consequence": "supervise", "until": date(2026, 3, 1)}, "until"),
            ({"qualified": None}, "qualified"),
        ],
    )
    def test_a_verdict_fits_what_was_found(self, world: World, given: dict[str, Any], field: str) -> None:
        case = sampled(world)[0]
        with pytest.raises(InvalidInput) as refused:
            review(world, case, **given)
        assert list(refused.value.fields) == [field]
        assert SampleReview.objects.get().state == "waiting"

    def test_photos_of_what_was_found(self, world: World) -> None:
        case = sampled(world)[0]
        perform_with_photos(
            number=case.number,
            action="review_sample",
            actor=world["leader"],
            at=world.tick(),
            version=case.version,
            photos=[photo_file()],
            qualified=True,
            **FINE,
        )
        assert [photo.purpose for photo in attachments_of("case", case.pk)] == ["evidence"]
        with pytest.raises(NotAllowed):
            attach_case_photo(number=case.number, actor=world["leader"], upload=photo_file(), at=world.tick())

    def test_it_lapses_where_the_case_is_opened_again(self, world: World) -> None:
        case = world.move(sampled(world)[0], "reopen", "worker", note="又堆上了")
        kept = SampleReview.objects.get()
        assert (kept.state, kept.ended_at, kept.reviewed_by, case.samples_waiting) == ("lapsed", world.at, None, 0)

    def test_an_archived_one_is_reviewed_but_not_opened_again(self, world: World) -> None:
        case = sampled(world)[0]
        Case.objects.filter(pk=case.pk).update(filing="archived")
        for consequence in ("reopen", "supervise"):
            with pytest.raises(InvalidInput) as refused:
                review(world, case, **FAULTY, consequence=consequence)
            assert list(refused.value.fields) == ["consequence"]
        assert review(world, case, **FAULTY).state == "closed"
        assert SampleReview.objects.get().consequence == "noted"


class TestPages:
    """The samples, one of them, what was found, drawing, reviewing."""

    def page(self, world: World, path: str, who: str = "district") -> str:
        with clock.frozen(world.at):
            answer = client_of(world[who]).get(path)
        assert answer.status_code == 200
        return answer.content.decode()

    def test_the_district_sees_the_sample_and_the_desk_what_was_found(self, world: World) -> None:
        good, bad, waits = sampled(world, 3)
        review(world, good)
        review(world, bad, **FAULTY)
        sample = Sample.objects.get()
        assert f"/samples/{sample.pk}/" in self.page(world, "/samples/")
        one = self.page(world, f"/samples/{sample.pk}/")
        assert [text in one for text in ("复算一致", sample.seed, sample.digest, "证据真实")] == [True] * 4
        assert f"/cases/{waits.number}/act/review_sample/" in one
        found = self.page(world, "/samples/?show=found", "street")
        assert [number in found for number in (good.number, bad.number, waits.number)] == [True, True, False]
        assert "前后照片不是同一处" in found
        only = self.page(world, "/samples/?show=found&state=qualified", "agency")
        assert [number in only for number in (good.number, bad.number)] == [True, False]
        assert waits.number in self.page(world, "/samples/?show=waiting", "street")
        assert good.number not in self.page(world, "/samples/?show=found", "street_b")
        with clock.frozen(world.at):
            assert client_of(world["street"]).get(f"/samples/{sample.pk}/").status_code == 404
            assert client_of(world["clerk"]).get("/samples/").status_code == 403

    def test_the_result_as_workbooks(self, world: World) -> None:
        good, bad = sampled(world, 2)
        review(world, good)
        review(world, bad, **FAULTY)
        sample = Sample.objects.get()

        def rows(query: str) -> list[tuple[Any, ...]]:
            with clock.frozen(world.at):
                answer = client_of(world["district"]).get(f"/samples/{sample.pk}/export/{query}")
            return list(load_workbook(io_of(answer)).active.iter_rows(min_row=2, values_only=True))  # type: ignore[union-attr]

        result = rows("")
        assert result[:3] == [
            ("合计", "三月抽查", 2, 2, 1, 1, 0.5),
            ("单元", world.unit("street 0").name, 2, 2, 1, 1, 0.5),
            ("处置单位", "市容管理办", 2, 2, 1, 1, 0.5),
        ]
        assert ("评查项", "证据真实", None, 2, 1, 1, 0.5) in result
        assert ("评查项", "回访满意", None, 0, 0, 0, None) in result
        assert sorted(row[0] for row in rows("?what=cases")) == sorted([good.number, bad.number])

    def test_it_is_drawn_and_reviewed_from_the_pages(self, world: World) -> None:
        case = world.case_in("closed")
        world.at = TUESDAY
        body = {
            "client_id": str(uuid.uuid4()),
            "title": "三月抽查",
            "unit": world.unit("district").code,
            "since": "2026-03-02",
            "until": "2026-03-08",
            "kind": "all",
            "size": "5",
            "due_on": "2026-03-20",
        }
        leader = client_of(world["leader"])
        with clock.frozen(world.at):
            assert leader.get("/samples/new/").status_code == 200
            assert leader.post("/samples/new/", body | {"due_on": "2026-03-09"}).status_code == 422
            answer = leader.post("/samples/new/", body)
            sample = Sample.objects.get()
            assert (answer.status_code, answer["Location"]) == (302, f"/samples/{sample.pk}/")
            path = f"/cases/{case.number}/act/review_sample/"
            assert "三月抽查" in leader.get(f"{path}?sample={sample.pk}").content.decode()
            version = Case.objects.get().version
            given = {"version": version, "sample": sample.pk, "next": f"/samples/{sample.pk}/", **FINE}
            given |= {"point_reporter": "skipped", "point_result": "skipped"}
            assert leader.post(path, {**given, "qualified": "False"}).status_code == 422
            assert leader.post(path, {**given, "qualified": "True"}).status_code == 302
        assert SampleReview.objects.get().state == "qualified"

    def test_over_the_api(self, world: World) -> None:
        case = sampled(world)[0]
        path = f"/api/v1/cases/{case.number}/"
        body = {"version": case.version, "qualified": True, **FINE}
        with clock.frozen(world.at):
            seen = api_of(world["leader"]).get(path).json()
            short = api_of(world["leader"]).post(
                f"{path}review_sample/", body | {"point_record": "none"}, format="json"
            )
            answer = api_of(world["leader"]).post(f"{path}review_sample/", body, format="json")
        assert (seen["samples_waiting"], "review_sample" in seen["actions"]) == (1, True)
        assert (short.status_code, list(short.json()["errors"])) == (400, ["point_record"])
        assert (answer.status_code, answer.json()["samples_waiting"]) == (200, 0)

    @pytest.mark.parametrize("count", [1, 3])
    def test_each_page_costs_the_same_at_any_length(self, world: World, count: int) -> None:
        for case in sampled(world, count * 2)[:count]:
            review(world, case)
        for _ in range(count - 1):
            draw(world)
        sample = Sample.objects.order_by("pk").first()
        costs = {}
        for query in ("", "?show=found", "?show=waiting", f"{sample.pk}/"):  # type: ignore[union-attr]
            client = client_of(world["district"])
            with clock.frozen(world.at), CaptureQueriesContext(connection) as asked:
                assert client.get(f"/samples/{query}").status_code == 200
            costs[query if query[:1] == "?" or not query else "one"] = len(asked)
        assert costs == {"": 9, "?show=found": 8, "?show=waiting": 8, "one": 12}


def io_of(answer: Any) -> io.BytesIO:
    """What a download holds."""
    return io.BytesIO(b"".join(answer.streaming_content))
