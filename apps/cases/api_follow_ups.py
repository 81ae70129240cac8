"""``/api/v1/follow-ups/``: whom to call and what was said; a call itself is the act ``follow_up`` of its case."""

from typing import cast

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.cases.calls import WhyCalled
from apps.cases.inputs import follow_ups_wanted
from apps.cases.models import FollowUp
from apps.cases.selectors.follow_ups import RESULTS, follow_up_page
from apps.cases.serializers import page_serializer
from apps.cases.serializers.case import PlaceSerializer, place_codes
from apps.core.api_pages import page_answer, page_size


class FollowUpSerializer(serializers.Serializer[FollowUp]):
    """One closing of a case that is followed up; never who reported it or his phone."""

    id = serializers.IntegerField(source="pk")
    case = serializers.CharField(source="case.number")
    title = serializers.CharField(source="case.title")
    place = serializers.SerializerMethodField()
    why = serializers.CharField(help_text="asked or drawn")
    state = serializers.CharField(help_text="waiting, reached, unreached or lapsed")
    desk = serializers.CharField(source="desk.code")
    agency = serializers.CharField(source="agency.code", help_text="the one that is judged")
    closed_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    call_on = serializers.DateField(help_text="the day from which to call")
    attempts_made = serializers.IntegerField()
    contacted = serializers.BooleanField(allow_null=True, help_text="whether the reporter was contacted in time")
    solved = serializers.BooleanField(allow_null=True)
    satisfied = serializers.BooleanField(allow_null=True)
    rejected = serializers.BooleanField(help_text="the reporter did not accept the result: it was reopened")
    said = serializers.CharField()
    ended_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(PlaceSerializer)
    def get_place(self, row: FollowUp) -> dict[str, str | None]:
        """The codes of the path."""
        return place_codes(row)


FollowUpPageSerializer = page_serializer("FollowUpPage", FollowUpSerializer)


class FollowUpList(APIView):
    """The follow-ups of the caller's scope."""

    @extend_schema(
        operation_id="follow_ups_list",
        parameters=[
            OpenApiParameter("done", bool, description="those that ended, instead of those that wait"),
            OpenApiParameter("unit", str, description="code of a unit"),
            OpenApiParameter("agency", str, description="code of the agency that is judged"),
            OpenApiParameter("why", str, enum=WhyCalled.values),
            OpenApiParameter("result", str, enum=list(RESULTS), description="of those that ended"),
            OpenApiParameter("cursor", str),
            OpenApiParameter("size", int),
        ],
        responses=FollowUpPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """Those that wait by their limits, or with ``done`` those that ended, the last first."""
        given = request.query_params
        page = follow_up_page(
            cast(User, request.user),
            follow_ups_wanted(given),
            done=given.get("done", "") in {"1", "true"},
            cursor=given.get("cursor"),
            size=page_size(given),
        )
        return page_answer(request, page, FollowUpSerializer(page.rows, many=True).data)


urlpatterns = [path("follow-ups/", FollowUpList.as_view(), name="follow-ups")]
