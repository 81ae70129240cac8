"""``/api/v1/special-list/``, ``joint-meetings/``, ``listed-hazards/``, ``samples/``: the lists of their pages."""

from typing import cast

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.cases.choices import HazardLevel
from apps.cases.inputs import hazards_wanted, special_wanted, unit_asked
from apps.cases.selectors.hazards import HAZARDS_SHOWN, hazard_page
from apps.cases.selectors.meetings import item_page, meeting_page
from apps.cases.selectors.samples import review_page, sample_page
from apps.cases.selectors.special import SHOWN, special_page
from apps.cases.serializers.hard import (
    HazardPageSerializer,
    HazardRowSerializer,
    MeetingItemPageSerializer,
    MeetingPageSerializer,
    MeetingRowSerializer,
    MeetingSerializer,
    SamplePageSerializer,
    SampleReviewPageSerializer,
    SampleReviewSerializer,
    SampleSerializer,
    SpecialPageSerializer,
    SpecialRowSerializer,
)
from apps.core import clock
from apps.core.api_pages import page_answer, page_size

PAGING = [OpenApiParameter("cursor", str), OpenApiParameter("size", int)]
UNIT = OpenApiParameter("unit", str, description="code of a unit: what lies in it")


def _user(request: Request) -> User:
    return cast(User, request.user)


class SpecialList(APIView):
    """The special list of the districts of the caller's scope."""

    @extend_schema(
        operation_id="special_list",
        parameters=[
            OpenApiParameter("show", str, enum=list(SHOWN), description="listed where left out"),
            OpenApiParameter("overdue", bool, description="only those whose control is past its day"),
            UNIT,
            *PAGING,
        ],
        responses=SpecialPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """Entries by next control, proposals by when they were made, ended ones the last first."""
        given = request.query_params
        wanted = special_wanted(given, day=clock.today())
        page = special_page(_user(request), wanted, cursor=given.get("cursor"), size=page_size(given))
        return page_answer(request, page, SpecialRowSerializer(page.rows, many=True).data)


class HazardList(APIView):
    """The major hazards listed in the caller's scope."""

    @extend_schema(
        operation_id="listed_hazards",
        parameters=[
            OpenApiParameter("show", str, enum=list(HAZARDS_SHOWN), description="standing where left out"),
            OpenApiParameter("level", str, enum=HazardLevel.values),
            UNIT,
            *PAGING,
        ],
        responses=HazardPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """Standing ones by the day they are due, accepted ones the last first."""
        given = request.query_params
        page = hazard_page(_user(request), hazards_wanted(given), cursor=given.get("cursor"), size=page_size(given))
        return page_answer(request, page, HazardRowSerializer(page.rows, many=True).data)


class MeetingList(APIView):
    """The joint meetings of the caller's scope."""

    @extend_schema(operation_id="joint_meetings", parameters=[UNIT, *PAGING], responses=MeetingPageSerializer)
    def get(self, request: Request) -> Response:
        """The latest week first."""
        given = request.query_params
        page = meeting_page(_user(request), unit=unit_asked(given), cursor=given.get("cursor"), size=page_size(given))
        return page_answer(request, page, MeetingSerializer(page.rows, many=True).data)


class MeetingItems(APIView):
    """The list of one joint meeting."""

    @extend_schema(operation_id="joint_meeting_items", parameters=PAGING, responses=MeetingItemPageSerializer)
    def get(self, request: Request, meeting_id: int) -> Response:
        """Its items by number."""
        given = request.query_params
        page = item_page(_user(request), meeting_id, cursor=given.get("cursor"), size=page_size(given))
        return page_answer(request, page, MeetingRowSerializer(page.rows, many=True).data)


class SampleList(APIView):
    """The samples of the units over which the caller supervises cases."""

    @extend_schema(operation_id="samples", parameters=[UNIT, *PAGING], responses=SamplePageSerializer)
    def get(self, request: Request) -> Response:
        """The last drawn first."""
        given = request.query_params
        page = sample_page(_user(request), unit=unit_asked(given), cursor=given.get("cursor"), size=page_size(given))
        return page_answer(request, page, SampleSerializer(page.rows, many=True).data)


class SampleReviews(APIView):
    """The cases of one sample with what was found."""

    @extend_schema(operation_id="sample_reviews", parameters=PAGING, responses=SampleReviewPageSerializer)
    def get(self, request: Request, sample_id: int) -> Response:
        """In the order in which they were written; a case is reviewed by its act ``review_sample``."""
        given = request.query_params
        page = review_page(_user(request), sample_id, cursor=given.get("cursor"), size=page_size(given))
        return page_answer(request, page, SampleReviewSerializer(page.rows, many=True).data)


urlpatterns = [
    path("special-list/", SpecialList.as_view(), name="special-list"),
    path("listed-hazards/", HazardList.as_view(), name="listed-hazards"),
    path("joint-meetings/", MeetingList.as_view(), name="joint-meetings"),
    path("joint-meetings/<int:meeting_id>/items/", MeetingItems.as_view(), name="joint-meeting-items"),
    path("samples/", SampleList.as_view(), name="samples"),
    path("samples/<int:sample_id>/reviews/", SampleReviews.as_view(), name="sample-reviews"),
]
