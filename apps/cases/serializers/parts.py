"""What hangs on a case: its legs, orders, requests, cards and the records beside its state."""

from rest_framework import serializers

from apps.cases.matters import appeal_of
from apps.cases.models import (
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
from apps.deadlines.models import LadderStep


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
