"""``logs/``: filing and reading daily logs."""

import uuid
from typing import cast

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.core import clock
from apps.core.api_pages import page_answer
from apps.core.idempotency import answer_once
from apps.inspections import selectors, services
from apps.inspections.serializers import (
    LogFilterSerializer,
    LogPageSerializer,
    LogSerializer,
    NewLogSerializer,
    NewLogShape,
)


class LogList(APIView):
    """The logs the caller sees."""

    @extend_schema(operation_id="logs_list", parameters=[LogFilterSerializer], responses=LogPageSerializer)
    def get(self, request: Request) -> Response:
        """Filed logs within the scope and one's own, the latest day first; ``worker`` is a username."""
        selectors.require_log_right(_user(request))
        wanted = LogFilterSerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        given = wanted.validated_data
        page = selectors.log_page(
            _user(request),
            unit_code=given["unit"],
            worker=given["worker"],
            day=given["date"],
            cursor=given["cursor"],
            size=given["size"],
        )
        return page_answer(request, page, LogSerializer(page.rows, many=True).data)

    @extend_schema(
        operation_id="logs_create",
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
        request=NewLogShape,
        responses={201: LogSerializer},
    )
    def post(self, request: Request) -> Response:
        """Hand in the log of a day; a repeat of the same ``client_id`` and content answers the first result."""
        return answer_once(request, lambda: self._file(request))

    def _file(self, request: Request) -> Response:
        user = _user(request)
        selectors.logging_unit(user)
        shape = NewLogSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        given = shape.validated_data
        unit = selectors.unit_in_scope(user, given["unit"]) if given.get("unit") else None
        log = services.file_log(
            actor=user,
            client_id=given["client_id"],
            date=given["date"],
            entries=given["entries"],
            phone_at=given.get("phone_at"),
            unit=unit,
            at=clock.now(),
        )
        return Response(LogSerializer(selectors.log_detail(user, log.client_id)).data, status=201)


class LogDetail(APIView):
    """One log."""

    @extend_schema(operation_id="logs_read", responses=LogSerializer)
    def get(self, request: Request, client_id: uuid.UUID) -> Response:
        """The log with its entries and its review."""
        return Response(LogSerializer(selectors.log_detail(_user(request), client_id)).data)


def _user(request: Request) -> User:
    return cast(User, request.user)


urlpatterns = [
    path("logs/", LogList.as_view(), name="logs"),
    path("logs/<uuid:client_id>/", LogDetail.as_view(), name="log"),
]
