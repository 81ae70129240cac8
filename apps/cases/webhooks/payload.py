"""What a subscriber is told of an event: the case as the API shows it, without anybody's personal data."""

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.cases.models import Case, CaseEvent, Leg
from apps.cases.serializers import CaseRowSerializer, LegSerializer
from apps.cases.webhooks.choices import EVENT_TYPES, FORMAT_VERSION, TEST_EVENT
from apps.core.crypto import mask_identity, mask_phone

RELATED = ("category", "holder", "desk", "merged_into", "district", "street", "community", "grid")
IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?![\dXx])")
PHONE = re.compile(r"(?<!\d)1\d{10}(?!\d)|(?<!\d)1\d{2}[ -]\d{4}[ -]\d{4}(?!\d)")


class WebhookCaseSerializer(CaseRowSerializer):
    """A case as other systems are told of it: no reporter, no worker; numbers of people in free text are masked."""

    title = serializers.SerializerMethodField()
    address = serializers.SerializerMethodField()
    description = serializers.SerializerMethodField()
    source_number = serializers.CharField(allow_null=True)
    desk = serializers.CharField(source="desk.code")
    handled_in_time = serializers.BooleanField(allow_null=True)
    rework_count = serializers.IntegerField()
    return_count = serializers.IntegerField()
    merged_into = serializers.CharField(source="merged_into.number", default=None, allow_null=True)
    solved = serializers.BooleanField(allow_null=True)
    satisfied = serializers.BooleanField(allow_null=True)
    legs = serializers.SerializerMethodField()

    def get_title(self, case: Case) -> str:
        """The title, masked."""
        return masked(case.title)

    def get_address(self, case: Case) -> str:
        """The address, masked."""
        return masked(case.address)

    def get_description(self, case: Case) -> str:
        """The description, masked."""
        return masked(case.description)

    @extend_schema_field(LegSerializer(many=True))
    def get_legs(self, case: Case) -> Any:
        """All legs, in order."""
        return LegSerializer(self.context["legs"], many=True).data


@dataclass
class Moment:
    """An event with its case and the case's legs."""

    event: CaseEvent
    case: Case
    legs: list[Leg] = field(default_factory=list)

    @property
    def event_type(self) -> str:
        """What receivers call it; empty for what no receiver is told of."""
        return EVENT_TYPES.get(self.event.action, "")

    @property
    def units(self) -> set[int]:
        """The units the case lies in, from the district down."""
        return {pk for pk in self.case.place.values() if pk is not None}

    @property
    def agencies(self) -> set[int]:
        """The agencies that hold the case or have held it."""
        return {leg.agency_id for leg in self.legs}


def moments_of(events: "QuerySet[CaseEvent]", wanted: set[tuple[int, int]] | None = None) -> list[Moment]:
    """Events with what is told of them, in order; ``wanted`` narrows them by (case, sequence). Three queries."""
    rows = [
        event
        for event in events.filter(action__in=EVENT_TYPES).order_by("case_id", "sequence")
        if wanted is None or (event.case_id, event.sequence) in wanted
    ]
    ids = {event.case_id for event in rows}
    cases = Case.objects.select_related(*RELATED).in_bulk(ids)
    legs: dict[int, list[Leg]] = defaultdict(list)
    for leg in Leg.objects.filter(case__in=ids).select_related("agency").order_by("sequence"):
        legs[leg.case_id].append(leg)
    return [Moment(event, cases[event.case_id], legs[event.case_id]) for event in rows]


def body_of(moment: Moment, *, replay: bool = False) -> str:
    """The body of an event's message: ``case`` is the case as it stands when the message is written."""
    event, case = moment.event, moment.case
    return _text(
        {
            "version": FORMAT_VERSION,
            "id": f"{case.number}.{event.sequence}",
            "type": moment.event_type,
            "sequence": event.sequence,
            "at": event.at,
            "replay": replay,
            "from_state": event.from_state,
            "to_state": event.to_state,
            "case": WebhookCaseSerializer(case, context={"legs": moment.legs}).data,
        }
    )


def test_body(*, at: datetime) -> str:
    """The body of a test message: the same frame around no case."""
    frame = {"version": FORMAT_VERSION, "id": f"test.{int(at.timestamp())}", "type": TEST_EVENT, "sequence": 0}
    return _text(frame | {"at": at, "replay": False, "from_state": "", "to_state": "", "case": None})


def _text(fields: dict[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def masked(text: str) -> str:
    """Free text with identity numbers and mobile numbers masked."""
    text = IDENTITY.sub(lambda found: mask_identity(found[0]), text)
    return PHONE.sub(lambda found: mask_phone(re.sub(r"[ -]", "", found[0])), text)
