"""Shapes of the cases API (``spec/interfaces.md``, REST): what comes in, what goes out."""

from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.cases.choices import Callback, OrderOffice, PartyRole, Penalty, Source, Urgency, WayOn
from apps.cases.matters import appeal_of
from apps.cases.models import (
    Case,
    CaseEvent,
    Category,
    DualReport,
    Enforcement,
    ExtensionRequest,
    Leg,
    Mediation,
    Summons,
    Supervision,
)
from apps.cases.selectors import CaseDetail
from apps.cases.selectors.catalogue import path_of
from apps.core.clock import SHANGHAI
from apps.deadlines.choices import Complexity
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
    desk = serializers.CharField(source="desk.code")
    handled_in_time = serializers.BooleanField(allow_null=True)
    orders = serializers.SerializerMethodField()
    extension_request = serializers.SerializerMethodField()
    enforcements = serializers.SerializerMethodField()
    mediations = serializers.SerializerMethodField()
    dual = serializers.SerializerMethodField()
    summonses = serializers.SerializerMethodField()
    cards = serializers.SerializerMethodField()
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

    @extend_schema_field(SummonsSerializer(many=True))
    def get_summonses(self, case: Case) -> Any:
        """The agencies called to the spot, in the order of the calls."""
        return SummonsSerializer(self._seen.summonses, many=True).data

    @extend_schema_field(DualSerializer(allow_null=True))
    def get_dual(self, case: Case) -> Any:
        """The department to which it was reported as well."""
        return DualSerializer(self._seen.dual).data if self._seen.dual is not None else None

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


class ReportSerializer(serializers.Serializer[Any]):
    """A new case."""

    client_id = serializers.UUIDField(required=False, allow_null=True)
    category = serializers.CharField(max_length=60)
    title = serializers.CharField(max_length=80)
    description = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    lon = serializers.FloatField(min_value=-180, max_value=180)
    lat = serializers.FloatField(min_value=-90, max_value=90)
    address = serializers.CharField(max_length=160, required=False, allow_blank=True, default="")
    unit = serializers.CharField(max_length=15, required=False, allow_null=True, allow_blank=True, default=None)
    source = serializers.ChoiceField(choices=Source.choices, required=False, default=Source.PATROL)
    source_number = serializers.CharField(
        max_length=60,
        required=False,
        allow_null=True,
        allow_blank=True,
        default=None,
        help_text="the source's own number: received once, a second case never comes of it",
    )
    urgency = serializers.ChoiceField(
        choices=Urgency.choices, required=False, help_text="of the category where it is left out"
    )
    direct = serializers.BooleanField(
        required=False, default=False, help_text="straight to the district's centre: urgent, or with direct_reason"
    )
    direct_reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    dual = serializers.BooleanField(
        required=False, default=False, help_text="to the responsible department's liaison as well as to the desk"
    )
    occurred_at = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="when it happened, not after now"
    )
    reporter_name = serializers.CharField(
        max_length=60,
        required=False,
        allow_blank=True,
        default="",
        write_only=True,
        help_text="the resident who reported it; encrypted, never given out again",
    )
    reporter_phone = serializers.CharField(
        max_length=20,
        required=False,
        allow_blank=True,
        default="",
        write_only=True,
        help_text="a mobile number, or a line with its area code; encrypted, never given out again",
    )
    reporter_anonymous = serializers.BooleanField(required=False, default=False, write_only=True)
    callback = serializers.ChoiceField(
        choices=Callback.choices,
        required=False,
        default=Callback.NONE,
        write_only=True,
        help_text="how the resident wants to hear of the result",
    )


@extend_schema_field(OpenApiTypes.DATETIME)
class UntilField(serializers.Field[Any, Any, Any, Any]):
    """A moment, or a date: then until the end of that day in Shanghai for limits, the day itself for reviews."""

    def to_internal_value(self, data: Any) -> date | datetime:
        """Read an ISO 8601 date or moment; one without an offset is Shanghai's."""
        try:
            moment = parse_datetime(str(data)) if len(str(data)) > 10 else None
            day = parse_date(str(data)) if moment is None else None
        except ValueError:
            moment = day = None
        if moment is not None:
            return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
        if day is not None:
            return day
        raise serializers.ValidationError(_("请写明日期和时间。"))

    def to_representation(self, value: Any) -> Any:
        """As ISO 8601."""
        return value.isoformat()


class PartySerializer(serializers.Serializer[Any]):
    """A party of a dispute; name and phone are encrypted, never given out again."""

    role = serializers.ChoiceField(choices=PartyRole.choices)
    name = serializers.CharField(max_length=60, write_only=True)
    phone = serializers.CharField(max_length=20, required=False, allow_blank=True, default="", write_only=True)


class ActionSerializer(serializers.Serializer[Any]):
    """What an action takes beside its name; which of it, the workflow's table says."""

    version = serializers.IntegerField(
        min_value=1, required=False, help_text="of the case; for accept, return and feedback of the own leg"
    )
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    agency = serializers.CharField(max_length=40, required=False)
    assisting = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=MOST_ASSISTING, required=False
    )
    complexity = serializers.ChoiceField(
        choices=Complexity.choices, required=False, help_text="of register and dispatch: what the limits go by"
    )
    passed = serializers.BooleanField(required=False)
    until = UntilField(required=False)
    promised = serializers.DateField(
        required=False, help_text="of suspend: by when it is publicly promised to be done, not before the review"
    )
    office = serializers.ChoiceField(choices=OrderOffice.choices, required=False)
    order = serializers.IntegerField(required=False, help_text="which supervision; the soonest where left out")
    approved = serializers.BooleanField(required=False)
    card = serializers.IntegerField(required=False, help_text="against which card; the oldest where left out")
    appeal = serializers.IntegerField(required=False, help_text="which appeal; the oldest where left out")
    upheld = serializers.BooleanField(required=False)
    heeded = serializers.BooleanField(required=False, help_text="of dissuade: whether whoever is at fault listened")
    basis = serializers.CharField(max_length=200, required=False, help_text="of hand_over: law and article")
    penalised = serializers.BooleanField(required=False)
    decided_on = serializers.DateField(required=False)
    document = serializers.CharField(max_length=80, required=False, allow_blank=True)
    penalty = serializers.ChoiceField(choices=Penalty.choices, required=False, allow_blank=True)
    amount = serializers.DecimalField(
        max_digits=12, decimal_places=2, min_value=0, required=False, allow_null=True, help_text="yuan"
    )
    held_at = serializers.DateTimeField(required=False, help_text="of mediate: when the sitting was")
    mediator = serializers.CharField(max_length=60, required=False, help_text="of the first sitting")
    parties = PartySerializer(
        many=True, required=False, help_text="both sides with the first sitting, later ones added"
    )
    agreed = serializers.BooleanField(required=False)
    performance_on = serializers.DateField(required=False, allow_null=True, help_text="of an agreement")
    way_on = serializers.ChoiceField(choices=WayOn.choices, required=False, allow_blank=True, help_text="of a failure")
    into = serializers.CharField(max_length=20, required=False)
    agencies = serializers.ListField(
        child=serializers.CharField(max_length=40),
        max_length=MOST_ASSISTING,
        required=False,
        help_text="of whistle: who is called to the spot",
    )
    lon = serializers.FloatField(
        min_value=-180,
        max_value=180,
        required=False,
        help_text="of arrive: where, with lat; how far from the case is kept",
    )
    lat = serializers.FloatField(min_value=-90, max_value=90, required=False)
    stars = serializers.IntegerField(min_value=1, max_value=5, required=False)
    summons = serializers.IntegerField(
        required=False, help_text="of rate_summoned: which of them; the first where left out"
    )
    present = serializers.BooleanField(
        required=False, help_text="of presence: whether the reporter is still on the scene"
    )
    solved = serializers.BooleanField(required=False)
    satisfied = serializers.BooleanField(required=False)


class PhotoInputSerializer(serializers.Serializer[Any]):
    """A photo to be attached, as multipart form."""

    photo = serializers.FileField()
    purpose = serializers.ChoiceField(choices=["before", "after"], required=False)
    client_id = serializers.UUIDField(required=False)


def _page(name: str, row: Any) -> Any:
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


CasePageSerializer = _page("CasePage", CaseRowSerializer)
EventPageSerializer = _page("CaseEventPage", EventSerializer)
CategoryPageSerializer = _page("CategoryPage", CategorySerializer)
AgencyPageSerializer = _page("AgencyPage", AgencySerializer)
