"""``/api/v1/units/``: units, where a point lies, boundaries (``spec/interfaces.md``)."""

from typing import Any, cast

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.core import clock
from apps.core.api_pages import page_answer
from apps.core.errors import NotVisible
from apps.core.idempotency import answer_once
from apps.core.keyset import KeysetPage
from apps.grid import checks, selectors, services
from apps.grid.geometry import to_geojson
from apps.grid.overlays import points_in
from apps.grid.permissions import Permission
from apps.grid.serializers import (
    BoundarySerializer,
    OutlineSerializer,
    PointSerializer,
    UnitPageSerializer,
    UnitQuerySerializer,
    UnitSerializer,
)


def _user(request: Request) -> User:
    return cast(User, request.user)


def _read(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return cast(dict[str, Any], serializer.validated_data)


class UnitListView(APIView):
    """Open units in the caller's scope."""

    @extend_schema(operation_id="v1_units_list", parameters=[UnitQuerySerializer], responses=UnitPageSerializer)
    def get(self, request: Request) -> Response:
        """A page of units by code."""
        wanted = _read(UnitQuerySerializer(data=request.query_params))
        page: KeysetPage[Any] = selectors.units_page(_user(request), wanted, wanted.get("cursor"), wanted["size"])
        results = UnitSerializer(page.rows, many=True).data
        return page_answer(request, page, results)


class LocateView(APIView):
    """Which units hold a point."""

    @extend_schema(parameters=[PointSerializer], responses=UnitSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The chain of units, the district first; 404 outside every grid and outside the caller's scope."""
        point = _read(PointSerializer(data=request.query_params))
        chain = selectors.units_at(_user(request), point["lon"], point["lat"])
        return Response(UnitSerializer(chain, many=True).data)


class UnitView(APIView):
    """One unit."""

    @extend_schema(responses=UnitSerializer)
    def get(self, request: Request, code: str) -> Response:
        """The unit; 404 outside the scope."""
        return Response(UnitSerializer(selectors.visible_unit(_user(request), code)).data)


class OutlinesView(APIView):
    """Outlines for a map."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, code: str) -> Response:
        """A FeatureCollection of the unit's children, simplified for showing."""
        unit = selectors.visible_unit(_user(request), code)
        return Response(selectors.map_outlines(_user(request), unit), headers={"Cache-Control": "private, no-cache"})


class PointsView(APIView):
    """Points for a map."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, code: str) -> Response:
        """The points of every overlay inside the unit that the caller may see."""
        unit = selectors.visible_unit(_user(request), code)
        return Response({"points": points_in(_user(request), unit)}, headers={"Cache-Control": "private, no-cache"})


class BoundaryView(APIView):
    """The boundary of a unit."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, code: str) -> Response:
        """The published boundary as a GeoJSON Feature; 404 where there is none."""
        boundary = selectors.boundary_of(selectors.visible_unit(_user(request), code))
        if boundary is None:
            raise NotVisible
        return Response(selectors.boundary_feature(boundary))

    @extend_schema(request=BoundarySerializer, responses=OpenApiTypes.OBJECT)
    def put(self, request: Request, code: str) -> Response:
        """Publish an outline, or keep it as a draft; a refusal names the place and the shape of each fault."""
        unit = selectors.visible_unit(_user(request), code, Permission.BOUNDARY_EDIT)
        given = _read(BoundarySerializer(data=request.data))
        return answer_once(request, lambda: self._save(request, unit, given))

    def _save(self, request: Request, unit: Any, given: dict[str, Any]) -> Response:
        draft, base = given.pop("draft"), given.pop("base")
        if draft:
            saved = services.save_draft(actor=_user(request), unit=unit, at=clock.now(), **given)
        else:
            saved = services.publish_boundary(actor=_user(request), unit=unit, base=base, at=clock.now(), **given)
        return Response({"boundary": selectors.boundary_feature(saved.boundary), "check": saved.check.as_json()})

    @extend_schema(responses={204: None})
    def delete(self, request: Request, code: str) -> Response:
        """Throw the draft away; 404 where there is none."""
        unit = selectors.visible_unit(_user(request), code, Permission.BOUNDARY_EDIT)
        if not services.discard_draft(actor=_user(request), unit=unit):
            raise NotVisible
        return Response(status=204)


class CheckView(APIView):
    """What publishing an outline would be told."""

    @extend_schema(request=OutlineSerializer, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, code: str) -> Response:
        """Sizes and faults of an outline; nothing is kept."""
        unit = selectors.visible_unit(_user(request), code, Permission.BOUNDARY_EDIT)
        given = _read(OutlineSerializer(data=request.data))
        return Response(checks.check_outline(unit, given["geometry"]).as_json())


class RepairView(APIView):
    """A mended version of an outline."""

    @extend_schema(request=OutlineSerializer, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, code: str) -> Response:
        """The proposal and what the checks say of it; ``geometry`` is null where nothing sensible is left."""
        unit = selectors.visible_unit(_user(request), code, Permission.BOUNDARY_EDIT)
        given = _read(OutlineSerializer(data=request.data))
        mended = checks.propose_repair(unit, given["geometry"])
        if mended is None:
            return Response({"geometry": None, "check": None})
        geometry = to_geojson(mended)
        return Response({"geometry": geometry, "check": checks.check_outline(unit, geometry).as_json()})


urlpatterns = [
    path("units/", UnitListView.as_view(), name="unit-list"),
    path("units/locate/", LocateView.as_view(), name="unit-locate"),
    path("units/<str:code>/", UnitView.as_view(), name="unit"),
    path("units/<str:code>/outlines/", OutlinesView.as_view(), name="unit-outlines"),
    path("units/<str:code>/points/", PointsView.as_view(), name="unit-points"),
    path("units/<str:code>/boundary/", BoundaryView.as_view(), name="unit-boundary"),
    path("units/<str:code>/boundary/check/", CheckView.as_view(), name="unit-boundary-check"),
    path("units/<str:code>/boundary/repair/", RepairView.as_view(), name="unit-boundary-repair"),
]
