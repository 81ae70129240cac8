"""A case as lists show it and whole, its events and photos."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.cases.models import Case, CaseEvent
from apps.cases.selectors import CaseDetail
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
from apps.grid.scopes import KINDS


class PlaceSerializer(serializers.Serializer[Any]):
    """The codes of the units a case lies in; null below the level it is known at."""

    district = serializers.CharField()
    street = serializers.CharField(allow_null=True)
    community = serializers.CharField(allow_null=True)
    grid = serializers.CharField(allow_null=True)


def place_codes(placed: Any) -> dict[str, str | None]:
    """The codes of the units a row lies in."""
    return {level: unit.code if (unit := getattr(placed, level)) else None for level in KINDS}


class CaseRowSerializer(serializers.Serializer[Case]):
    """A case as lists show it."""

    number = serializers.CharField()
    state = serializers.CharField()
    version = serializers.IntegerField()
    category = serializers.CharField(source="category.key")
    title = serializers.CharField()
    address = serializers.CharField()
    lon = serializers.FloatField()
    lat = serializers.FloatField()
    place = serializers.SerializerMethodField()
    urgency = serializers.CharField()
    complexity = serializers.CharField()
    direct = serializers.BooleanField()
    source = serializers.CharField()
    holder = serializers.CharField(source="holder.code", default=None, allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    card = serializers.CharField(allow_blank=True)
    supervised = serializers.BooleanField()
    special = serializers.BooleanField()
    hazard = serializers.BooleanField()
    occurred_at = serializers.DateTimeField(allow_null=True)
    reported_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(PlaceSerializer)
    def get_place(self, case: Case) -> dict[str, str | None]:
        """The codes of the path."""
        return place_codes(case)


class CaseSerializer(CaseRowSerializer):
    """A case with its legs and what the caller may do with it."""

    description = serializers.CharField()
    source_number = serializers.CharField(allow_null=True)
    client_id = serializers.UUIDField(allow_null=True)
    publicity = serializers.CharField(allow_blank=True)
    filing = serializers.CharField(
        allow_blank=True, help_text="of its file: young, ripe, archived, out; empty while it is open"
    )
    archive_number = serializers.SerializerMethodField()
    desk = serializers.CharField(source="desk.code")
    handled_in_time = serializers.BooleanField(allow_null=True)
    orders = serializers.SerializerMethodField()
    extension_request = serializers.SerializerMethodField()
    enforcements = serializers.SerializerMethodField()
    mediations = serializers.SerializerMethodField()
    first_asked = serializers.CharField(source="first_asked.username", default=None, allow_null=True)
    missing = serializers.SerializerMethodField()
    dual = serializers.SerializerMethodField()
    summonses = serializers.SerializerMethodField()
    cards = serializers.SerializerMethodField()
    special_listing = serializers.SerializerMethodField()
    meeting_item = serializers.SerializerMethodField()
    hazard_listing = serializers.SerializerMethodField()
    review_on = serializers.DateField(allow_null=True)
    promised_on = serializers.DateField(allow_null=True)
    rework_count = serializers.IntegerField()
    return_count = serializers.IntegerField()
    merged_into = serializers.CharField(source="merged_into.number", default=None, allow_null=True)
    settled_kind = serializers.CharField(
        allow_blank=True, help_text="spot, at_once, or the level of the desk whose way it went"
    )
    solved = serializers.BooleanField(allow_null=True)
    satisfied = serializers.BooleanField(allow_null=True)
    spot_waiting = serializers.BooleanField(help_text="drawn for a spot check that has not been made")
    follow_up_waiting = serializers.BooleanField(help_text="its reporter is to be called and has not been reached")
    samples_waiting = serializers.IntegerField(help_text="samples in which it waits for its review")
    legs = serializers.SerializerMethodField()
    my_leg = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    @property
    def _seen(self) -> CaseDetail:
        return self.context["seen"]  # type: ignore[no-any-return]

    def get_archive_number(self, case: Case) -> str | None:
        """Of its file, once that was put away."""
        return self._seen.file.number if self._seen.file is not None else None

    @extend_schema_field(LegSerializer(many=True))
    def get_legs(self, case: Case) -> Any:
        """All legs, in order."""
        return LegSerializer(self._seen.legs, many=True).data

    @extend_schema_field(LegSerializer(allow_null=True))
    def get_my_leg(self, case: Case) -> Any:
        """The leg of the caller's own agency, whose version accept, return and feedback check."""
        return LegSerializer(self._seen.my_leg).data if self._seen.my_leg is not None else None

    @extend_schema_field(OrderSerializer(many=True))
    def get_orders(self, case: Case) -> Any:
        """Every supervision order, oldest first."""
        return OrderSerializer(self._seen.orders, many=True).data

    @extend_schema_field(RequestSerializer(allow_null=True))
    def get_extension_request(self, case: Case) -> Any:
        """The request for more time that waits for its decision."""
        return RequestSerializer(self._seen.request).data if self._seen.request is not None else None

    @extend_schema_field(EnforcementSerializer(many=True))
    def get_enforcements(self, case: Case) -> Any:
        """Every hand-over to law enforcement, oldest first."""
        return EnforcementSerializer(self._seen.enforcements, many=True).data

    @extend_schema_field(MediationSerializer(many=True))
    def get_mediations(self, case: Case) -> Any:
        """Every mediation of the dispute, oldest first."""
        return MediationSerializer(self._seen.mediations, many=True).data

    @extend_schema_field(MissingSerializer(many=True))
    def get_missing(self, case: Case) -> Any:
        """The lists of what was missing, the first first."""
        return MissingSerializer(self._seen.missing, many=True).data

    @extend_schema_field(SummonsSerializer(many=True))
    def get_summonses(self, case: Case) -> Any:
        """The agencies called to the spot, in the order of the calls."""
        return SummonsSerializer(self._seen.summonses, many=True).data

    @extend_schema_field(DualSerializer(allow_null=True))
    def get_dual(self, case: Case) -> Any:
        """The department to which it was reported as well."""
        return DualSerializer(self._seen.dual).data if self._seen.dual is not None else None

    @extend_schema_field(SpecialSerializer(allow_null=True))
    def get_special_listing(self, case: Case) -> Any:
        """The entry on the special list, or the proposal that waits for its decision."""
        return SpecialSerializer(self._seen.special).data if self._seen.special is not None else None

    @extend_schema_field(HazardSerializer(allow_null=True))
    def get_hazard_listing(self, case: Case) -> Any:
        """The listing as a major hazard, until it is accepted."""
        return HazardSerializer(self._seen.hazard).data if self._seen.hazard is not None else None

    @extend_schema_field(MeetingItemSerializer(allow_null=True))
    def get_meeting_item(self, case: Case) -> Any:
        """The item on the list of a joint meeting, as long as it is not resolved."""
        item = self._seen.meeting_item
        return MeetingItemSerializer(item).data if item is not None else None

    @extend_schema_field(CardSerializer(many=True))
    def get_cards(self, case: Case) -> Any:
        """Every card issued on the case, the withdrawn ones too, oldest first."""
        return CardSerializer(self._seen.cards, many=True).data

    def get_actions(self, case: Case) -> list[str]:
        """What the caller may do now."""
        return [row.action.value for row in self._seen.actions]


class EventSerializer(serializers.Serializer[CaseEvent]):
    """One change of a case."""

    sequence = serializers.IntegerField()
    at = serializers.DateTimeField()
    actor = serializers.CharField(source="actor.name", default=None, allow_null=True)
    action = serializers.CharField()
    from_state = serializers.CharField(allow_blank=True)
    to_state = serializers.CharField()
    note = serializers.SerializerMethodField()
    payload = serializers.JSONField(allow_null=True)
    hash = serializers.SerializerMethodField()

    def get_note(self, event: CaseEvent) -> str:
        """The actor's own words."""
        return str((event.payload or {}).get("note", ""))

    def get_hash(self, event: CaseEvent) -> str:
        """The link of the audit chain, in hexadecimal."""
        return bytes(event.hash).hex()


class PhotoSerializer(serializers.Serializer[Any]):
    """A photo of a case."""

    id = serializers.UUIDField()
    purpose = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    size = serializers.IntegerField()
    uploaded_at = serializers.DateTimeField()
