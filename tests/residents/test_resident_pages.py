"""The ledger's pages: what they show, what they never show, and what they answer to those who may not."""

from datetime import date

import pytest
from django.urls import reverse

from apps.residents.models import Dwelling, Person, Residence, ResidentEvent
from tests.factories.accounts import client_of
from tests.factories.residents import add_dwelling, add_resident, identity_number, particulars, stay

pytestmark = pytest.mark.django_db

LIST = "/residents/"
ADD = "/residents/add/"
FIND = "/residents/find/"
REVEALS = "/residents/reveals/"


def entry(**changes):
    return {
        "building": "玉兰路 3 号",
        "entrance": "",
        "room": "501",
        "name": "李强",
        "document": "id_card",
        "identity": identity_number(),
        "phone": "13812345678",
        "sex": "",
        "birth_date": "",
        "kind": "registered",
        "relation": "head",
        "since": "2020-05-01",
    } | changes


@pytest.fixture
def living(tree, people):
    return add_resident(tree.grids[0], people.worker, who=particulars(name="欧阳敏", phone="13812345678"))


def page_of(residence, name="resident"):
    return reverse(f"residents:{name}", args=[residence.person_id])


@pytest.mark.parametrize("path", [LIST, ADD, REVEALS, "/residents/1/", "/residents/1/reveal/"])
def test_strangers_to_the_product_sign_in_first(client, db, path):
    answer = client.get(path)
    assert answer.status_code == 302
    assert "next=" in answer["Location"]


@pytest.mark.parametrize(
    ("who", "list_", "add", "person", "reveal", "reveals"),
    [
        ("worker", 200, 200, 200, 403, 403),
        ("station", 200, 200, 200, 403, 403),
        ("clerk", 200, 200, 200, 200, 403),
        ("neighbour", 200, 200, 404, 404, 403),
        ("stranger", 200, 200, 404, 404, 403),
        ("dispatcher", 403, 403, 404, 404, 403),
        ("system", 403, 403, 404, 404, 403),
        ("auditor", 403, 403, 404, 404, 200),
    ],
)
def test_who_gets_which_page(people, living, who, list_, add, person, reveal, reveals):
    client = client_of(getattr(people, who))
    paths = (LIST, ADD, page_of(living), page_of(living, "reveal"), REVEALS)
    assert [client.get(path).status_code for path in paths] == [list_, add, person, reveal, reveals]


def test_lists_and_pages_show_masked_numbers_only(people, living):
    number = living.person.identity
    client = client_of(people.worker)
    for path in (LIST, page_of(living)):
        text = client.get(path).content.decode()
        assert "欧阳敏" in text
        assert f"{number[:6]}********{number[-4:]}" in text
        assert "138****5678" in text
        for secret in (number, number[6:14], "13812345678", living.person.birth_date.isoformat()):
            assert secret not in text


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_page_costs_the_same_for_one_and_three(tree, people, count, django_assert_num_queries):
    for _number in range(count):
        add_resident(tree.grids[0], people.worker)
    client = client_of(people.worker)
    client.get(LIST)
    with django_assert_num_queries(10):
        assert client.get(LIST).content.decode().count("data-href-row") == count


@pytest.mark.parametrize("count", [1, 3])
def test_a_persons_page_costs_the_same_for_one_and_three_of_a_family(tree, people, count, django_assert_num_queries):
    head = add_resident(tree.grids[0], people.worker)
    for _number in range(count):
        add_resident(
            tree.grids[0], people.worker, who=particulars(), dwelling=head.dwelling, living=stay(relation="child")
        )
    client = client_of(people.worker)
    client.get(page_of(head))
    with django_assert_num_queries(11):
        assert client.get(page_of(head)).status_code == 200


def test_filters_show_as_chips_that_can_be_removed(tree, people, living):
    client = client_of(people.clerk)
    text = client.get(LIST, {"q": "欧阳", "kind": "registered", "unit": tree.grids[0].code}).content.decode()
    assert text.count('class="filter-chip"') == 3
    assert "data-href-row" in text
    empty = client.get(LIST, {"q": "不存在"}).content.decode()
    assert "没有符合条件的居民" in empty


def test_an_empty_ledger_says_what_to_do(people):
    text = client_of(people.worker).get(LIST).content.decode()
    assert "还没有登记居民" in text
    assert f'href="{ADD}"' in text


def test_a_unit_out_of_scope_is_not_found(tree, people):
    client = client_of(people.clerk)
    for path in (LIST, ADD):
        assert client.get(path, {"unit": tree.streets[1].code}).status_code == 404
        assert client.get(path, {"unit": "1"}).status_code == 404


def test_a_damaged_cursor_is_refused(people):
    assert client_of(people.worker).get(LIST, {"cursor": "x"}).status_code == 400


def test_words_go_to_the_list_with_its_filters(people):
    answer = client_of(people.worker).post(FIND, {"q": "欧阳", "kind": "floating"})
    assert answer.status_code == 302
    assert answer["Location"] == "/residents/?kind=floating&q=%E6%AC%A7%E9%98%B3"


def test_a_whole_number_leads_to_the_person_and_never_into_an_address(people, living):
    answer = client_of(people.worker).post(FIND, {"q": living.person.identity})
    assert (answer.status_code, answer["Location"]) == (302, page_of(living))
    unknown = client_of(people.neighbour).post(FIND, {"q": living.person.identity})
    assert unknown.status_code == 200
    assert "没有这个号码" in unknown.content.decode()
    assert living.person.identity not in unknown.content.decode()


def test_a_phone_of_two_people_lists_both(tree, people, living):
    other = add_resident(tree.grids[0], people.worker, who=particulars(name="李小", phone="13812345678"))
    text = client_of(people.worker).post(FIND, {"q": "13812345678"}).content.decode()
    assert page_of(living) in text
    assert page_of(other) in text


def test_the_grid_is_chosen_level_by_level(tree, people):
    client = client_of(people.clerk)
    first = client.get(ADD).content.decode()
    assert f"?unit={tree.communities[0].code}" in first
    second = client.get(ADD, {"unit": tree.communities[0].code}).content.decode()
    assert f"?unit={tree.grids[1].code}" in second
    assert 'name="identity"' in client.get(ADD, {"unit": tree.grids[1].code}).content.decode()


def test_a_resident_is_added(tree, people):
    client = client_of(people.worker)
    answer = client.post(f"{ADD}?unit={tree.grids[0].code}", entry())
    residence = Residence.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, page_of(residence))
    assert (residence.person.name, residence.dwelling.address, residence.since) == (
        "李强",
        "玉兰路 3 号 501",
        date(2020, 5, 1),
    )
    assert residence.created_by == people.worker


def test_wrong_input_is_shown_beside_its_field_and_nothing_is_lost(people):
    answer = client_of(people.worker).post(ADD, entry(identity="310106195803040021", room=""))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"room"}
    answer = client_of(people.worker).post(ADD, entry(identity="310106195803040021", phone="12"))
    assert answer.context["form"].errors == {
        "identity": ["身份证号码校验不通过，请核对每一位。"],
        "phone": ["请填写手机号或带区号的固定电话。"],
    }
    text = answer.content.decode()
    assert 'value="玉兰路 3 号"' in text
    assert 'href="#id_identity"' in text
    assert Dwelling.objects.count() == 0


def test_a_person_registered_elsewhere_is_an_error_of_the_number(tree, people, living):
    given = entry(identity=living.person.identity, name="欧阳敏")
    answer = client_of(people.worker).post(ADD, given)
    assert answer.context["form"].errors == {"identity": ["该证件号码已有户籍登记，须先办理迁出。"]}
    assert Residence.objects.count() == 1


def test_nothing_is_added_in_a_grid_out_of_scope(tree, people):
    answer = client_of(people.worker).post(f"{ADD}?unit={tree.grids[1].code}", entry())
    assert answer.status_code == 404
    assert Person.objects.count() == 0


def test_a_reveal_by_the_clerk(people, living):
    client = client_of(people.clerk)
    path = page_of(living, "reveal")
    assert living.person.identity not in client.get(path).content.decode()
    short = client.post(path, {"purpose": "看"})
    assert short.status_code == 422
    assert living.person.identity not in short.content.decode()
    answer = client.post(path, {"purpose": "核对高龄津贴"})
    assert living.person.identity in answer.content.decode()
    assert "13812345678" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert [event.payload for event in ResidentEvent.objects.filter(action="reveal")] == [{"purpose": "核对高龄津贴"}]


def test_a_reveal_in_the_dialog_is_a_fragment(people, living):
    client = client_of(people.clerk)
    answer = client.post(page_of(living, "reveal"), {"purpose": "核对高龄津贴"}, headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert living.person.identity in text
    assert "<html" not in text


@pytest.mark.parametrize(("who", "status"), [("worker", 403), ("stranger", 404), ("system", 404)])
def test_a_refused_reveal_shows_and_records_nothing(people, living, who, status):
    answer = client_of(getattr(people, who)).post(page_of(living, "reveal"), {"purpose": "核对高龄津贴"})
    assert answer.status_code == status
    assert living.person.identity not in answer.content.decode()
    assert not ResidentEvent.objects.filter(action="reveal").exists()


def test_the_auditor_reads_who_saw_what_and_why(people, living):
    client_of(people.clerk).post(page_of(living, "reveal"), {"purpose": "核对高龄津贴"})
    text = client_of(people.auditor).get(REVEALS).content.decode()
    for words in ("clerk", "欧阳敏", "核对高龄津贴"):
        assert words in text
    assert living.person.identity not in text


def test_moving_out_by_the_page(people, living):
    path = reverse("residents:move-out", args=[living.pk])
    client = client_of(people.worker)
    wrong = client.post(path, {"last_day": "2019-01-01"})
    assert wrong.status_code == 422
    assert wrong.context["form"].errors == {"last_day": ["迁出日期须在入住日期与今天之间。"]}
    answer = client.post(path, {"last_day": "2024-06-30"})
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    living.refresh_from_db()
    assert living.until == date(2024, 6, 30)
    assert client.post(path, {"last_day": "2024-06-30"}).status_code == 409


@pytest.mark.parametrize("who", ["neighbour", "stranger", "dispatcher"])
def test_nobody_beside_moves_people_out_by_the_page(people, living, who):
    path = reverse("residents:move-out", args=[living.pk])
    assert client_of(getattr(people, who)).post(path, {"last_day": "2024-06-30"}).status_code == 404
    assert client_of(getattr(people, who)).post(path, {"last_day": ""}).status_code == 404


def test_a_family_and_a_former_home_stand_on_the_page(tree, people, living):
    add_resident(
        tree.grids[0],
        people.worker,
        who=particulars(name="李小"),
        dwelling=living.dwelling,
        living=stay(relation="child"),
    )
    client = client_of(people.worker)
    assert "李小" in client.get(page_of(living)).content.decode()
    client.post(reverse("residents:move-out", args=[living.pk]), {"last_day": "2024-06-30"})
    new_home = add_dwelling(tree.grids[0], people.worker, building="海棠路 9 号")
    again = particulars(name="欧阳敏", identity=living.person.identity)
    add_resident(tree.grids[0], people.worker, who=again, dwelling=new_home, living=stay(since=date(2024, 7, 1)))
    text = client.get(page_of(living)).content.decode()
    assert "海棠路 9 号" in text
    assert living.dwelling.address in text
    assert "李小" not in text


def test_the_pages_speak_english_when_asked(people, living):
    client = client_of(people.worker, headers={"Accept-Language": "en"})
    client.cookies["django_language"] = "en"
    text = client.get(LIST).content.decode()
    assert "Residents" in text
    assert "Registered" in text
