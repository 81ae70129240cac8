"""Shapes of the cases API (``spec/interfaces.md``, REST): what comes in, what goes out."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.cases.matters import appeal_of
from apps.cases.models import (
    Case,
    CaseEvent,
    Category,
    DualReport,
    Enforcement,
    ExtensionRequest,
    HazardListing,
    Leg,
    Mediation,
    MeetingItem,
    MissingList,
    SpecialListing,
    Summons,
    Supervision,
)
from apps.cases.selectors import CaseDetail
from apps.cases.selectors.catalogue import path_of
from apps.deadlines.models import LadderStep
from apps.organisation.models import Agency

LEVELS = ("district", "street", "community", "grid")
MOST_ASSISTING = 20


class CategorySerializer(serializers.Serializer[Category]):
    """A leaf of the category tree; ``code`` is ``scheme:kind:code``."""

    code = serializers.CharField(source="key")
    name = serializers.CharField(source="label")
    path = serializers.SerializerMethodField()
    kind = serializers.CharField()
    urgency = serializers.CharField()
    on_the_spot = serializers.BooleanField()
    evidence = serializers.CharField()
    icon = serializers.CharField()

    def get_path(self, category: Category) -> list[str]:
        """The names from the root down to the leaf."""
        return [node.label for node in path_of(category)]


class AgencySerializer(serializers.Serializer[Agency]):
    """Whoever can be given a case."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    unit = serializers.CharField(source="unit.code")


class PlaceSerializer(serializers.Serializer[Any]):
    """The codes of the units a case lies in; null below the level it is known at."""

    district = serializers.CharField()
    street = serializers.CharField(allow_null=True)
    community = serializers.CharField(allow_null=True)
    grid = serializers.CharField(allow_null=True)


class LegSerializer(serializers.Serializer[Leg]):
    """One stretch of a case in one holder's hands."""

    id = serializers.IntegerField()
    agency = serializers.CharField(source="agency.code")
    agency_name = serializers.CharField(source="agency.name")
    role = serializers.CharField()
    stage = serializers.CharField()
    state = serializers.CharField()
    version = serializers.IntegerField()
    due_at = serializers.DateTimeField()
    opened_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    in_time = serializers.BooleanField(allow_null=True)


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
        return {level: unit.code if (unit := getattr(case, level)) else None for level in LEVELS}


class OrderSerializer(serializers.Serializer[Supervision]):
    """A supervision order; ``number`` is what ``reply`` and ``withdraw`` name it by."""

    number = serializers.IntegerField()
    office = serializers.CharField()
    centre = serializers.CharField(source="centre.code")
    text = serializers.CharField()
    ordered_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    state = serializers.CharField()
    reply = serializers.CharField(allow_blank=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class RequestSerializer(serializers.Serializer[ExtensionRequest]):
    """A request for more time."""

    agency = serializers.CharField(source="leg.agency.code")
    asked_at = serializers.DateTimeField()
    reason = serializers.CharField()
    proposed = serializers.DateTimeField()
    decider = serializers.CharField(source="decider.code")


class SpecialSerializer(serializers.Serializer[SpecialListing]):
    """An entry of the special list, or a proposal for it."""

    state = serializers.CharField()
    reason = serializers.CharField()
    agency = serializers.CharField(source="agency.code", default=None, allow_null=True)
    leader = serializers.CharField(source="leader.username", default=None, allow_null=True)
    control_on = serializers.DateField(allow_null=True)
    controls_made = serializers.IntegerField()


class MeetingItemSerializer(serializers.Serializer[MeetingItem]):
    """An item on the list of a joint meeting; ``returns`` is how often it came back unresolved."""

    unit = serializers.CharField(source="meeting.unit.code")
    week = serializers.DateField(source="meeting.week")
    why = serializers.CharField()
    state = serializers.CharField()
    returns = serializers.IntegerField()
    leader = serializers.CharField(source="leader.username", default=None, allow_null=True)
    decision = serializers.CharField(allow_blank=True)
    agency = serializers.CharField(source="agency.code", default=None, allow_null=True)
    due_on = serializers.DateField(allow_null=True)


class HazardSerializer(serializers.Serializer[HazardListing]):
    """A listing as a major hazard; ``party`` is whoever has to remove it."""

    level = serializers.CharField()
    demand = serializers.CharField()
    agency = serializers.CharField(source="agency.code")
    party = serializers.CharField()
    due_on = serializers.DateField()
    listed_at = serializers.DateTimeField()


class CardSerializer(serializers.Serializer[LadderStep]):
    """A card; ``id`` is what ``appeal`` names it by, ``appeal`` what became of an appeal."""

    id = serializers.IntegerField()
    card = serializers.CharField()
    stage = serializers.CharField(source="limit.stage")
    holder = serializers.CharField(source="holder.code")
    issued_at = serializers.DateTimeField(source="done_at")
    appeal = serializers.SerializerMethodField()

    def get_appeal(self, card: LadderStep) -> str | None:
        """``open``, ``upheld`` (the card is withdrawn), ``rejected``, or null where nobody appealed."""
        appeal = appeal_of(card)
        return appeal.state if appeal is not None else None


class EnforcementSerializer(serializers.Serializer[Enforcement]):
    """A hand-over to a body of law enforcement and its decision; ``amount`` in yuan."""

    number = serializers.IntegerField()
    agency = serializers.CharField(source="agency.code")
    basis = serializers.CharField()
    handed_at = serializers.DateTimeField()
    state = serializers.CharField()
    document = serializers.CharField(allow_blank=True)
    penalty = serializers.CharField(allow_blank=True)
    amount = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    decided_on = serializers.DateField(allow_null=True)


class MediationSerializer(serializers.Serializer[Mediation]):
    """A mediation of a dispute; its parties are counted, never given out."""

    number = serializers.IntegerField()
    agency = serializers.CharField(source="agency.code")
    mediator = serializers.CharField()
    opened_at = serializers.DateTimeField()
    parties = serializers.SerializerMethodField()
    sessions = serializers.SerializerMethodField()
    state = serializers.CharField()
    agreement = serializers.CharField(allow_blank=True)
    performance_on = serializers.DateField(allow_null=True)
    why_failed = serializers.CharField(allow_blank=True)
    way_on = serializers.CharField(allow_blank=True)
    ended_at = serializers.DateTimeField(allow_null=True)

    def get_parties(self, mediation: Mediation) -> int:
        """How many parties there are."""
        return len(mediation.parties.all())

    def get_sessions(self, mediation: Mediation) -> int:
        """How many sittings were written down."""
        return len(mediation.sessions.all())


class MissingSerializer(serializers.Serializer[MissingList]):
    """What was missing, all at once, and what was brought."""

    items = serializers.ListField(child=serializers.CharField())
    asked_at = serializers.DateTimeField()
    state = serializers.CharField()
    answer = serializers.CharField(allow_blank=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class DualSerializer(serializers.Serializer[DualReport]):
    """The department to which a case was reported as well."""

    agency = serializers.CharField(source="agency.code")
    liaison = serializers.CharField(source="liaison.name", default=None, allow_null=True)
    asked = serializers.BooleanField()
    told_at = serializers.DateTimeField()
    acknowledged_at = serializers.DateTimeField(allow_null=True)


class SummonsSerializer(serializers.Serializer[Summons]):
    """An agency called to the spot; ``id`` is what ``rate_summoned`` names it by, ``metres`` how far from the case it
    arrived."""

    id = serializers.IntegerField()
    agency = serializers.CharField(source="agency.code")
    state = serializers.CharField()
    reason = serializers.CharField(source="whistle.reason")
    called_at = serializers.DateTimeField()
    arrive_by = serializers.DateTimeField()
    arrived_at = serializers.DateTimeField(allow_null=True)
    metres = serializers.IntegerField(allow_null=True)
    report_by = serializers.DateTimeField(allow_null=True)
    reported_at = serializers.DateTimeField(allow_null=True)
    result = serializers.CharField(allow_blank=True)
    stars = serializers.IntegerField(allow_null=True)


class CaseSerializer(CaseRowSerializer):
    """A case with its legs and what the caller may do with it."""

    description = serializers.CharField()
    source_number = serializers.CharField(allow_null=True)
    client_id = serializers.UUIDField(allow_null=True)
    publicity = serializers.CharField(allow_blank=True)
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
    solved = serializers.BooleanField(allow_null=True)
    satisfied = serializers.BooleanField(allow_null=True)
    spot_waiting = serializers.BooleanField(help_text="drawn for a spot check that has not been made")
    legs = serializers.SerializerMethodField()
    my_leg = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    @property
    def _seen(self) -> CaseDetail:
        return self.context["seen"]  # type: ignore[no-any-return]

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
