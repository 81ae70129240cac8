"""Writes sent again: one effect, one answer."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from apps.core import clock
from apps.core.errors import InvalidInput
from apps.core.idempotency import answer_once
from apps.core.models import IdempotencyKey
from tests.factories.accounts import make_user


class Counter(APIView):
    """Counts how often it really ran."""

    runs = 0

    def post(self, request: Any) -> Response:
        return answer_once(request, self.run)

    def run(self) -> Response:
        type(self).runs += 1
        if self.request.data.get("bad"):
            raise InvalidInput(fields={"bad": ["no"]})
        return Response({"run": type(self).runs, "given": self.request.data["n"]}, status=201)


@pytest.fixture
def send() -> Any:
    Counter.runs = 0

    def call(user: Any, key: str, **body: Any) -> Response:
        request = APIRequestFactory().post("/x/", body, format="json", headers={"Idempotency-Key": key} if key else {})
        force_authenticate(request, user)
        response = Counter.as_view()(request)
        response.render()
        return response

    return call


@pytest.mark.django_db
def test_a_repeat_gets_the_first_answer_and_says_so(send: Any) -> None:
    user = make_user()
    first, second = send(user, "k1", n=1), send(user, "k1", n=1)
    assert (first.status_code, first.data) == (201, {"run": 1, "given": 1})
    assert (second.status_code, second.data) == (201, {"run": 1, "given": 1})
    assert "Idempotent-Replay" not in first
    assert second["Idempotent-Replay"] == "true"
    assert Counter.runs == 1


@pytest.mark.django_db
def test_the_same_key_with_another_body_is_refused(send: Any) -> None:
    user = make_user()
    send(user, "k1", n=1)
    refused = send(user, "k1", n=2)
    assert (refused.status_code, refused.data["title"]) == (409, "idempotency-mismatch")
    assert Counter.runs == 1


@pytest.mark.django_db
def test_keys_of_different_people_and_calls_without_a_key_are_apart(send: Any) -> None:
    send(make_user(), "k1", n=1)
    send(make_user(), "k1", n=1)
    user = make_user()
    send(user, "", n=1)
    send(user, "", n=1)
    assert Counter.runs == 4


@pytest.mark.django_db
def test_a_refusal_is_not_kept(send: Any) -> None:
    user = make_user()
    assert send(user, "k1", n=1, bad=True).status_code == 400
    assert send(user, "k1", n=1).status_code == 201


@pytest.mark.django_db
def test_a_key_too_long_is_refused_by_name(send: Any) -> None:
    refused = send(make_user(), "k" * 201, n=1)
    assert (refused.status_code, list(refused.data["errors"])) == (400, ["Idempotency-Key"])


@pytest.mark.django_db
def test_only_successes_can_be_stored() -> None:
    with pytest.raises(IntegrityError, match="core_idempotencykey_only_success"), transaction.atomic():
        IdempotencyKey.objects.create(
            user=make_user(), key="k", fingerprint=b"x", status=404, body={}, created_at=clock.now()
        )
