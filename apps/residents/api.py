"""``/api/v1/residents/``: list, add, one, find by number, reveal; ``/api/v1/residences/{id}/move-out/``."""

from collections.abc import Mapping
from typing import cast

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.core import clock
from apps.core.api_pages import page_answer, page_size
from apps.core.errors import InvalidInput, NotAllowed
from apps.core.idempotency import answer_once
from apps.grid.permissions import Permission
from apps.grid.scopes import holds
from apps.residents import selectors, services
from apps.residents.serializers import (
    MoveOutSerializer,
    NewResidentSerializer,
    NumberSerializer,
    PurposeSerializer,
    ResidenceSerializer,
    ResidentPageSerializer,
    ResidentSerializer,
    RevealedSerializer,
)


def _user(request: Request) -> User:
    return cast(User, request.user)


def _check(user: User, permission: Permission) -> None:
    if not holds(user, permission):
        raise NotAllowed


class ResidentList(APIView):
    """The residents within the caller's scope."""

    @extend_schema(
        operation_id="residents_list",
        parameters=[OpenApiParameter(name, str) for name in ("unit", "q", "kind", "sort", "cursor")]
        + [OpenApiParameter("size", int)],
        responses=ResidentPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """A page of residents by name; ``unit`` narrows to a subtree, ``q`` to a part of the name or address."""
        user = _user(request)
        _check(user, Permission.RESIDENT_VIEW)
        asked = request.query_params
        unit = selectors.unit_in_scope(user, asked["unit"]) if asked.get("unit") else None
        wanted = selectors.Wanted(
            unit=unit, words=asked.get("q", ""), kind=asked.get("kind", ""), sort=asked.get("sort", "name")
        )
        page = selectors.list_residents(user, wanted, cursor=asked.get("cursor"), size=page_size(asked))
        return page_answer(request, page, ResidentSerializer(page.rows, many=True).data)

    @extend_schema(operation_id="residents_add", request=NewResidentSerializer, responses={201: ResidentSerializer})
    def post(self, request: Request) -> Response:
        """Add a person at a dwelling of a grid, the dwelling too where it is new; a repeat answers the first result."""
        user = _user(request)
        code = _text(request, "grid")
        grid = selectors.unit_in_scope(user, code) if code else None
        _check(user, Permission.RESIDENT_EDIT)

        def handler() -> Response:
            given = NewResidentSerializer(data=request.data)
            given.is_valid(raise_exception=True)
            if grid is None:
                raise InvalidInput
            residence = services.register_resident(actor=user, grid=grid, at=clock.now(), **given.arguments())
            return Response(ResidentSerializer(selectors.resident(user, residence.person_id)).data, status=201)

        return answer_once(request, handler)


class ResidentDetail(APIView):
    """One resident."""

    @extend_schema(operation_id="residents_one", responses=ResidentSerializer)
    def get(self, request: Request, person_id: int) -> Response:
        """One resident within the scope, numbers masked."""
        return Response(ResidentSerializer(selectors.resident(_user(request), person_id)).data)


class ResidentFind(APIView):
    """Looking for a whole number."""

    @extend_schema(operation_id="residents_find", request=NumberSerializer, responses=ResidentSerializer(many=True))
    def post(self, request: Request) -> Response:
        """The residents within the scope with exactly this identity number or phone."""
        user = _user(request)
        _check(user, Permission.RESIDENT_VIEW)
        given = NumberSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        persons = selectors.find_by_number(user, given.validated_data["number"])
        return Response(ResidentSerializer(persons, many=True).data)


class ResidentReveal(APIView):
    """Full numbers of one resident."""

    @extend_schema(operation_id="residents_reveal", request=PurposeSerializer, responses=RevealedSerializer)
    def post(self, request: Request, person_id: int) -> Response:
        """The full identity number and phone, for a stated purpose; every call is recorded and none is stored."""
        purpose = _text(request, "purpose")
        revealed = services.reveal_identity(actor=_user(request), person_id=person_id, purpose=purpose, at=clock.now())
        return Response(RevealedSerializer(revealed).data, headers={"Cache-Control": "no-store"})


class ResidenceMoveOut(APIView):
    """Moving out."""

    @extend_schema(operation_id="residences_move_out", request=MoveOutSerializer, responses=ResidenceSerializer)
    def post(self, request: Request, residence_id: int) -> Response:
        """End a residence after ``last_day``."""
        user = _user(request)

        def handler() -> Response:
            selectors.residence(user, residence_id)
            given = MoveOutSerializer(data=request.data)
            given.is_valid(raise_exception=True)
            residence = services.move_out(
                actor=user, residence_id=residence_id, last_day=given.validated_data["last_day"], at=clock.now()
            )
            return Response(ResidenceSerializer(residence).data)

        return answer_once(request, handler)


def _text(request: Request, name: str) -> str:
    """A text of the body, empty where there is none that can be stored."""
    value = request.data.get(name, "") if isinstance(request.data, Mapping) else ""
    return value if isinstance(value, str) and "\0" not in value else ""


urlpatterns = [
    path("residents/", ResidentList.as_view(), name="residents"),
    path("residents/find/", ResidentFind.as_view(), name="residents-find"),
    path("residents/<int:person_id>/", ResidentDetail.as_view(), name="resident"),
    path("residents/<int:person_id>/reveal/", ResidentReveal.as_view(), name="resident-reveal"),
    path("residences/<int:residence_id>/move-out/", ResidenceMoveOut.as_view(), name="residence-move-out"),
]
