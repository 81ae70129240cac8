"""``/api/v1/archive/``: the files of finished cases within the caller's scope."""

from typing import cast

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.cases.inputs import archive_wanted
from apps.cases.models import CaseFile
from apps.cases.selectors.archive import FILES_SHOWN, archive_page
from apps.cases.serializers import page_serializer
from apps.cases.serializers.case import PlaceSerializer, place_codes
from apps.core.api_pages import page_answer, page_size


class CaseFileSerializer(serializers.Serializer[CaseFile]):
    """The file of one finished case: ``pieces`` says of each whether it is there, missing, or why it may be absent."""

    number = serializers.CharField(allow_null=True)
    case = serializers.CharField(source="case.number")
    title = serializers.CharField(source="case.title")
    category = serializers.CharField(source="category.key")
    place = serializers.SerializerMethodField()
    case_state = serializers.CharField(source="case.state")
    state = serializers.CharField()
    desk = serializers.CharField(source="desk.code")
    closed_at = serializers.DateTimeField()
    ripe_at = serializers.DateTimeField()
    archived_at = serializers.DateTimeField(allow_null=True)
    archived_by = serializers.CharField(
        source="archived_by.username", default=None, allow_null=True, help_text="null: put away by itself"
    )
    missing = serializers.ListField(child=serializers.CharField())
    reason = serializers.CharField(allow_blank=True)
    pieces = serializers.DictField(child=serializers.CharField())
    times_out = serializers.IntegerField()

    @extend_schema_field(PlaceSerializer)
    def get_place(self, file: CaseFile) -> dict[str, str | None]:
        """Where the case lay when it was finished."""
        return place_codes(file)


CaseFilePageSerializer = page_serializer("CaseFilePage", CaseFileSerializer)


class ArchiveList(APIView):
    """The files of finished cases."""

    @extend_schema(
        operation_id="archive_list",
        parameters=[
            OpenApiParameter("show", str, enum=list(FILES_SHOWN), description="ripe where left out"),
            *(OpenApiParameter(name, str) for name in ("unit", "category", "q", "cursor")),
            OpenApiParameter("year", int, description="of the number"),
            OpenApiParameter("size", int),
        ],
        responses=CaseFilePageSerializer,
    )
    def get(self, request: Request) -> Response:
        """``ripe``: what waits, the longest first; ``archived``: the register by number, the last first; ``out``: what
        is taken out."""
        given = request.query_params
        user = cast(User, request.user)
        page = archive_page(user, archive_wanted(given), cursor=given.get("cursor"), size=page_size(given))
        return page_answer(request, page, CaseFileSerializer(page.rows, many=True).data)


urlpatterns = [path("archive/", ArchiveList.as_view(), name="archive")]
