"""``/api/v1/webhooks/``: the subscribers, for those who administer the system."""

from typing import Any, cast

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.cases.webhooks import selectors, services
from apps.cases.webhooks.choices import EVENT_TYPES
from apps.cases.webhooks.models import WebhookSubscriber
from apps.core import clock


class WebhookSubscriberSerializer(serializers.Serializer[WebhookSubscriber]):
    """A system that is told of cases."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField(), help_text="all where empty")
    unit = serializers.CharField(source="unit.code", default=None, allow_null=True)
    agency = serializers.CharField(source="agency.code", default=None, allow_null=True)
    standing = serializers.ChoiceField(choices=["ok", "failing", "paused", "off"])
    created_at = serializers.DateTimeField()


class WebhookMadeSerializer(WebhookSubscriberSerializer):
    """A new one with its secret."""

    secret = serializers.CharField(help_text="given out once")


class WebhookWishSerializer(serializers.Serializer[Any]):
    """Who is to be told, where, of what; one of ``unit`` and ``agency``."""

    name = serializers.CharField(max_length=60)
    url = serializers.CharField(max_length=services.LONGEST_URL)
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=sorted(EVENT_TYPES.values())), required=False, default=list, max_length=40
    )
    unit = serializers.CharField(max_length=15, required=False, allow_blank=True, default="")
    agency = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")


class WebhookList(APIView):
    """The subscribers."""

    @extend_schema(operation_id="webhooks_list", responses=WebhookSubscriberSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All of them, by name; secrets are not shown."""
        rows = selectors.subscribers(cast(User, request.user))
        return Response(WebhookSubscriberSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="webhooks_create",
        request=WebhookWishSerializer,
        responses={201: WebhookMadeSerializer},
    )
    def post(self, request: Request) -> Response:
        """Add one; the answer holds its secret, which is not shown again and therefore not kept to answer repeats: a
        repeat is refused for its name.
        """
        user = cast(User, request.user)
        selectors.subscribers(user)
        serializer = WebhookWishSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        unit, agency = selectors.scope_named(user, unit=given["unit"], agency=given["agency"])
        wish = services.Wish(given["name"], given["url"], tuple(given["events"]), unit, agency)
        made, secret = services.create_subscriber(actor=user, wish=wish, at=clock.now())
        return Response(WebhookSubscriberSerializer(made).data | {"secret": secret}, status=201)


urlpatterns = [path("webhooks/", WebhookList.as_view(), name="webhooks")]
