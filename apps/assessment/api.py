"""``/api/v1/scores/``: rankings, one score, and the rows behind a number (``spec/interfaces.md``)."""

from typing import Any, cast

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.assessment import presentation
from apps.assessment.selectors import api as lists
from apps.assessment.selectors import opened
from apps.assessment.serializers import (
    FactPageSerializer,
    FactSerializer,
    RowsQuerySerializer,
    ScoreDetailSerializer,
    ScorePageSerializer,
    ScoreQuerySerializer,
    ScoreSerializer,
)
from apps.core.api_pages import page_answer
from apps.core.errors import NotAllowed
from apps.grid.permissions import Permission
from apps.grid.scopes import holds


def _user(request: Request) -> User:
    return cast(User, request.user)


def _read(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return cast(dict[str, Any], serializer.validated_data)


class ScoreListView(APIView):
    """Scores of a month."""

    @extend_schema(operation_id="v1_scores_list", parameters=[ScoreQuerySerializer], responses=ScorePageSerializer)
    def get(self, request: Request) -> Response:
        """A page of one kind of subject, by rank; the latest published month where none is named."""
        user = _user(request)
        if not holds(user, Permission.SCORE_VIEW):
            raise NotAllowed
        wanted = _read(ScoreQuerySerializer(data=request.query_params))
        page = lists.score_page(user, **wanted)
        return page_answer(request, page, ScoreSerializer(page.rows, many=True).data)


class ScoreDetailView(APIView):
    """One score."""

    @extend_schema(responses=ScoreDetailSerializer)
    def get(self, request: Request, score_id: int) -> Response:
        """The score with its indicators; 404 outside the scope."""
        return Response(ScoreDetailSerializer(lists.score_with_items(_user(request), score_id)).data)


class ScoreRowsView(APIView):
    """The rows behind a number."""

    @extend_schema(parameters=[RowsQuerySerializer], responses=FactPageSerializer)
    def get(self, request: Request, score_id: int) -> Response:
        """A page of the rows of a numerator, a denominator, or the rest between them."""
        user = _user(request)
        opened.visible_score(user, score_id)
        wanted = _read(RowsQuerySerializer(data=request.query_params))
        code = wanted.pop("indicator")
        found = opened.open_number(user, score_id=score_id, code=code, **wanted)
        return page_answer(
            request,
            found.page,
            FactSerializer(presentation.rows(found), many=True).data,
            indicator=code,
            part=found.part,
            count=found.stored,
            now=found.now,
        )


urlpatterns = [
    path("scores/", ScoreListView.as_view(), name="score-list"),
    path("scores/<int:score_id>/", ScoreDetailView.as_view(), name="score"),
    path("scores/<int:score_id>/rows/", ScoreRowsView.as_view(), name="score-rows"),
]
