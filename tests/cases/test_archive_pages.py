"""The archive as people see it: lists, the file to print, the workbook, batches, the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from apps.cases.models import Case, CaseFile
from apps.cases.selectors.archive import ArchiveWanted, archive_page, incomplete_at
from apps.cases.services import Caller
from apps.cases.services.archiving import archive_ripe
from apps.core import clock
from apps.core.errors import NotAllowed
from apps.core.waiting import waiting_for
from tests.factories.accounts import api_of, client_of
from tests.factories.cases import World


def page(world: World, path: str, who: str = "street", language: str = "zh-hans") -> str:
    client = client_of(world[who])
    client.cookies["django_language"] = language
    with clock.frozen(world.at):
        answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def lacking(world: World, **given: Any) -> Case:
    """A refused case whose reporter wanted to be called, of which nothing says that he was."""
    caller = Caller(name="王建国", phone="13800138000", callback="phone")
    case = world.report(by="station", source="media", caller=caller, **given)
    return world.move(case, "refuse", "station", note="不属实")


def numbers(world: World, who: str, **wanted: Any) -> list[str]:
    found = archive_page(world[who], ArchiveWanted(**wanted), cursor=None, size=50)
    return [file.case.number for file in found.rows]


class TestLists:
    """What waits with what it lacks, and the register by unit, category, year, number and words."""

    def test_what_waits_is_shown_with_what_it_lacks(self, world: World) -> None:
        case, complete = lacking(world, title="无此井盖"), world.case_in("refused")
        waiting = page(world, "/archive/", "station")
        assert (case.number in waiting, complete.number in waiting) == (True, True)
        assert waiting.count("结果告知") == 1
        assert waiting.count("齐全") >= 1
        assert f'value="{complete.number}:{complete.version}"' in waiting
        archive_ripe(at=world.tick())
        waiting, kept = page(world, "/archive/", "station"), page(world, "/archive/?show=archived", "station")
        assert (case.number in waiting, complete.number in waiting) == (True, False)
        assert (case.number in kept, complete.number in kept) == (False, True)

    def test_what_still_waits_is_said(self, world: World) -> None:
        case = world.move(world.case_in("closed"), "rate", "worker", solved=True, satisfied=True)
        found = page(world, "/archive/")
        assert case.number in found
        assert "公示待决定" in found

    def test_narrowed(self, world: World) -> None:
        first, other = world.archived(title="花坛边的渣土"), world.archived(title="路灯不亮")
        file = CaseFile.objects.get(case=first)
        assert numbers(world, "street", show="archived") == [other.number, first.number]
        for wanted in (
            {"words": "渣土"},
            {"words": file.number},
            {"words": first.number},
            {"words": "渣土", "year": 2026, "unit": world.unit("community 0 0"), "category": world.category},
        ):
            assert numbers(world, "street", show="archived", **wanted) == [first.number]
        assert numbers(world, "street", show="archived", words=str(file.number)[:11]) == [other.number, first.number]
        assert numbers(world, "street", show="archived", year=2025) == []
        assert numbers(world, "street", show="archived", unit=world.unit("community 0 1")) == []

    def test_page_by_page(self, world: World) -> None:
        cases = [world.archived() for _ in range(3)]
        first = archive_page(world["street"], ArchiveWanted(show="archived"), cursor=None, size=2)
        second = archive_page(world["street"], ArchiveWanted(show="archived"), cursor=first.next, size=2)
        found = [file.case.number for file in [*first.rows, *second.rows]]
        assert found == [case.number for case in reversed(cases)]
        assert second.next is None

    def test_what_is_taken_out(self, world: World) -> None:
        case = world.move(world.archived(), "unarchive", "district", note="调阅")
        found = page(world, "/archive/?show=out", "district")
        assert case.number in found
        assert case.number not in page(world, "/archive/?show=archived", "district")

    def test_another_street_sees_none_of_it(self, world: World) -> None:
        case = world.archived()
        assert case.number not in page(world, "/archive/?show=archived", "street_b")
        with clock.frozen(world.at):
            assert client_of(world["street_b"]).get(f"/cases/{case.number}/file/").status_code == 404
        with pytest.raises(NotAllowed):
            archive_page(world["worker"], ArchiveWanted(), cursor=None, size=5)

    @pytest.mark.parametrize("asked", ["show=none", "year=26", "year=abcd", "unit=none", "category=none", "cursor=x"])
    def test_what_is_no_filter_is_refused(self, world: World, asked: str) -> None:
        with clock.frozen(world.at):
            assert client_of(world["street"]).get(f"/archive/?{asked}").status_code == 400

    def test_in_english_and_empty(self, world: World) -> None:
        for show in ("ripe", "archived", "out"):
            assert "Archive" in page(world, f"/archive/?show={show}", language="en")

    @pytest.mark.parametrize("count", [1, 3])
    def test_each_list_costs_the_same_at_any_length(self, world: World, count: int) -> None:
        for _ in range(count):
            lacking(world)
            world.archived()
        costs = {}
        for show in ("ripe", "archived"):
            client = client_of(world["street"])
            with clock.frozen(world.at), CaptureQueriesContext(connection) as asked:
                assert client.get(f"/archive/?show={show}").status_code == 200
            costs[show] = len(asked)
        assert costs == {"ripe": 11, "archived": 9}


class TestBatch:
    """Those that are complete are put away together, with a word on each."""

    def send(self, world: World, cases: list[Case], who: str = "station") -> Any:
        marks = [f"{case.number}:{case.version}" for case in cases]
        with clock.frozen(world.tick()):
            return client_of(world[who]).post("/archive/batch/", {"case": marks})

    def test_each_by_itself(self, world: World) -> None:
        complete, incomplete = world.case_in("refused"), lacking(world)
        answer = self.send(world, [complete, incomplete])
        said = answer.content.decode()
        assert answer.status_code == 200
        file = CaseFile.objects.get(case=complete)
        assert (file.state, file.number in said) == ("archived", True)
        assert CaseFile.objects.get(case=incomplete).state == "ripe"
        assert "案卷缺结果告知" in said

    def test_none_marked(self, world: World) -> None:
        answer = self.send(world, [])
        assert (answer.status_code, answer.url) == (302, "/archive/")

    def test_only_a_desk(self, world: World) -> None:
        assert self.send(world, [world.case_in("refused")], "leader").status_code == 403

    def test_sent_twice(self, world: World) -> None:
        case = world.case_in("refused")
        self.send(world, [case])
        number = CaseFile.objects.get(case=case).number
        assert self.send(world, [case]).status_code == 200
        assert CaseFile.objects.get(case=case).number == number


class TestFile:
    """The file of a case: cover, register, timeline, photos."""

    def test_the_document(self, world: World) -> None:
        case = world.archived(description="花坛边堆着渣土")
        file = CaseFile.objects.get(case=case)
        found = page(world, f"/cases/{case.number}/file/")
        for words in (file.number, "卷内目录", "派遣单", "核查记录", "不予公示", "花坛边堆着渣土", "归档，案卷号"):
            assert words in found

    def test_nothing_of_who_reported_it(self, world: World) -> None:
        case = lacking(world)
        found = page(world, f"/cases/{case.number}/file/", "station")
        assert ("王建国" in found, "13800138000" in found, "尚未编号" in found) == (False, False, True)

    def test_an_open_case_has_none(self, world: World) -> None:
        with clock.frozen(world.at):
            answer = client_of(world["station"]).get(f"/cases/{world.report().number}/file/")
        assert answer.status_code == 404

    def test_the_case_page_names_it(self, world: World) -> None:
        case = world.archived()
        found = page(world, f"/cases/{case.number}/")
        assert str(CaseFile.objects.get(case=case).number) in found
        assert f"/cases/{case.number}/file/" in found

    def test_missing_pieces_are_confirmed_in_the_form(self, world: World) -> None:
        case = lacking(world)
        path = f"/cases/{case.number}/act/archive/"
        assert 'name="absent" value="told"' in page(world, path, "station").replace("\n", " ")
        client = client_of(world["station"])
        with clock.frozen(world.tick()):
            refused = client.post(path, {"version": case.version, "note": "无法联系"})
            done = client.post(path, {"version": case.version, "absent": ["told"], "note": "三次未接通"})
        assert (refused.status_code, "案卷缺结果告知" in refused.content.decode()) == (422, True)
        assert done.status_code == 302
        assert CaseFile.objects.get(case=case).reason == "三次未接通"

    def test_taking_out_in_the_form(self, world: World) -> None:
        case = world.archived()
        path = f"/cases/{case.number}/act/unarchive/"
        assert "同时重开案件" in page(world, path, "district")
        with clock.frozen(world.tick()):
            client_of(world["district"]).post(path, {"version": case.version, "note": "复发", "reopen": "on"})
        assert Case.objects.get(pk=case.pk).state == "registered"


def test_the_workbook_is_that_of_the_list(world: World, tmp_path: Any) -> None:
    first, _other = world.archived(title="花坛边的渣土"), world.archived(title="路灯不亮")
    with clock.frozen(world.at):
        answer = client_of(world["street"]).get("/archive/export/?show=archived&q=渣土")
    path = tmp_path / "register.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    rows = list(load_workbook(path).active.iter_rows(values_only=True))
    file = CaseFile.objects.get(case=first)
    assert [row[:3] for row in rows[1:]] == [(file.number, first.number, "花坛边的渣土")]
    with clock.frozen(world.at):
        assert client_of(world["worker"]).get("/archive/export/").status_code == 403


def test_over_the_api(world: World) -> None:
    case = world.ripe()
    api = api_of(world["street"])
    with clock.frozen(world.tick()):
        waits = api.get("/api/v1/archive/").json()["results"]
        answer = api.post(f"/api/v1/cases/{case.number}/archive/", {"version": case.version}, format="json")
        kept = api.get("/api/v1/archive/?show=archived").json()["results"]
    assert [(one["case"], one["state"], one["number"]) for one in waits] == [(case.number, "ripe", None)]
    assert answer.status_code == 200
    number = CaseFile.objects.get(case=case).number
    assert (answer.json()["filing"], answer.json()["archive_number"]) == ("archived", number)
    assert [(one["number"], one["archived_by"], one["pieces"]["publish"]) for one in kept] == [
        (number, "street", "withheld")
    ]
    assert kept[0]["place"]["street"] == world.unit("street 0").code
    with clock.frozen(world.at):
        again = api.post(f"/api/v1/cases/{case.number}/reopen/", {"version": case.version + 1, "note": "又"})
        absent = api.post(f"/api/v1/cases/{case.number}/archive/", {"version": 1, "absent": ["none"]}, format="json")
    assert (again.status_code, absent.status_code) == (409, 409)


def test_files_that_lack_something_wait_at_home(world: World) -> None:
    lacking(world)
    archive_ripe(at=world.tick())
    assert incomplete_at([world.centre("station")]) == 1

    def items(name: str) -> list[str]:
        with clock.frozen(world.at + timedelta(minutes=1)):
            return [str(item.title) for item in waiting_for(world[name]) if item.url == "/archive/"]

    assert (items("station"), items("street")) == (["1 件案卷缺件"], [])
