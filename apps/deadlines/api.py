"""``/api/v1/limits/simulate/``: which limits a matter would get and why."""

from typing import Any, cast

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.core import clock
from apps.core.errors import NotAllowed
from apps.deadlines import simulation
from apps.deadlines.serializers import ExplanationSerializer, SimulationQuerySerializer
from apps.grid.permissions import Permission
from apps.grid.scopes import holds


class Simulate(APIView):
    """What limits a matter would have, for system administrators; nothing is written."""

    @extend_schema(
        operation_id="limits_simulate",
        parameters=[SimulationQuerySerializer],
        responses=ExplanationSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Every stage as if it began at ``at`` (now, where left out): its end, its ladder, the rule and why."""
        user = cast(User, request.user)
        if not holds(user, Permission.SYSTEM_MANAGE):
            raise NotAllowed
        serializer = SimulationQuerySerializer(data=request.query_params)
        serializer.is_valid(raise_exception=True)
        given: dict[str, Any] = dict(serializer.validated_data)
        given.setdefault("at", clock.now())
        result = simulation.simulate(user, **given)
        return Response(ExplanationSerializer(result.stages, many=True).data)


urlpatterns = [path("limits/simulate/", Simulate.as_view(), name="limits-simulate")]
