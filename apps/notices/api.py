"""``GET /api/v1/notices/``: the caller's inbox, and marking as read."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core import clock
from apps.core.errors import InvalidInput
from apps.core.keyset import KeysetPage
from apps.notices import selectors, services
from apps.notices.announcements.api import urlpatterns as announcements
from apps.notices.models import Notice

DEFAULT_SIZE = 50
MOST = 200


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    """A notice in the caller's language."""

    title = serializers.CharField(source="title_text")
    body = serializers.CharField(source="body_text")

    class Meta:
        model = Notice
        fields = ["id", "kind", "urgent", "title", "body", "url", "created_at", "read_at"]


class NoticePageSerializer(serializers.Serializer[Any]):
    """A page of notices with the links of its neighbours."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    unread = serializers.IntegerField(help_text="counting stops at 1000")
    results = NoticeSerializer(many=True)


class NoticeList(APIView):
    """The caller's own inbox."""

    @extend_schema(
        operation_id="notices_list",
        parameters=[
            OpenApiParameter("unread", bool),
            OpenApiParameter("size", int),
            OpenApiParameter("cursor", str),
        ],
        responses=NoticePageSerializer,
    )
    def get(self, request: Request) -> Response:
        """Notices, newest first; ``unread=true`` keeps those not read yet."""
        size = _size(request.query_params.get("size"))
        only_unread = request.query_params.get("unread", "").lower() in {"1", "true"}
        cursor = request.query_params.get("cursor")
        page = selectors.inbox_page(request.user, unread=only_unread, cursor=cursor, size=size)
        return Response(
            {
                "next": _link(request, page, "next"),
                "previous": _link(request, page, "previous"),
                "unread": selectors.unread_count(request.user),
                "results": NoticeSerializer(page.rows, many=True).data,
            }
        )


class NoticeRead(APIView):
    """Taking a notice as read."""

    @extend_schema(operation_id="notices_read", request=None, responses={204: None})
    def post(self, request: Request, notice_id: int) -> Response:
        """Take one of the caller's notices as read; doing so again changes nothing."""
        services.mark_read(user=request.user, at=clock.now(), notice_id=notice_id)
        return Response(status=204)


def _size(given: str | None) -> int:
    if given is None:
        return DEFAULT_SIZE
    if not given.isdecimal() or len(given) > 6 or not 1 <= int(given) <= MOST:
        raise InvalidInput(fields={"size": [f"1–{MOST}"]})
    return int(given)


def _link(request: Request, page: KeysetPage[Notice], which: str) -> str | None:
    cursor = getattr(page, which)
    if cursor is None:
        return None
    params = request.query_params.copy()
    params["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{params.urlencode()}")


urlpatterns = [
    path("notices/", NoticeList.as_view(), name="notices"),
    path("notices/<int:notice_id>/read/", NoticeRead.as_view(), name="notice-read"),
    *announcements,
]
