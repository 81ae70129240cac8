"""Tokens for programs."""

from django.contrib.auth import authenticate
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.services import issue_token
from apps.core.errors import InvalidInput


class CredentialsSerializer(serializers.Serializer):
    """A username and its password."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=200, trim_whitespace=False)


class TokenSerializer(serializers.Serializer):
    """A token for the ``Authorization`` header."""

    token = serializers.CharField()


class TokenView(APIView):
    """Exchange a username and password for a token; locked out like the form."""

    permission_classes = [AllowAny]
    authentication_classes: list[type] = []

    @extend_schema(request=CredentialsSerializer, responses=TokenSerializer)
    def post(self, request: Request) -> Response:
        """Answer a new token, or 400 for wrong credentials; after too many of them the lockout answers 429."""
        given = CredentialsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        user = authenticate(request._request, **given.validated_data)
        if user is None:
            raise InvalidInput(fields={"password": [_("用户名或密码有误。")]})
        return Response({"token": issue_token(actor=user)})


urlpatterns = [path("auth/token/", TokenView.as_view(), name="token")]
