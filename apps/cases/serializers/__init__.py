"""Shapes of the cases API (``spec/interfaces.md``, REST): what goes out; ``serializers_in`` has what comes in."""

from apps.cases.serializers.case import (
    CaseRowSerializer,
    CaseSerializer,
    EventSerializer,
    PhotoSerializer,
    PlaceSerializer,
)
from apps.cases.serializers.choosing import AgencySerializer, CategorySerializer
from apps.cases.serializers.pages import (
    AgencyPageSerializer,
    CasePageSerializer,
    CategoryPageSerializer,
    EventPageSerializer,
    page_serializer,
)
from apps.cases.serializers.parts import (
    CardSerializer,
    DualSerializer,
    EnforcementSerializer,
    HazardSerializer,
    LegSerializer,
    MediationSerializer,
    MeetingItemSerializer,
    MissingSerializer,
    OrderSerializer,
    RequestSerializer,
    SpecialSerializer,
    SummonsSerializer,
)

__all__ = (
    "AgencyPageSerializer",
    "AgencySerializer",
    "CardSerializer",
    "CasePageSerializer",
    "CaseRowSerializer",
    "CaseSerializer",
    "CategoryPageSerializer",
    "CategorySerializer",
    "DualSerializer",
    "EnforcementSerializer",
    "EventPageSerializer",
    "EventSerializer",
    "HazardSerializer",
    "LegSerializer",
    "MediationSerializer",
    "MeetingItemSerializer",
    "MissingSerializer",
    "OrderSerializer",
    "PhotoSerializer",
    "PlaceSerializer",
    "RequestSerializer",
    "SpecialSerializer",
    "SummonsSerializer",
    "page_serializer",
)
