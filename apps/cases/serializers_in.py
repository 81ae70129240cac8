"""What comes in through the cases API (``spec/interfaces.md``, REST): reports, actions, photos."""

from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.cases.calls import CallOutcome
from apps.cases.choices import Callback, HazardLevel, OrderOffice, PartyRole, Penalty, Source, Urgency, WayOn
from apps.cases.filing import Piece
from apps.cases.sampling import Consequence, Finding
from apps.core.clock import SHANGHAI
from apps.deadlines.choices import Complexity

MOST_ASSISTING = 20


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
    leader = serializers.CharField(
        max_length=150, required=False, help_text="of list_special: the username of the responsible leader"
    )
    level = serializers.ChoiceField(choices=HazardLevel.choices, required=False, help_text="of list_hazard")
    party = serializers.CharField(
        max_length=80, required=False, allow_blank=True, help_text="of list_hazard: who has to remove the hazard"
    )
    public_title = serializers.CharField(
        max_length=40, required=False, allow_blank=True, help_text="of edit_publication; empty: the category"
    )
    public_words = serializers.CharField(
        max_length=300, required=False, allow_blank=True, help_text="of edit_publication; empty: the plain facts"
    )
    assisting = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=MOST_ASSISTING, required=False
    )
    complexity = serializers.ChoiceField(
        choices=Complexity.choices, required=False, help_text="of register and dispatch: what the limits go by"
    )
    unclear = serializers.BooleanField(
        required=False, help_text="of dispatch: nobody's duty is clear, so to the fallback agency; opens a ruling"
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
    missing = serializers.ListField(
        child=serializers.CharField(max_length=100),
        max_length=MOST_ASSISTING,
        required=False,
        help_text="of ask_missing: everything that is missing, in one list",
    )
    to = serializers.CharField(max_length=60, required=False, help_text="of transfer: the user name of who follows it")
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
    qualified = serializers.BooleanField(required=False, help_text="of review_sample: the verdict")
    sample = serializers.IntegerField(
        required=False, help_text="of review_sample: in which sample; the one due first where left out"
    )
    point_record = serializers.ChoiceField(choices=Finding.choices, required=False, help_text="record complete")
    point_evidence = serializers.ChoiceField(choices=Finding.choices, required=False, help_text="evidence true")
    point_limit = serializers.ChoiceField(choices=Finding.choices, required=False, help_text="limit honest")
    point_reporter = serializers.ChoiceField(choices=Finding.choices, required=False, help_text="reporter satisfied")
    point_result = serializers.ChoiceField(choices=Finding.choices, required=False, help_text="result holds on site")
    consequence = serializers.ChoiceField(
        choices=Consequence.choices,
        required=False,
        allow_blank=True,
        help_text="of an unqualified review; supervise takes until and office as the act does",
    )
    present = serializers.BooleanField(
        required=False, help_text="of presence: whether the reporter is still on the scene"
    )
    absent = serializers.ListField(
        child=serializers.ChoiceField(choices=Piece.choices),
        required=False,
        help_text="of archive: exactly the pieces that are missing, with a note that says why",
    )
    reopen = serializers.BooleanField(
        required=False, help_text="of unarchive: put a closed case on its desk again as well"
    )
    outcome = serializers.ChoiceField(
        choices=CallOutcome.choices, required=False, help_text="of follow_up: what came of the call"
    )
    contacted = serializers.BooleanField(
        required=False, help_text="of follow_up: whether the reporter was contacted in time"
    )
    rejected = serializers.BooleanField(
        required=False, help_text="of follow_up: the reporter does not accept the result, once: it is reopened"
    )
    solved = serializers.BooleanField(required=False)
    satisfied = serializers.BooleanField(required=False)


class PhotoInputSerializer(serializers.Serializer[Any]):
    """A photo to be attached, as multipart form."""

    photo = serializers.FileField()
    purpose = serializers.ChoiceField(choices=["before", "after"], required=False)
    client_id = serializers.UUIDField(required=False)
