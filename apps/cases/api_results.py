"""``/api/v1/results/``: what everybody may read of handled cases, without a token."""

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.cases.hard_looks import PublicationLook, publication_looks
from apps.cases.inputs import results_wanted
from apps.cases.selectors.publication import results_page
from apps.cases.serializers import page_serializer
from apps.core.api_pages import page_answer, page_size

MOST = 100


class ResultPlaceSerializer(serializers.Serializer[PublicationLook]):
    """Where it was, never closer than the community."""

    street = serializers.CharField(source="publication.street.code", default=None, allow_null=True)
    community = serializers.CharField(source="publication.community.code", default=None, allow_null=True)
    name = serializers.CharField(source="place")


class ResultSerializer(serializers.Serializer[PublicationLook]):
    """One published result: no number of the case, no address, nobody's name."""

    id = serializers.IntegerField(source="publication.pk")
    title = serializers.CharField()
    category = serializers.CharField(source="publication.category.key")
    category_name = serializers.CharField(source="publication.category.label")
    place = ResultPlaceSerializer(source="*")
    result = serializers.CharField(source="words")
    reported_on = serializers.DateField(source="publication.reported_on")
    closed_on = serializers.DateField(source="publication.closed_on")
    published_at = serializers.DateTimeField(source="publication.published_at")


ResultPageSerializer = page_serializer("ResultPage", ResultSerializer)


class ResultList(APIView):
    """The published results."""

    permission_classes = [AllowAny]
    authentication_classes: list[type] = []

    @extend_schema(
        operation_id="results_list",
        parameters=[OpenApiParameter(name, str) for name in ("unit", "category", "month", "cursor")]
        + [OpenApiParameter("size", int)],
        responses=ResultPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """The last published first; ``unit`` is the code of a street or community, ``category`` the key of a branch or
        leaf, ``month`` such as ``2026-03``."""
        given = request.query_params
        page = results_page(results_wanted(given), cursor=given.get("cursor"), size=page_size(given, most=MOST))
        return page_answer(request, page, ResultSerializer(publication_looks(page.rows), many=True).data)


urlpatterns = [path("results/", ResultList.as_view(), name="results")]
