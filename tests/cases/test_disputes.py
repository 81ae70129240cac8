"""Disputes: mediated in sittings, concluded with an agreement or a way on, their parties shown to few."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.cases import services
from apps.cases.catalogue import read_categories
from apps.cases.models import Case, CaseEvent, Mediation, MediationParty, MediationSession
from apps.cases.selectors.detail import case_detail
from apps.core import clock, outbox
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from apps.core.models import OutboxMessage
from apps.notices.models import Notice
from tests.factories.accounts import api_of, client_of
from tests.factories.cases import World

SIDES = [
    {"role": "applicant", "name": "王建国", "phone": "13800138000"},
    {"role": "respondent", "name": "李秀英", "phone": ""},
]
AGREED = {"agreed": True, "note": "李秀英十日内修好水管，赔偿八百元", "performance_on": date(2026, 3, 12)}
FAILED = {"agreed": False, "note": "双方对赔偿数额分歧大", "way_on": "court"}
SECRETS = ["王建国", "李秀英", "13800138000"]


@pytest.fixture(autouse=True)
def dispute(world: World) -> None:
    """The category of this file's cases is a dispute."""
    world.category.evidence = "mediation"
    world.category.save()


def sit(world: World, case: Case, by: str = "agency", **given: Any) -> Case:
    first = {"mediator": "周明", "parties": SIDES} if not case.mediating else {}
    return world.move(case, "mediate", by, **({"held_at": world.at, "note": "双方陈述了经过"} | first | given))


def mediated(world: World) -> Case:
    return sit(world, world.accepted())


def heard(world: World, kind: str) -> list[str]:
    with clock.frozen(world.at + timedelta(seconds=1)):
        outbox.drain()
    return sorted(Notice.objects.filter(kind=f"case.{kind}").values_list("recipient__username", flat=True))


class TestSittings:
    """The first names mediator and sides; each is written down once."""

    def test_the_first_opens_the_mediation(self, world: World) -> None:
        case = mediated(world)
        kept = Mediation.objects.get(case=case)
        assert (case.mediating, case.mediations_made, kept.number, kept.mediator, kept.state, kept.agency) == (
            True,
            1,
            1,
            "周明",
            "running",
            world.agencies["section"],
        )
        assert [(one.role, one.name, one.phone) for one in kept.parties.all()] == [
            ("applicant", "王建国", "13800138000"),
            ("respondent", "李秀英", ""),
        ]
        assert kept.sessions.get().record == "双方陈述了经过"

    def test_the_next_adds_to_it(self, world: World) -> None:
        case = sit(world, mediated(world), parties=[{"role": "respondent", "name": "李强", "phone": "021-62531234"}])
        kept = Mediation.objects.get(case=case)
        assert [one.number for one in kept.parties.all()] == [1, 2, 3]
        assert [one.number for one in kept.sessions.all()] == [1, 2]
        entries = case_detail(world["street"], case.number, at=world.at).entries
        assert entries[-1].text.startswith("第 2 次调解，")
        assert entries[-1].text.endswith("调解员 周明")

    def test_a_desk_mediates_what_it_settles_itself(self, world: World) -> None:
        case = world.report()
        world.move(case, "register", "station")
        case = sit(world, case, "station")
        case = world.move(case, "conclude_mediation", "station", **AGREED)
        assert world.move(case, "settle", "station", note="已达成协议").state == "handled"

    @pytest.mark.parametrize(
        ("given", "fields"),
        [
            ({"mediator": " "}, ["mediator"]),
            ({"parties": []}, ["parties"]),
            ({"parties": SIDES[:1]}, ["parties"]),
            ({"parties": [SIDES[0], {"role": "respondent", "name": " "}]}, ["parties"]),
            ({"parties": [SIDES[0], {"role": "respondent", "name": "李" * 61}]}, ["parties"]),
            ({"parties": [SIDES[0], {"role": "judge", "name": "李秀英"}]}, ["parties"]),
            ({"parties": [SIDES[0], {"role": "respondent", "name": "李秀英", "phone": "12"}]}, ["parties"]),
            ({"parties": SIDES * 11}, ["parties"]),
            ({"note": ""}, ["note"]),
            ({"held_at": None}, ["held_at"]),
        ],
    )
    def test_half_a_sitting_is_refused(self, world: World, given: dict[str, Any], fields: list[str]) -> None:
        case = world.accepted()
        with pytest.raises(InvalidInput) as refused:
            sit(world, case, **given)
        assert sorted(refused.value.fields) == fields
        assert (Mediation.objects.count(), MediationParty.objects.count()) == (0, 0)

    def test_not_before_it_was_held(self, world: World) -> None:
        case = world.accepted()
        with pytest.raises(InvalidInput) as refused:
            sit(world, case, held_at=world.at + timedelta(hours=1))
        assert list(refused.value.fields) == ["held_at"]

    def test_only_disputes_and_only_by_whoever_has_them(self, world: World) -> None:
        case = world.accepted()
        for who, error in (("leader", NotAllowed), ("worker", NotAllowed), ("street", WrongState)):
            with pytest.raises(error):
                sit(world, case, who)
        with pytest.raises(WrongState):
            sit(world, world.dispatched())
        world.category.evidence = "none"
        world.category.save()
        with pytest.raises(WrongState):
            sit(world, case)


class TestResult:
    """Evidence for the feedback of a dispute is a concluded mediation."""

    def test_without_it_nothing_is_fed_back(self, world: World) -> None:
        case = world.accepted()
        said = {"mediation": ["矛盾纠纷须先记录调解结果：达成协议，或调解不成及后续途径。"]}
        for _time in range(2):
            with pytest.raises(InvalidInput) as refused:
                world.move(case, "feedback", "agency", note="已办")
            assert refused.value.fields == said
            if not case.mediating:
                case = sit(world, case)

    def test_an_agreement(self, world: World) -> None:
        case = world.move(mediated(world), "conclude_mediation", "agency", **AGREED)
        kept = Mediation.objects.get(case=case)
        assert (kept.state, kept.agreement, kept.performance_on, kept.way_on) == (
            "agreed",
            AGREED["note"],
            date(2026, 3, 12),
            "",
        )
        assert heard(world, "conclude_mediation") == ["street"]
        assert world.move(case, "feedback", "agency", note="已达成协议").state == "handled"

    def test_none_and_the_way_on(self, world: World) -> None:
        case = world.move(mediated(world), "conclude_mediation", "agency", **FAILED)
        kept = Mediation.objects.get(case=case)
        assert (kept.state, kept.why_failed, kept.way_on, case.mediating) == ("failed", FAILED["note"], "court", False)
        entries = case_detail(world["street"], case.number, at=world.at).entries
        assert "调解不成，后续：提起诉讼" in [entry.text for entry in entries]
        case = sit(world, case)
        assert list(Mediation.objects.values_list("number", "state")) == [(1, "failed"), (2, "running")]

    @pytest.mark.parametrize(
        ("given", "fields"),
        [
            (AGREED | {"performance_on": None}, ["performance_on"]),
            (AGREED | {"performance_on": date(2026, 3, 1)}, ["performance_on"]),
            (AGREED | {"way_on": "court"}, ["way_on"]),
            (AGREED | {"note": ""}, ["note"]),
            (AGREED | {"agreed": None}, ["agreed"]),
            (FAILED | {"way_on": ""}, ["way_on"]),
            (FAILED | {"way_on": "duel"}, ["way_on"]),
            (FAILED | {"performance_on": date(2026, 3, 12)}, ["performance_on"]),
        ],
    )
    def test_half_a_result_is_refused(self, world: World, given: dict[str, Any], fields: list[str]) -> None:
        case = mediated(world)
        with pytest.raises(InvalidInput) as refused:
            world.move(case, "conclude_mediation", "agency", **given)
        assert sorted(refused.value.fields) == fields
        assert Mediation.objects.get().state == "running"

    def test_nothing_to_conclude(self, world: World) -> None:
        with pytest.raises(WrongState):
            world.move(world.accepted(), "conclude_mediation", "agency", **AGREED)

    def test_the_catalogue_says_which_categories_are_disputes(self) -> None:
        leaves = [row for row in read_categories() if row.level == 3 and row.evidence == "mediation"]
        assert {row.code[0] for row in leaves} == {"D"}
        assert len(leaves) == len([row for row in read_categories() if row.level == 3 and row.code.startswith("D")])

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ({"mediator": ""}, "mediator_named"),
            ({"agreement": ""}, "concluded_whole"),
            ({"performance_on": None}, "concluded_whole"),
            ({"way_on": "court"}, "concluded_whole"),
            ({"ended_by": None}, "concluded_whole"),
            ({"state": "failed"}, "concluded_whole"),
            ({"state": "running"}, "concluded_whole"),
        ],
    )
    def test_half_a_result_cannot_be_written(self, world: World, change: dict[str, Any], constraint: str) -> None:
        world.move(mediated(world), "conclude_mediation", "agency", **AGREED)
        with pytest.raises(IntegrityError, match=f"cases_mediation_{constraint}"), transaction.atomic():
            Mediation.objects.update(**change)

    def test_the_rows_below_it(self, world: World) -> None:
        kept = Mediation.objects.get(case=mediated(world))
        party, session = kept.parties.all()[1], kept.sessions.get()
        for name, rows, change in (
            ("cases_mediationparty_number", MediationParty.objects.filter(pk=party.pk), {"number": 1}),
            ("cases_mediationparty_role", MediationParty.objects.filter(pk=party.pk), {"role": "judge"}),
            ("cases_mediationsession_record_given", MediationSession.objects.all(), {"record": ""}),
            (
                "cases_mediationsession_held_before_record",
                MediationSession.objects.all(),
                {"held_at": world.at + timedelta(days=1)},
            ),
        ):
            with pytest.raises(IntegrityError, match=name), transaction.atomic():
                rows.update(**change)
        session.pk = None
        with pytest.raises(IntegrityError, match="cases_mediationsession_number"), transaction.atomic():
            session.save(force_insert=True)
        kept.pk, kept.number = None, 2
        with pytest.raises(IntegrityError, match="cases_mediation_one_running"), transaction.atomic():
            kept.save(force_insert=True)


class TestParties:
    """Encrypted, masked, shown in full for a purpose to those who have to reach them, and that is written down."""

    def test_they_are_encrypted(self, world: World) -> None:
        mediated(world)
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, phone FROM cases_mediationparty ORDER BY number")
            rows = cursor.fetchall()
        assert rows[1][1] is None
        stored = b"".join(bytes(cell) for row in rows for cell in row if cell)
        assert [secret for secret in SECRETS if secret.encode() in stored] == []

    def test_they_are_nowhere_in_full(self, world: World) -> None:
        case = world.move(mediated(world), "conclude_mediation", "agency", **(AGREED | {"note": "十日内修好"}))
        with clock.frozen(world.at):
            client = client_of(world["street"])
            said = [client.get(f"/cases/{case.number}/{tail}").content.decode() for tail in ("", "sheet/")]
            said.append(api_of(world["street"]).get(f"/api/v1/cases/{case.number}/").content.decode())
            said.append(api_of(world["street"]).get(f"/api/v1/cases/{case.number}/events/").content.decode())
        said += [str(event.payload) for event in CaseEvent.objects.filter(case=case)]
        said += [str(message.payload) for message in OutboxMessage.objects.all()]
        assert [secret for secret in SECRETS for text in said if secret in text] == []
        assert all("王*" in page and "138****8000" in page for page in said[:2])

    def test_for_a_purpose_they_are_shown_and_that_is_in_the_chain(self, world: World) -> None:
        case = mediated(world)
        path = f"/cases/{case.number}/mediations/1/parties/"
        with clock.frozen(world.tick()):
            client = client_of(world["agency"])
            assert "王建国" not in client.get(path).content.decode()
            assert client.post(path, {"purpose": "短"}).status_code == 422
            assert not CaseEvent.objects.filter(action="reveal").exists()
            page = client.post(path, {"purpose": "通知第二次调解"})
        assert [secret in page.content.decode() for secret in SECRETS] == [True, True, True]
        assert "no-store" in page["Cache-Control"]
        event = CaseEvent.objects.get(action="reveal")
        assert (event.actor, event.payload["purpose"]) == (world.people["agency"], "通知第二次调解")
        entries = case_detail(world["street"], case.number, at=world.at).entries
        assert entries[-1].text == "查看当事人姓名和电话"

    @pytest.mark.parametrize(
        ("who", "error"), [("leader", NotAllowed), ("worker", NotAllowed), ("street_b", NotVisible)]
    )
    def test_not_to_others(self, world: World, who: str, error: type[Exception]) -> None:
        case = mediated(world)
        asked = {"number": case.number, "mediation_number": 1, "purpose": "通知调解", "at": world.at}
        with pytest.raises(error):
            services.reveal_parties(actor=world[who], **asked)
        with pytest.raises(NotVisible):
            services.reveal_parties(actor=world["street"], **(asked | {"mediation_number": 2}))
        assert not CaseEvent.objects.filter(action="reveal").exists()


class TestAgreement:
    """Printed with the names of the parties, once it is there."""

    def test_it_is_printed_for_a_purpose(self, world: World) -> None:
        case = mediated(world)
        path = f"/cases/{case.number}/mediations/1/agreement/"
        with clock.frozen(world.tick()):
            client = client_of(world["street"])
            assert client.get(path).status_code == 409
            case = world.move(case, "conclude_mediation", "agency", **AGREED)
            assert f'href="{path}"' in client.get(f"/cases/{case.number}/").content.decode()
        with clock.frozen(world.at):
            page = client.post(path, {"purpose": "打印交双方签字"}).content.decode()
        for words in ("调解协议书", "王建国", "李秀英", AGREED["note"], "2026-03-12", "周明", "申请人签字"):
            assert words in page
        assert CaseEvent.objects.filter(action="reveal").count() == 1


class TestForms:
    """Through the page and through the API."""

    def test_through_the_page(self, world: World) -> None:
        case = world.accepted()
        path = f"/cases/{case.number}/act/mediate/"
        body = {
            "version": case.version,
            "held_at": world.at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%dT%H:%M"),
            "mediator": "周明",
            "applicant_name": "王建国",
            "respondent_name": "李秀英",
            "note": "双方陈述了经过",
        }
        with clock.frozen(world.tick()):
            client = client_of(world["agency"])
            assert client.get(path).status_code == 200
            assert client.post(path, body | {"applicant_phone": "12"}).status_code == 422
            assert client.post(path, body).status_code == 302
            later = client.get(path).content.decode()
        assert 'name="party_name"' in later
        assert 'name="mediator"' not in later
        assert [str(one.name) for one in MediationParty.objects.order_by("number")] == ["王建国", "李秀英"]

    def test_through_the_api(self, world: World) -> None:
        case = world.accepted()
        body = {
            "version": case.version,
            "held_at": world.at.isoformat(),
            "mediator": "周明",
            "parties": SIDES,
            "note": "双方陈述了经过",
        }
        with clock.frozen(world.tick()):
            client = api_of(world["agency"])
            wrong = client.post(f"/api/v1/cases/{case.number}/mediate/", body | {"parties": [{}]}, format="json")
            answer = client.post(f"/api/v1/cases/{case.number}/mediate/", body, format="json")
        assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["parties"])
        assert answer.status_code == 200
        assert [(one["mediator"], one["parties"], one["sessions"]) for one in answer.json()["mediations"]] == [
            ("周明", 2, 1)
        ]

    @pytest.mark.parametrize("times", [1, 3])
    def test_the_page_costs_the_same(self, world: World, times: int) -> None:
        case = mediated(world)
        for _again in range(times - 1):
            case = sit(world, case, parties=[{"role": "applicant", "name": "赵一", "phone": ""}])
        with clock.frozen(world.at):
            client = client_of(world["street"])
            client.get(f"/cases/{case.number}/")
            with CaptureQueriesContext(connection) as asked:
                client.get(f"/cases/{case.number}/")
        assert len([one for one in asked if 'FROM "cases_mediation' in one["sql"]]) == 3
