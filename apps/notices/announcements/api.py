"""``GET /api/v1/announcements/``: what the caller received, and confirming it."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core import clock
from apps.core.api_pages import page_answer, page_size
from apps.core.idempotency import answer_once
from apps.notices.announcements import selectors, services
from apps.notices.announcements.models import Receipt


class AnnouncementSerializer(serializers.ModelSerializer[Receipt]):
    """An announcement with the caller's receipt; one taken back has no text any more."""

    id = serializers.IntegerField(source="announcement_id")
    title = serializers.CharField(source="announcement.title")
    text = serializers.SerializerMethodField()
    urgent = serializers.BooleanField(source="announcement.urgent")
    confirmation = serializers.BooleanField(
        source="announcement.confirmation", help_text="whether it counts as read only once it is confirmed"
    )
    unit = serializers.CharField(source="announcement.unit.code", help_text="code of the unit it is for")
    state = serializers.CharField(source="announcement.state", help_text="published or withdrawn")
    version = serializers.IntegerField(source="announcement.version")
    supersedes = serializers.IntegerField(source="announcement.supersedes_id", allow_null=True)
    superseded_at = serializers.DateTimeField(source="announcement.superseded_at", allow_null=True)
    valid_from = serializers.DateField(source="announcement.valid_from")
    valid_until = serializers.DateField(source="announcement.valid_until", allow_null=True)

    class Meta:
        model = Receipt
        fields = [
            "id",
            "title",
            "text",
            "urgent",
            "confirmation",
            "unit",
            "state",
            "version",
            "supersedes",
            "superseded_at",
            "valid_from",
            "valid_until",
            "published_at",
            "seen_at",
            "read_at",
        ]

    def get_text(self, receipt: Receipt) -> str:
        """The text, while it is not taken back."""
        return "" if receipt.announcement.withdrawn_at else receipt.announcement.text


class AnnouncementPageSerializer(serializers.Serializer[Any]):
    """A page of announcements with the links of its neighbours."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    unread = serializers.IntegerField(help_text="counting stops at 1000")
    results = AnnouncementSerializer(many=True)


class AnnouncementList(APIView):
    """What the caller received."""

    @extend_schema(
        operation_id="announcements_list",
        parameters=[OpenApiParameter("unread", bool), OpenApiParameter("size", int), OpenApiParameter("cursor", str)],
        responses=AnnouncementPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """Announcements to the caller, newest first; ``unread=true`` keeps those that wait to be read or confirmed.
        Listing them does not count as reading.
        """
        on = clock.today()
        unread = request.query_params.get("unread", "").lower() in {"1", "true"}
        page = selectors.own_page(
            request.user,
            on,
            unread=unread,
            cursor=request.query_params.get("cursor"),
            size=page_size(request.query_params),
        )
        return page_answer(
            request,
            page,
            AnnouncementSerializer(page.rows, many=True).data,
            unread=selectors.unread_count(request.user, on),
        )


class AnnouncementConfirm(APIView):
    """Confirming an announcement."""

    @extend_schema(operation_id="announcements_confirm", request=None, responses={200: AnnouncementSerializer})
    def post(self, request: Request, announcement_id: int) -> Response:
        """Confirm to have read one of the caller's announcements; doing so again changes nothing."""

        def confirmed() -> Response:
            receipt = services.confirm_announcement(user=request.user, announcement_id=announcement_id, at=clock.now())
            return Response(AnnouncementSerializer(receipt).data)

        return answer_once(request, confirmed)


urlpatterns = [
    path("announcements/", AnnouncementList.as_view(), name="announcements"),
    path("announcements/<int:announcement_id>/confirm/", AnnouncementConfirm.as_view(), name="announcement-confirm"),
]
