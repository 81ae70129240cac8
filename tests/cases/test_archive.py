"""Finished cases are put away as numbered files: what is complete by itself, what is not by somebody who says why."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.cases.actions import Action
from apps.cases.capacities import Fact
from apps.cases.choices import FINISHED
from apps.cases.filing import Filing, Piece
from apps.cases.models import ArchiveBook, Case, CaseEvent, CaseFile
from apps.cases.services import Caller, attach_case_photo, supplement_case
from apps.cases.services.archiving import archive_ripe
from apps.cases.services.follow_ups import place_follow_ups
from apps.cases.services.publication import publish_results
from apps.cases.standing import standing_of
from apps.cases.tasks import archive_ripe_files
from apps.cases.workflow import TRANSITIONS, fits, rows_of
from apps.cases.workflow.archiving import STILL_WAITS
from apps.core import clock, outbox
from apps.core.errors import InvalidInput, NotAllowed, WrongState
from apps.deadlines.models import Limit
from apps.notices.models import Notice
from tests.factories.cases import World, issue_card, photo_file
from tests.factories.deadlines import shanghai

AFTER_THREE_WEEKS = timedelta(days=21, minutes=1)


def kept(case: Case) -> CaseFile:
    return CaseFile.objects.get(case=case)


def now(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def heard(world: World, kind: str) -> list[str]:
    with clock.frozen(world.at + timedelta(seconds=1)):
        outbox.drain()
    return sorted(Notice.objects.filter(kind=f"case.{kind}").values_list("recipient__username", flat=True))


def asked_back(world: World, **given: Any) -> Case:
    """A closed case that a resident reported who wanted to be called."""
    caller = Caller(name="王建国", phone="13800138000", callback="phone")
    case = world.report(by="station", source="media", caller=caller, **given)
    world.move(case, "register", "station")
    world.move(case, "settle", "station", note="已清")
    world.move(case, "verify", "worker", passed=True)
    return world.move(case, "close", "station")


class TestRipening:
    """A file is made with the end of its case, and ripens when nobody may reject the result any more."""

    def test_a_closed_case_is_young_for_fifteen_working_days(self, world: World) -> None:
        case = world.case_in("closed")
        file = kept(case)
        assert (case.filing, file.state, file.desk, file.category, file.place) == (
            "young",
            "young",
            world.centre("street"),
            world.category,
            case.place,
        )
        # closed on Monday the 2nd of March; fifteen working days later is the Monday three weeks on
        assert file.ripe_at == case.closed_at + timedelta(days=21)
        publish_results(at=world.tick(days=2))
        assert archive_ripe(at=file.ripe_at - timedelta(seconds=1)) == 0
        assert now(case).filing == "young"
        assert archive_ripe(at=file.ripe_at) == 1
        assert now(case).filing == "archived"

    @pytest.mark.parametrize("state", ["refused", "merged"])
    def test_what_was_not_handled_is_ripe_at_once(self, world: World, state: str) -> None:
        case = world.case_in(state)
        assert (case.filing, kept(case).ripe_at) == ("ripe", case.closed_at)
        assert archive_ripe(at=world.tick()) == 1
        assert (now(case).filing, now(case).state) == ("archived", state)

    @pytest.mark.parametrize(("solved", "filing"), [(True, "ripe"), (False, "young")])
    def test_a_word_that_it_is_solved_ends_the_time_to_reject(self, world: World, solved: bool, filing: str) -> None:
        case = world.case_in("closed")
        case = world.move(case, "rate", "worker", solved=solved, satisfied=solved)
        assert (case.filing, kept(case).state) == (filing, filing)

    def test_but_not_of_what_its_reporter_settled_himself(self, world: World) -> None:
        world.category.on_the_spot = True
        world.category.save()
        case = world.move(world.report(), "settle", "worker", note="已清理")
        case = world.move(case, "rate", "worker", solved=True, satisfied=True)
        assert case.filing == "young"

    def test_a_day_off_announced_meanwhile_counts(self, world: World) -> None:
        case = world.case_in("closed")
        CaseFile.objects.update(ripe_at=case.closed_at + timedelta(days=20))
        assert archive_ripe(at=case.closed_at + timedelta(days=20)) == 0
        assert (kept(case).state, kept(case).ripe_at) == ("young", case.closed_at + timedelta(days=21))

    def test_a_case_opened_again_has_no_file(self, world: World) -> None:
        case = world.move(world.case_in("closed"), "reopen", "street", note="又堆上了")
        assert (case.filing, CaseFile.objects.exists()) == ("", False)

    def test_cases_finished_otherwise_get_their_files_from_the_task(self, world: World) -> None:
        closed, refused = world.case_in("closed"), world.case_in("refused")
        CaseFile.objects.all().delete()
        Case.objects.update(filing="")
        assert archive_ripe(at=world.tick()) == 1
        assert [now(case).filing for case in (closed, refused)] == ["young", "archived"]
        assert kept(closed).ripe_at == closed.closed_at + timedelta(days=21)

    def test_but_not_what_was_finished_long_before_there_were_files(self, world: World) -> None:
        world.case_in("refused")
        CaseFile.objects.all().delete()
        Case.objects.update(filing="")
        assert archive_ripe(at=world.at + timedelta(days=32)) == 0
        assert not CaseFile.objects.exists()


class TestByItself:
    """The task puts away what is ripe, complete and waits for nothing."""

    def test_a_complete_file_gets_the_next_number_and_an_event(self, world: World) -> None:
        case = world.ripe()
        version = case.version
        assert archive_ripe(at=world.tick()) == 1
        case, file = now(case), kept(case)
        code = world.unit("district").code
        assert (file.number, file.year, file.sequence) == (f"{code}-2026-000001", 2026, 1)
        assert (file.state, file.archived_at, file.archived_by, file.missing) == ("archived", world.at, None, [])
        assert (case.filing, case.state, case.version) == ("archived", "closed", version + 1)
        event = CaseEvent.objects.filter(case=case).latest("sequence")
        assert (event.action, event.actor, event.payload, event.from_state, event.to_state) == (
            "archive",
            None,
            {"number": file.number, "missing": []},
            "closed",
            "closed",
        )
        assert bytes(event.hash) == bytes(case.head_hash)
        assert archive_ripe(at=world.tick()) == 0

    def test_the_register_says_of_each_piece_whether_it_is_there(self, world: World) -> None:
        case = world.ripe()
        archive_ripe(at=world.tick())
        assert kept(case).pieces == {
            "report": "present",
            "register": "present",
            "dispatch": "present",
            "result": "present",
            "before": "not_asked",
            "after": "not_asked",
            "verify": "present",
            "close": "present",
            "told": "present",
            "publish": "withheld",
        }

    def test_numbers_have_no_gap(self, world: World) -> None:
        for _ in range(3):
            world.case_in("refused")
        with pytest.raises(InvalidInput):  # a refusal takes no number
            world.move(world.case_in("refused"), "archive", "station", absent=["told"])
        assert archive_ripe(at=world.tick()) == 4
        assert sorted(CaseFile.objects.values_list("sequence", flat=True)) == [1, 2, 3, 4]
        assert ArchiveBook.objects.get().last == 4
        world.at = shanghai("2027-01-04 09:00")
        world.case_in("refused")
        archive_ripe(at=world.tick())
        assert sorted(CaseFile.objects.filter(year=2027).values_list("sequence", flat=True)) == [1]

    def test_what_lacks_a_piece_waits_and_is_looked_at_again_each_day(self, world: World) -> None:
        case = asked_back(world)
        world.move(case, "withhold", "station", note="不宜公示")
        world.at += AFTER_THREE_WEEKS
        assert archive_ripe(at=world.at) == 0
        file = kept(case)
        assert (file.state, file.missing, file.check_at) == ("ripe", ["told"], world.at + timedelta(days=1))
        assert archive_ripe(at=world.at + timedelta(hours=1)) == 0
        # whatever happens to the case has the task look at once
        world.move(case, "rate", "station", solved=True, satisfied=True)
        assert kept(case).check_at == world.at
        assert archive_ripe(at=world.tick()) == 1

    def test_a_bounded_number_at_a_time(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("apps.cases.services.archiving.BATCH", 2)
        for _ in range(5):
            world.case_in("refused")
        assert archive_ripe(at=world.tick(), most=2) == 2
        assert archive_ripe(at=world.tick()) == 3
        assert sorted(CaseFile.objects.values_list("sequence", flat=True)) == [1, 2, 3, 4, 5]

    @pytest.mark.parametrize("fact", sorted(STILL_WAITS))
    def test_what_waits_is_left(self, world: World, fact: Fact) -> None:
        case = waiting_for_something(world, fact)
        Case.objects.filter(pk=case.pk).update(filing=Filing.RIPE)
        CaseFile.objects.filter(case=case).update(state=Filing.RIPE, check_at=world.at)
        facts = standing_of(*read(case), world["street"]).facts
        assert facts & set(STILL_WAITS) == {fact}
        assert archive_ripe(at=world.tick()) == 0
        assert now(case).filing == "ripe"
        desk = "station" if fact is Fact.SPOT_WAITING else "street"
        with pytest.raises(WrongState):
            world.move(case, "archive", desk, absent=[])

    def test_the_task_says_how_many(self, world: World) -> None:
        world.case_in("refused")
        with clock.frozen(world.tick()):
            assert archive_ripe_files() == 1


def read(case: Case) -> tuple[Case, Any]:
    fresh = Case.objects.select_related("category", "desk__unit", "holder", "handler").get(pk=case.pk)
    return fresh, fresh.legs.select_related("agency").order_by("sequence")


def waiting_for_something(world: World, fact: Fact) -> Case:
    """A closed case of which just this is so."""
    if fact is Fact.PUBLICITY_WAITS:
        return world.case_in("closed")
    if fact is Fact.APPEALED:
        case = world.accepted()
        issue_card(case, "yellow", at=world.at)
        world.move(case, "feedback", "agency", note="已清运")
        world.move(case, "appeal", "agency", note="并未超时")
        world.move(case, "verify", "worker", passed=True)
        world.move(case, "close", "street")
        return world.move(case, "withhold", "street", note="不宜公示")
    if fact is Fact.SPOT_WAITING:
        world.category.on_the_spot = True
        world.category.save()
        case = world.move(world.report(), "settle", "worker", note="已清理")
        world.move(case, "withhold", "station", note="不宜公示")
        Case.objects.filter(pk=case.pk).update(spot_waiting=True)
        return now(case)
    if fact is Fact.FOLLOW_UP_WAITING:
        asks = Caller(name="王小明", phone="13800138000", callback="phone")
        case = world.move(world.case_in("closed", caller=asks), "withhold", "street", note="不宜公示")
        place_follow_ups(at=world.tick())
        return now(case)
    case = world.move(world.case_in("closed"), "withhold", "street", note="不宜公示")
    Case.objects.filter(pk=case.pk).update(summonses_open=1)  # none can be left by way of the acts
    return now(case)


class TestByHand:
    """A desk puts away what is not complete, naming what is missing and why."""

    def ripe(self, world: World) -> Case:
        """A ripe case whose category asks for a photo of the result that was lost."""
        case = world.ripe()
        world.category.evidence = "photo_after"
        world.category.save()
        return case

    @pytest.mark.parametrize(
        ("absent", "note", "field"),
        [
            ([], "照片损坏", "absent"),
            (["told"], "照片损坏", "absent"),
            (["after", "told"], "照片损坏", "absent"),
            (["after"], "", "note"),
        ],
    )
    def test_exactly_what_is_missing_is_named(self, world: World, absent: list[str], note: str, field: str) -> None:
        case = self.ripe(world)
        with pytest.raises(InvalidInput) as refused:
            world.move(case, "archive", "street", absent=absent, note=note)
        assert list(refused.value.fields) == [field]
        if field == "absent":
            assert "处置后照片" in refused.value.fields["absent"][0]
        assert (now(case).filing, kept(case).number, ArchiveBook.objects.exists()) == ("ripe", None, False)

    def test_with_a_reason_it_is_put_away(self, world: World) -> None:
        case = world.move(self.ripe(world), "archive", "street", absent=["after"], note="手机损坏，照片丢失")
        file = kept(case)
        assert (file.missing, file.reason, file.archived_by, file.pieces["after"]) == (
            ["after"],
            "手机损坏，照片丢失",
            world.people["street"],
            "missing",
        )
        event = CaseEvent.objects.filter(case=case).latest("sequence")
        assert event.payload == {
            "for": world.centre("street").name,
            "note": "手机损坏，照片丢失",
            "number": file.number,
            "missing": ["after"],
        }

    def test_only_the_desk_that_answers_for_it(self, world: World) -> None:
        case = world.ripe()
        for who, refusal in (("worker", NotAllowed), ("leader", NotAllowed), ("station", WrongState)):
            with pytest.raises(refusal):
                world.move(case, "archive", who)
        assert now(case).filing == "ripe"


# A review of a sample says what was found, and opens nothing that is in the archive.
SPOKEN_OF = {Action.COMMENT, Action.ACKNOWLEDGE, Action.REVIEW_SAMPLE, Action.UNARCHIVE}


class TestPutAway:
    """Nothing changes a case whose file is put away, until the district takes it out."""

    def test_the_table_leaves_but_words_and_taking_out(self, world: World) -> None:
        archived = {Fact.ARCHIVED, *(set(Fact) - {Fact.TO_ARCHIVE})}
        for row in TRANSITIONS:
            if row.sources & FINISHED and not row.unless & archived:
                assert row.action in SPOKEN_OF, row
        assert all(Fact.ARCHIVED in row.when for row in rows_of(Action.UNARCHIVE))
        case = world.archived()
        fresh, legs = read(case)
        for user in world.people.values():
            standing = standing_of(fresh, legs, world[user.username])
            open_to = {row.action for row in TRANSITIONS if fits(row, standing)}
            assert open_to <= SPOKEN_OF

    def test_no_photo_and_no_other_reporter(self, world: World) -> None:
        case = world.archived()
        with pytest.raises(WrongState):
            attach_case_photo(number=case.number, actor=world["worker"], upload=photo_file(), at=world.tick())
        with pytest.raises(WrongState):
            supplement_case(number=case.number, actor=world["street"], note="又有人反映", at=world.tick())
        assert now(case).version == case.version

    def test_a_case_merged_into_must_be_open(self, world: World) -> None:
        archived, other = world.archived(), world.report()
        with pytest.raises(InvalidInput):
            world.move(other, "merge", "station", into=archived.number)

    def test_the_district_takes_it_out_and_back_under_its_number(self, world: World) -> None:
        case = world.archived()
        number = kept(case).number
        case = world.move(case, "unarchive", "district", note="纪委调阅")
        file = kept(case)
        assert (case.filing, case.state, file.state, file.number, file.times_out) == (
            "out",
            "closed",
            "out",
            number,
            1,
        )
        assert (file.archived_at, file.archived_by) == (None, None)
        event = CaseEvent.objects.filter(case=case).latest("sequence")
        assert event.payload == {"note": "纪委调阅", "number": number, "times": 1, "reopened": False}
        assert heard(world, "unarchive") == ["street"]
        # nothing puts it back by itself
        assert archive_ripe(at=world.at + AFTER_THREE_WEEKS) == 0
        world.move(case, "publish", "street")
        case = world.move(case, "archive", "street")
        assert (case.filing, kept(case).number, kept(case).pieces["publish"]) == ("archived", number, "present")
        assert ArchiveBook.objects.get().last == 1

    def test_it_may_open_the_case_again_as_well(self, world: World) -> None:
        case = world.archived()
        number = kept(case).number
        case = world.move(case, "unarchive", "district", note="问题复发", reopen=True)
        assert (case.state, case.open, case.holder, case.reopen_count, case.filing, case.publicity) == (
            "registered",
            True,
            world.centre("street"),
            1,
            "",
            "",
        )
        assert Limit.objects.filter(subject_kind="case", subject_id=case.pk, state="running").count() == 1
        assert (kept(case).state, kept(case).number) == ("out", number)
        world.move(case, "settle", "street", note="再清")
        world.move(case, "verify", "worker", passed=True)
        case = world.move(case, "close", "street")
        assert (case.filing, kept(case).state, kept(case).number) == ("young", "young", number)
        world.move(case, "withhold", "street", note="不宜公示")
        assert archive_ripe(at=world.at + AFTER_THREE_WEEKS) == 1
        assert (kept(case).number, ArchiveBook.objects.get().last) == (number, 1)

    def test_what_was_refused_is_taken_out_but_not_opened(self, world: World) -> None:
        case = world.case_in("refused")
        archive_ripe(at=world.tick())
        with pytest.raises(InvalidInput) as refused:
            world.move(case, "unarchive", "district", note="复查", reopen=True)
        assert list(refused.value.fields) == ["reopen"]
        assert world.move(case, "unarchive", "district", note="复查").filing == "out"

    def test_only_a_district_centre_and_never_without_a_reason(self, world: World) -> None:
        case = world.archived()
        with pytest.raises(NotAllowed):
            world.move(case, "unarchive", "street", note="想看看")
        with pytest.raises(InvalidInput):
            world.move(case, "unarchive", "district")


class TestPieces:
    """Which piece may be absent, and why."""

    def pieces(self, world: World, case: Case) -> dict[str, str]:
        Case.objects.filter(pk=case.pk, publicity__in=["held", "waiting"]).update(publicity="withheld")
        CaseFile.objects.filter(case=case).update(state=Filing.RIPE, check_at=world.at)
        Case.objects.filter(pk=case.pk).update(filing=Filing.RIPE)
        archive_ripe(at=world.tick())
        return kept(case).pieces or dict.fromkeys(kept(case).missing, "missing")

    def test_settled_on_the_spot(self, world: World) -> None:
        world.category.on_the_spot = True
        world.category.save()
        found = self.pieces(world, world.move(world.report(), "settle", "worker", note="已清理"))
        absent = {"register": "on_spot", "dispatch": "on_spot", "verify": "on_spot"}
        assert {name: found[name] for name in absent} == absent
        assert (found["result"], found["close"], found["told"]) == ("present", "present", "present")

    def test_settled_by_the_centre(self, world: World) -> None:
        found = self.pieces(world, asked_back(world))
        assert found == {"told": "missing"}

    def test_who_wants_no_answer_is_not_waited_for(self, world: World) -> None:
        case = world.report(by="station", source="media", caller=Caller(name="王建国", phone="13800138000"))
        found = self.pieces(world, world.move(case, "refuse", "station", note="不属实"))
        assert found == {"report": "present", "refuse": "present", "told": "no_callback"}

    def test_merged(self, world: World) -> None:
        assert self.pieces(world, world.case_in("merged")) == {
            "report": "present",
            "merge": "present",
            "told": "present",
        }

    def test_an_order_and_its_reply(self, world: World) -> None:
        case = world.accepted()
        world.move(case, "supervise", "street", note="请尽快")
        world.move(case, "reply", "agency", note="明天完成")
        world.move(case, "feedback", "agency", note="已清运")
        world.move(case, "verify", "worker", passed=True)
        found = self.pieces(world, world.move(case, "close", "street"))
        assert (found["reply"], found["dispatch"], found["verify"]) == ("present", "present", "present")

    def test_an_order_that_ended_with_the_case(self, world: World) -> None:
        case = world.move(world.verified(), "supervise", "district", note="请尽快")
        assert self.pieces(world, world.move(case, "close", "street"))["reply"] == "with_case"

    def test_photos_that_the_category_asks_for(self, world: World) -> None:
        world.category.evidence = "photo_after"
        world.category.save()
        case = world.accepted()
        attach_case_photo(number=case.number, actor=world["agency"], upload=photo_file(), at=world.tick())
        world.move(case, "feedback", "agency", note="已清运")
        world.move(case, "verify", "worker", passed=True)
        found = self.pieces(world, world.move(case, "close", "street"))
        assert (found["before"], found["after"]) == ("not_asked", "present")

    def test_every_piece_has_its_words(self) -> None:
        assert len({str(piece.label) for piece in Piece}) == len(Piece)


def refused(row: Any, name: str, **columns: Any) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        type(row)._base_manager.filter(pk=row.pk).update(**columns)


def test_the_database_keeps_files_whole(world: World) -> None:
    case = world.archived()
    file = kept(case)
    refused(file, "cases_casefile_number_whole", sequence=None)
    refused(file, "cases_casefile_number_whole", sequence=0)
    refused(file, "cases_casefile_number_whole", number="")
    refused(file, "cases_casefile_archived_whole", archived_at=None)
    refused(file, "cases_casefile_archived_whole", state="out", times_out=1)
    refused(file, "cases_casefile_missing_answered_for", missing=["after"])
    refused(file, "cases_casefile_missing_answered_for", missing=["after"], reason="丢失", archived_by=None)
    refused(file, "cases_casefile_ripe_is_looked_at", check_at=world.at)
    refused(file, "cases_casefile_path_without_hole", community=None)
    out = kept(world.case_in("closed"))
    refused(out, "cases_casefile_out_of_an_archive", state="out")
    refused(out, "cases_casefile_ripe_is_looked_at", state="ripe")
    refused(out, "cases_casefile_archived_whole", state="archived")
    refused(out, "cases_casefile_archived_whole", reason="无")
    other = kept(world.archived())
    refused(other, "cases_casefile_district_number", sequence=file.sequence)
    refused(other, "cases_casefile_number", number=file.number)
    refused(case, "cases_case_archived_at_rest", spot_waiting=True)
    refused(case, "cases_case_archived_at_rest", appeals_open=1)
    refused(case, "cases_case_archived_at_rest", summonses_open=1)
    refused(world.report(), "cases_case_filing_of_finished", filing="ripe")
    book = ArchiveBook.objects.get()
    with pytest.raises(IntegrityError, match="cases_archivebook_district_year"), transaction.atomic():
        ArchiveBook.objects.create(district_id=book.district_id, year=book.year)  # type: ignore[attr-defined]
