"""``GET /api/v1/notices/``: the caller's inbox, and marking as read."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core import clock
from apps.core.api_pages import page_answer, page_size
from apps.notices import selectors, services
from apps.notices.announcements.api import urlpatterns as announcements
from apps.notices.models import Notice


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
        size = page_size(request.query_params)
        only_unread = request.query_params.get("unread", "").lower() in {"1", "true"}
        cursor = request.query_params.get("cursor")
        page = selectors.inbox_page(request.user, unread=only_unread, cursor=cursor, size=size)
        return page_answer(
            request, page, NoticeSerializer(page.rows, many=True).data, unread=selectors.unread_count(request.user)
        )


class NoticeRead(APIView):
    """Taking a notice as read."""

    @extend_schema(operation_id="notices_read", request=None, responses={204: None})
    def post(self, request: Request, notice_id: int) -> Response:
        """Take one of the caller's notices as read; doing so again changes nothing."""
        services.mark_read(user=request.user, at=clock.now(), notice_id=notice_id)
        return Response(status=204)


urlpatterns = [
    path("notices/", NoticeList.as_view(), name="notices"),
    path("notices/<int:notice_id>/read/", NoticeRead.as_view(), name="notice-read"),
    *announcements,
]
