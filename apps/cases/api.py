"""``/api/v1/``: categories, agencies and cases (``spec/interfaces.md``)."""

from datetime import date
from typing import cast

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.cases import selectors, services
from apps.cases.actions import Action
from apps.cases.api_archive import urlpatterns as archive
from apps.cases.api_follow_ups import urlpatterns as follow_ups
from apps.cases.api_hard import urlpatterns as hard
from apps.cases.api_results import urlpatterns as results
from apps.cases.choices import Card, CaseState, Source, Urgency
from apps.cases.inputs import action_inputs, list_wanted, photo_inputs, report_inputs
from apps.cases.serializers import (
    AgencyPageSerializer,
    AgencySerializer,
    CasePageSerializer,
    CaseRowSerializer,
    CaseSerializer,
    CategoryPageSerializer,
    CategorySerializer,
    EventPageSerializer,
    EventSerializer,
    PhotoSerializer,
)
from apps.cases.serializers_in import ActionSerializer, PhotoInputSerializer, ReportSerializer
from apps.cases.webhooks.api import urlpatterns as webhooks
from apps.core import clock
from apps.core.api_pages import page_answer, page_size
from apps.core.errors import NotAllowed
from apps.core.idempotency import answer_once
from apps.core.keyset import KeysetPage
from apps.grid.permissions import Permission
from apps.grid.scopes import holds

PAGING = [OpenApiParameter("cursor", str), OpenApiParameter("size", int)]
SOUGHT = (
    "a case number or its beginning; words that title, description or address hold, any two or more characters; or the"
    " whole phone of a resident who reported"
)
NARROWING = [
    OpenApiParameter("state", str, enum=CaseState.values, description="several with commas between them, or repeated"),
    OpenApiParameter("unit", str, description="code of a unit: the cases that lie in it"),
    OpenApiParameter("category", str, description="key of a category, for a branch all below it"),
    OpenApiParameter("holder", str, description="code of the agency that holds the case"),
    OpenApiParameter("card", str, enum=[card.value for card in Card if card.value]),
    OpenApiParameter("supervised", bool, description="only cases under supervision"),
    OpenApiParameter("source", str, enum=Source.values),
    OpenApiParameter("urgency", str, enum=Urgency.values),
    OpenApiParameter("from", date, description="first day of the report, in Shanghai"),
    OpenApiParameter("to", date, description="last day of the report, in Shanghai"),
    OpenApiParameter("q", str, description=SOUGHT),
]
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)


def _user(request: Request) -> User:
    return cast(User, request.user)


def _shown(request: Request, number: str, status: int = 200) -> Response:
    """The case as the caller sees it now."""
    return _answer(selectors.case_seen_by(_user(request), number), status=status)


def _answer(seen: selectors.CaseDetail, *, status: int) -> Response:
    return Response(CaseSerializer(seen.case, context={"seen": seen}).data, status=status)


class CategoryList(APIView):
    """The catalogue of what a case can be about."""

    @extend_schema(
        operation_id="categories_list",
        parameters=[OpenApiParameter("kind", str), OpenApiParameter("q", str), *PAGING],
        responses=CategoryPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """The leaves, by code; ``kind`` is component or event, ``q`` words of name or branch."""
        given = request.query_params
        page = selectors.category_page(
            offered=selectors.categories_offered(_user(request), on=clock.today()),
            kind=given.get("kind", ""),
            words=given.get("q", ""),
            cursor=given.get("cursor"),
            size=page_size(given, default=200, most=1000),
        )
        return page_answer(request, page, CategorySerializer(page.rows, many=True).data)


class AgencyList(APIView):
    """Whom a case can be given to."""

    @extend_schema(
        operation_id="agencies_list",
        parameters=[OpenApiParameter("unit", str), OpenApiParameter("category", str)],
        responses=AgencyPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """Agencies within the scope; with ``unit`` those its centre may dispatch to, with ``category`` those to whom
        the routing rules give it today, the fallback where nobody's duty is clear."""
        given = request.query_params
        category = selectors.category_by_key(given["category"]) if given.get("category") else None
        found = selectors.agencies_for(_user(request), on=clock.today(), unit=given.get("unit", ""), category=category)
        return page_answer(request, KeysetPage([], None, None), AgencySerializer(found, many=True).data)


class CaseList(APIView):
    """All cases of the caller's scope."""

    @extend_schema(
        operation_id="cases_list",
        parameters=[*NARROWING, *PAGING],
        responses=CasePageSerializer,
    )
    def get(self, request: Request) -> Response:
        """Open cases by limit, then finished ones, the last finished first; every filter given must hold."""
        wanted = list_wanted(request.query_params)
        cursor = request.query_params.get("cursor")
        page = selectors.case_page(_user(request), wanted, cursor=cursor, size=page_size(request.query_params))
        return page_answer(request, page, CaseRowSerializer(page.rows, many=True).data)

    @extend_schema(
        operation_id="cases_report", parameters=[KEY], request=ReportSerializer, responses={201: CaseSerializer}
    )
    def post(self, request: Request) -> Response:
        """Report a case; its unit follows from the point where none is named."""

        def report() -> Response:
            if not holds(_user(request), Permission.CASE_REPORT):
                raise NotAllowed
            case = services.report_case(
                actor=_user(request), at=clock.now(), **report_inputs(_user(request), request.data)
            )
            return _answer(selectors.case_just_reported(_user(request), case), status=201)

        return answer_once(request, report)


class CaseView(APIView):
    """One case."""

    @extend_schema(operation_id="cases_read", responses=CaseSerializer)
    def get(self, request: Request, number: str) -> Response:
        """The case with its legs and what the caller may do."""
        return _shown(request, number)


class CaseEvents(APIView):
    """What happened to a case."""

    @extend_schema(operation_id="cases_events", parameters=PAGING, responses=EventPageSerializer)
    def get(self, request: Request, number: str) -> Response:
        """Its events, oldest first."""
        cursor = request.query_params.get("cursor")
        size = page_size(request.query_params, default=200)
        page = selectors.event_page(_user(request), number, cursor=cursor, size=size)
        return page_answer(request, page, EventSerializer(page.rows, many=True).data)


class CaseAttachments(APIView):
    """The photos of a case."""

    @extend_schema(
        operation_id="cases_attach",
        parameters=[KEY],
        request={"multipart/form-data": PhotoInputSerializer},
        responses={201: PhotoSerializer},
    )
    def post(self, request: Request, number: str) -> Response:
        """Attach one photo; ``client_id`` makes a repeat harmless."""

        def attach() -> Response:
            inputs, wrong = photo_inputs(request.data)
            photo = services.attach_case_photo(
                number=number, actor=_user(request), at=clock.now(), wrong=wrong, **inputs
            )
            return Response(PhotoSerializer(photo).data, status=201)

        return answer_once(request, attach)


class CaseAction(APIView):
    """Moving a case one step."""

    @extend_schema(
        operation_id="cases_act",
        parameters=[
            KEY,
            OpenApiParameter("action", str, OpenApiParameter.PATH, enum=[action.value for action in Action]),
        ],
        request=ActionSerializer,
        responses=CaseSerializer,
    )
    def post(self, request: Request, number: str, action: str) -> Response:
        """Take an action; 409 carries the state and version that stand now."""

        def act() -> Response:
            inputs, wrong = action_inputs(action, request.data)
            case = services.perform(
                number=number, action=action, actor=_user(request), at=clock.now(), wrong=wrong, **inputs
            )
            return _shown(request, case.number)

        return answer_once(request, act)


urlpatterns = [
    path("categories/", CategoryList.as_view(), name="categories"),
    path("agencies/", AgencyList.as_view(), name="agencies"),
    path("cases/", CaseList.as_view(), name="cases"),
    path("cases/<str:number>/", CaseView.as_view(), name="case"),
    path("cases/<str:number>/events/", CaseEvents.as_view(), name="case-events"),
    path("cases/<str:number>/attachments/", CaseAttachments.as_view(), name="case-attachments"),
    path("cases/<str:number>/<str:action>/", CaseAction.as_view(), name="case-action"),
    *archive,
    *hard,
    *results,
    *follow_ups,
    *webhooks,
]
