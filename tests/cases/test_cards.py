"""Cards, appeals against them, and what a withdrawn card no longer says."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.cases.models import Case, CaseEvent, Leg
from apps.cases.selectors.cards import CardsWanted, card_detail, card_page
from apps.core import clock, outbox
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from apps.core.models import Attachment
from apps.core.waiting import waiting_for
from apps.deadlines.models import CardAppeal, LadderStep, Limit
from apps.notices.models import Notice
from tests.factories.accounts import client_of
from tests.factories.cases import World, issue_card, photo_file
from tests.factories.deadlines import shanghai

BY_POLICY = timedelta(days=7)  # five working days from a Monday


def carded(world: World, *kinds: str) -> tuple[Case, list[LadderStep]]:
    """A case the section works on, with cards."""
    case = world.accepted()
    return case, [issue_card(case, kind, at=world.tick()) for kind in kinds]


def told(kind: str) -> list[str]:
    return sorted(Notice.objects.filter(kind=f"case.{kind}").values_list("recipient__username", flat=True))


class TestAppeals:
    """Made by whoever got the card, decided above, and never erasing it."""

    def test_upheld_the_card_is_withdrawn_and_the_one_before_it_stands(self, world: World) -> None:
        case, (yellow, red) = carded(world, "yellow", "red")
        limit = red.limit
        case = world.move(case, "appeal", "agency", note="当日封路，无法进场", card=red.pk)
        assert case.appeals_open == 1
        with clock.frozen(world.tick()):
            outbox.drain()
            waits = [(str(item.kind), item.place) for item in waiting_for(world["street"])]
        assert told("appeal") == ["street"]
        assert ("裁定申诉", "市容管理办") in waits
        case = world.move(case, "decide_appeal", "street", upheld=True, note="情况属实")
        limit.refresh_from_db()
        assert (limit.card, case.card, case.appeals_open) == ("yellow", "yellow", 0)
        assert LadderStep.objects.filter(limit=limit).count() == 2
        assert list(LadderStep.objects.standing().filter(limit=limit)) == [yellow]
        leg = Leg.objects.get(pk=limit.subject_id)
        assert (leg.excused_at, case.excused_at) == (world.at, world.at)
        with clock.frozen(world.tick()):
            outbox.drain()
        assert told("appeal_upheld") == ["agency", "district"]
        events = CaseEvent.objects.filter(case=case).order_by("-sequence")[:2]
        assert [(event.action, event.payload["card"]) for event in events] == [
            ("decide_appeal", "red"),
            ("appeal", "red"),
        ]
        case = world.move(case, "appeal", "agency", note="预警亦不当")
        case = world.move(case, "decide_appeal", "district", upheld=True, note="一并撤销")
        limit.refresh_from_db()
        assert (limit.card, case.card) == ("none", "")

    def test_rejected_the_card_stands_and_is_not_appealed_again(self, world: World) -> None:
        case, (red,) = carded(world, "red")
        world.move(case, "appeal", "agency", note="请撤销")
        case = world.move(case, "decide_appeal", "street", upheld=False, note="人手充足")
        assert (case.card, case.excused_at, Limit.objects.get(pk=red.limit_id).card) == ("red", None, "red")
        with pytest.raises(WrongState):
            world.move(case, "appeal", "agency", note="再请撤销")

    @pytest.mark.parametrize(
        ("who", "error"),
        [("station", WrongState), ("assistant", NotVisible), ("leader", NotAllowed), ("street", WrongState)],
    )
    def test_only_whoever_got_the_card_appeals(self, world: World, who: str, error: type[Exception]) -> None:
        case, _cards = carded(world, "yellow")
        with pytest.raises(error):
            world.move(case, "appeal", who, note="请撤销")

    @pytest.mark.parametrize(("who", "error"), [("agency", NotAllowed), ("station", NotAllowed)])
    def test_nobody_below_decides(self, world: World, who: str, error: type[Exception]) -> None:
        case, _cards = carded(world, "yellow")
        world.move(case, "appeal", "agency", note="请撤销")
        with pytest.raises(error):
            world.move(case, "decide_appeal", who, upheld=True, note="好")

    def test_a_centres_own_card_is_decided_above_it(self, world: World) -> None:
        case = world.to_street()
        issue_card(case, "red", at=world.tick())
        world.move(case, "appeal", "street", note="等区级协调")
        with pytest.raises(WrongState):
            world.move(case, "decide_appeal", "street", upheld=True, note="好")
        case = world.move(case, "decide_appeal", "district", upheld=True, note="属实")
        assert case.card == ""

    def test_the_districts_own_card_is_decided_by_its_leaders(self, world: World) -> None:
        case = world.move(world.to_street(), "escalate", "street", note="需区级协调")
        issue_card(case, "red", at=world.tick())
        case = world.move(case, "appeal", "district", note="等市级批复")
        with clock.frozen(world.at):
            assert "裁定申诉" in {str(item.kind) for item in waiting_for(world["leader"])}
        with pytest.raises(WrongState):
            world.move(case, "decide_appeal", "district", upheld=True, note="好")
        assert world.move(case, "decide_appeal", "leader", upheld=True, note="属实").card == ""

    def test_the_time_to_appeal_is_a_policy(self, world: World) -> None:
        case, (red,) = carded(world, "red")
        with pytest.raises(WrongState):
            world.move(case, "appeal", "agency", note="请撤销", at=red.done_at + BY_POLICY + timedelta(seconds=1))
        assert world.move(case, "appeal", "agency", note="请撤销", at=red.done_at + BY_POLICY).appeals_open == 1

    def test_a_card_of_a_closed_case_can_be_withdrawn(self, world: World) -> None:
        case, (red,) = carded(world, "red")
        world.at = case.due_at + timedelta(hours=1)
        world.move(case, "feedback", "agency", note="已清")
        world.move(case, "verify", "worker", passed=True)
        case = world.move(case, "close", "street")
        case = world.move(case, "appeal", "agency", note="请撤销")
        case = world.move(case, "decide_appeal", "street", upheld=True, note="属实")
        assert (case.state, case.card, case.excused_at) == ("closed", "", world.at)
        assert Leg.objects.get(pk=red.limit.subject_id).excused_at == world.at

    def test_another_handling_has_to_be_excused_anew(self, world: World) -> None:
        case, _cards = carded(world, "red")
        world.move(case, "appeal", "agency", note="请撤销")
        case = world.move(case, "decide_appeal", "street", upheld=True, note="属实")
        world.move(case, "feedback", "agency", note="已清")
        case = world.move(case, "rework", "street", note="未清净")
        assert case.excused_at is None

    def test_an_appeal_needs_a_reason_and_a_card_of_ones_own(self, world: World) -> None:
        case, _cards = carded(world, "yellow")
        for given, name in (({"note": " "}, "note"), ({"note": "请撤", "card": 1}, "card")):
            with pytest.raises(InvalidInput) as refused:
                world.move(case, "appeal", "agency", **given)
            assert list(refused.value.fields) == [name]

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ({"reason": ""}, "reason_given"),
            ({"state": "upheld"}, "decided_whole"),
            ({"decision": "好"}, "decided_whole"),
        ],
    )
    def test_half_a_decision_cannot_be_written(self, world: World, change: dict[str, str], constraint: str) -> None:
        case, _cards = carded(world, "yellow")
        world.move(case, "appeal", "agency", note="请撤销")
        with pytest.raises(IntegrityError, match=f"deadlines_cardappeal_{constraint}"), transaction.atomic():
            CardAppeal.objects.update(**change)


def add_limits_without_cards(number: int) -> None:
    """Copies of one limit for other subjects, and statistics that know of them: the planner then has a choice."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO deadlines_limit SELECT (jsonb_populate_record("
            "NULL::deadlines_limit, to_jsonb(kept)"
            " || jsonb_build_object('id', kept.id + n, 'subject_id', 1000000 + n, 'card', 'none'))).*"
            " FROM (SELECT * FROM deadlines_limit ORDER BY id DESC LIMIT 1) kept, generate_series(1, %s) n",
            [number],
        )
        cursor.execute("ANALYZE deadlines_limit")


class TestPages:
    """The list of cards and one card with its ladder."""

    def get(self, world: World, who: str, path: str) -> str:
        with clock.frozen(world.tick()):
            answer = client_of(world[who]).get(path)
        assert answer.status_code == 200
        return answer.content.decode()

    @pytest.mark.parametrize("rows", [1, 3])
    def test_the_list_costs_the_same_for_one_and_three(self, world: World, rows: int) -> None:
        for _ in range(rows):
            carded(world, "yellow", "red")
        for who, queries in (("street", 8), ("agency", 7)):
            client = client_of(world[who])
            with clock.frozen(world.tick()), CaptureQueriesContext(connection) as asked:
                answer = client.get("/cards/")
            assert answer.status_code == 200
            assert (who, len(asked)) == (who, queries)

    def test_a_communitys_cards_are_found_by_the_index_of_its_limits(self, world: World) -> None:
        case, (withdrawn,) = carded(world, "yellow")
        world.move(case, "appeal", "agency", note="请撤销")
        world.move(case, "decide_appeal", "street", upheld=True, note="属实")
        _case, cards = carded(world, "yellow", "red")
        lists = [("station", CardsWanted()), ("leader", CardsWanted(unit=world.unit("community 0 0")))]
        lists += [("street", CardsWanted(unit=world.unit("grid 0 0 0")))]
        add_limits_without_cards(500)
        for who, wanted in lists:
            with CaptureQueriesContext(connection) as asked:
                assert card_page(world[who], wanted, cursor=None, size=20).rows == [*cards[::-1], withdrawn]
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {asked[-1]['sql']}")
                plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "using deadlines_limit_carded" in plan or "on deadlines_limit_carded" in plan
        assert card_page(world["station_next"], CardsWanted(), cursor=None, size=20).rows == []
        next_door = CardsWanted(unit=world.unit("grid 0 1 0"))
        assert card_page(world["street"], next_door, cursor=None, size=20).rows == []

    def test_who_sees_which_cards(self, world: World) -> None:
        case, cards = carded(world, "yellow", "red")
        whole = issue_card(case, "yellow", at=world.tick(), stage="whole")
        everything = [whole, cards[1], cards[0]]

        def seen(who: str, **wanted: object) -> list[LadderStep]:
            return card_page(world[who], CardsWanted(**wanted), cursor=None, size=20).rows  # type: ignore[arg-type]

        assert seen("street") == seen("leader") == seen("station") == everything
        assert seen("street", mine=True) == [whole]
        assert seen("agency") == [cards[1], cards[0]]
        assert seen("agency_b") == seen("street_b") == []
        assert seen("street", kind="red") == [cards[1]]
        assert seen("street", stage="whole") == [whole]
        world.move(case, "appeal", "agency", note="请撤销", card=cards[1].pk)
        assert seen("street", state="appealed") == [cards[1]]
        world.move(case, "decide_appeal", "street", upheld=True, note="属实")
        assert (seen("street", state="withdrawn"), seen("street", state="standing")) == ([cards[1]], [whole, cards[0]])

    def test_a_card_shows_its_ladder_and_offers_an_appeal(self, world: World) -> None:
        case, (yellow, red) = carded(world, "yellow", "red")
        page = self.get(world, "agency", f"/cards/{red.pk}/")
        assert f'href="/cases/{case.number}/act/appeal/?card={red.pk}' in page
        assert "上报升级" in page
        assert f'href="/cards/{yellow.pk}/"' in page
        assert "act/appeal/" not in self.get(world, "street", f"/cards/{red.pk}/")
        world.at = red.done_at + BY_POLICY + timedelta(minutes=1)
        assert "act/appeal/" not in self.get(world, "agency", f"/cards/{red.pk}/")
        with clock.frozen(world.at), pytest.raises(NotVisible):
            card_detail(world["agency_b"], red.pk, at=world.at)

    def test_evidence_hangs_on_the_appeal(self, world: World) -> None:
        case, (red,) = carded(world, "red")
        client = client_of(world["agency"])
        body = {"note": "封路照片为证", "card": red.pk, "version": case.version, "photos": photo_file()}
        with clock.frozen(world.tick()):
            answer = client.post(f"/cases/{case.number}/act/appeal/", body)
        assert answer.status_code == 302
        photo = Attachment.objects.get(target_kind="card_appeal")
        assert photo.target_id == CardAppeal.objects.get().pk
        page = self.get(world, "street", f"/cards/{red.pk}/")
        assert f"/attachments/{photo.pk}/small/" in page
        assert f"act/decide_appeal/?appeal={photo.target_id}" in page

    def test_a_filter_that_does_not_exist_is_named(self, world: World) -> None:
        client = client_of(world["street"])
        assert client.get("/cards/?kind=blue").status_code == 400
        assert client.get("/cards/999999/").status_code == 404

    def test_a_ruling_is_told_in_the_timeline(self, world: World) -> None:
        case, (red,) = carded(world, "red")
        world.move(case, "appeal", "agency", note="请撤销")
        world.move(case, "decide_appeal", "street", upheld=True, note="属实")
        page = self.get(world, "agency", f"/cases/{case.number}/")
        assert "市容管理办申诉成立，撤销处置红牌" in page
        assert "红牌：市容管理办 超过时限（已撤销）" in page
        assert shanghai("2026-03-02 09:30") < red.done_at
