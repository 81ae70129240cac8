"""Signing in by form, by token and as a demonstration account; locked out after too many wrong passwords."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from apps.accounts.models import User
from tests.factories.accounts import client_of, make_user

PASSWORD = "correct horse battery"


def sign_in(client: Client, password: str) -> int:
    return client.post("/sign-in/", {"username": "zhou", "password": password}).status_code


@pytest.mark.django_db
def test_the_right_password_signs_in_and_leads_home() -> None:
    make_user("zhou", "周岚", PASSWORD)
    client = Client()
    response = client.post("/sign-in/", {"username": "zhou", "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/account/").status_code == 200


@pytest.mark.django_db
def test_five_wrong_passwords_lock_the_name_even_for_the_right_one() -> None:
    make_user("zhou", "周岚", PASSWORD)
    client = Client()
    assert [sign_in(client, "wrong") for _ in range(5)] == [200, 200, 200, 200, 429]
    assert sign_in(client, PASSWORD) == 429


@pytest.mark.django_db
def test_tokens_work_and_are_locked_out_like_the_form() -> None:
    make_user("zhou", "周岚", PASSWORD)
    client = Client()

    def ask(password: str) -> tuple[int, dict]:
        answer = client.post("/api/v1/auth/token/", {"username": "zhou", "password": password})
        return answer.status_code, answer.json()

    status, body = ask(PASSWORD)
    assert status == 200
    me = client.get("/api/v1/me/", headers={"Authorization": f"Token {body['token']}"}).json()
    assert me == {"username": "zhou", "name": "周岚", "roles": [], "agency": None}
    assert client.get("/api/v1/me/", headers={"Authorization": "Token nonsense"}).status_code == 401
    assert [ask("wrong")[0] for _ in range(5)] == [400, 400, 400, 400, 429]
    assert ask(PASSWORD)[1]["type"] == "/api/problems/too-many-attempts"


@pytest.mark.django_db
def test_demo_accounts_are_offered_and_usable_only_where_the_demo_is_on(settings) -> None:
    make_user("worker", "王敏", is_demo=True)
    assert b'value="worker"' in Client().get("/sign-in/").content
    assert Client().post("/sign-in/", {"demo": "worker"}).status_code == 302
    settings.DEMO = False
    assert b'value="worker"' not in Client().get("/sign-in/").content
    assert Client().post("/sign-in/", {"demo": "worker"}).status_code == 200


@pytest.mark.django_db
def test_an_ordinary_account_is_never_a_demo_account() -> None:
    make_user("worker", "王敏")
    client = Client()
    assert client.post("/sign-in/", {"demo": "worker"}).status_code == 200
    assert client.get("/account/").status_code == 302


@pytest.mark.django_db
def test_the_language_is_kept_and_never_leads_off_the_site() -> None:
    user = make_user()
    client = client_of(user)
    response = client.post("/language/", {"language": "en", "next": "https://example.com/"})
    assert (response["Location"], client.cookies["django_language"].value) == ("/", "en")
    user.refresh_from_db()
    assert user.language == "en"
    assert client.post("/language/", {"language": "xx"}).status_code == 400


@pytest.mark.django_db
def test_nobody_can_be_a_superuser() -> None:
    with pytest.raises(IntegrityError, match="accounts_user_no_superuser"), transaction.atomic():
        make_user(is_superuser=True)
    assert User.objects.count() == 0
