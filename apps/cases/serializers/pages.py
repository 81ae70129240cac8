"""Pages by key of what this room lists."""

from typing import Any

from rest_framework import serializers

from apps.cases.serializers.case import CaseRowSerializer, EventSerializer
from apps.cases.serializers.choosing import AgencySerializer, CategorySerializer


def page_serializer(name: str, row: Any) -> Any:
    """The shape of a page by key of such rows, under its own name in the OpenAPI description."""
    return type(
        name,
        (serializers.Serializer,),
        {
            "__doc__": "A page by key.",
            "next": serializers.CharField(allow_null=True),
            "previous": serializers.CharField(allow_null=True),
            "results": row(many=True),
        },
    )


CasePageSerializer = page_serializer("CasePage", CaseRowSerializer)
EventPageSerializer = page_serializer("CaseEventPage", EventSerializer)
CategoryPageSerializer = page_serializer("CategoryPage", CategorySerializer)
AgencyPageSerializer = page_serializer("AgencyPage", AgencySerializer)
