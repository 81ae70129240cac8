"""Who the caller is and what the caller is granted."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.organisation.today import roles_today


class RoleSerializer(serializers.Serializer):
    """A role and the code of the unit (or agency) it is held on."""

    role = serializers.CharField()
    unit = serializers.CharField(allow_null=True)


class MeSerializer(serializers.Serializer):
    """The caller."""

    username = serializers.CharField()
    name = serializers.CharField()
    roles = RoleSerializer(many=True)
    agency = serializers.CharField(allow_null=True, help_text="code of the agency the caller handles cases for")


class MeView(APIView):
    """The signed-in user with roles and agency."""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Answer the caller's own account."""
        user: Any = request.user
        grants = roles_today(user)
        roles = [{"role": grant.role, "unit": grant.unit.code if grant.unit else None} for grant in grants]
        agency = next((grant.agency.code for grant in grants if grant.agency), None)
        return Response({"username": user.username, "name": user.name, "roles": roles, "agency": agency})


urlpatterns = [path("me/", MeView.as_view(), name="me")]
