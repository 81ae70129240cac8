"""Lists of hard cases and of samples: each row with the case it is about."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.cases.models import Case, JointMeeting, Sample, SampleReview
from apps.cases.sampling import Point
from apps.cases.selectors.samples import Progress, progress_of
from apps.cases.serializers.case import PlaceSerializer, place_codes
from apps.cases.serializers.pages import page_serializer
from apps.cases.serializers.parts import HazardSerializer, MeetingItemSerializer, SpecialSerializer


class CaseNameSerializer(serializers.Serializer[Case]):
    """Which case a row is about, and where it lies."""

    number = serializers.CharField()
    title = serializers.CharField()
    category = serializers.CharField(source="category.key")
    state = serializers.CharField()
    place = serializers.SerializerMethodField()

    @extend_schema_field(PlaceSerializer)
    def get_place(self, case: Case) -> dict[str, str | None]:
        """The codes of the path."""
        return place_codes(case)


class SpecialRowSerializer(SpecialSerializer):
    """A row of the special list; ``ended_at`` and ``end_reason`` of what was declined, taken off or closed."""

    id = serializers.IntegerField()
    case = CaseNameSerializer()
    proposer = serializers.CharField(source="proposer.code", default=None, allow_null=True)
    proposed_at = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    end_reason = serializers.CharField(allow_blank=True)


class HazardRowSerializer(HazardSerializer):
    """A row of the listed hazards; ``accepted_at`` when its removal was accepted."""

    id = serializers.IntegerField()
    case = CaseNameSerializer()
    accepted_at = serializers.DateTimeField(allow_null=True)


class MeetingSerializer(serializers.Serializer[JointMeeting]):
    """A joint meeting of one week; ``items`` counts its list, ``done`` those resolved or closed with their case."""

    id = serializers.IntegerField()
    unit = serializers.CharField(source="unit.code")
    week = serializers.DateField()
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    held_on = serializers.DateField(allow_null=True)
    chair = serializers.CharField(allow_blank=True)
    summary = serializers.CharField(allow_blank=True)
    items = serializers.SerializerMethodField()
    done = serializers.SerializerMethodField()

    def get_items(self, meeting: JointMeeting) -> int:
        """How many items stand on the list."""
        return int(meeting.counts["all"])  # type: ignore[attr-defined]

    def get_done(self, meeting: JointMeeting) -> int:
        """How many of them are done."""
        return int(meeting.counts.get("done", 0))  # type: ignore[attr-defined]


class MeetingRowSerializer(MeetingItemSerializer):
    """An item of one meeting with its case."""

    id = serializers.IntegerField()
    number = serializers.IntegerField()
    case = CaseNameSerializer()
    decided_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class ProgressSerializer(serializers.Serializer[Progress]):
    """How far the reviews of a sample have come; ``rate`` is qualified in a hundred of those reviewed."""

    waiting = serializers.IntegerField()
    qualified = serializers.IntegerField()
    unqualified = serializers.IntegerField()
    lapsed = serializers.IntegerField()
    rate = serializers.IntegerField(allow_null=True)


class SampleSerializer(serializers.Serializer[Sample]):
    """A sample with everything that is needed to draw it again: those of the ``population`` whose SHA-256 of
    ``seed:number`` is lowest."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    unit = serializers.CharField(source="unit.code")
    since = serializers.DateField()
    until = serializers.DateField()
    kind = serializers.CharField()
    category = serializers.CharField(source="category.key", default=None, allow_null=True)
    agency = serializers.CharField(source="agency.code", default=None, allow_null=True)
    size = serializers.IntegerField(allow_null=True)
    percent = serializers.IntegerField(allow_null=True)
    seed = serializers.CharField()
    population = serializers.IntegerField()
    digest = serializers.CharField()
    drawn = serializers.IntegerField()
    due_on = serializers.DateField()
    drawn_at = serializers.DateTimeField()
    progress = serializers.SerializerMethodField()

    @extend_schema_field(ProgressSerializer)
    def get_progress(self, sample: Sample) -> Any:
        """How far its reviews have come."""
        return ProgressSerializer(progress_of(sample)).data


class SampleReviewSerializer(serializers.Serializer[SampleReview]):
    """The review of one sampled case; ``faults`` are the points that do not hold."""

    id = serializers.IntegerField()
    case = CaseNameSerializer()
    agency = serializers.CharField(source="agency.code")
    state = serializers.CharField()
    point_record = serializers.CharField(allow_blank=True)
    point_evidence = serializers.CharField(allow_blank=True)
    point_limit = serializers.CharField(allow_blank=True)
    point_reporter = serializers.CharField(allow_blank=True)
    point_result = serializers.CharField(allow_blank=True)
    faults = serializers.SerializerMethodField()
    consequence = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    reviewed_by = serializers.CharField(source="reviewed_by.username", default=None, allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=Point.choices)))
    def get_faults(self, review: SampleReview) -> list[str]:
        """The points that do not hold."""
        return [point.value for point in review.faults()]


SpecialPageSerializer = page_serializer("SpecialPage", SpecialRowSerializer)
HazardPageSerializer = page_serializer("HazardPage", HazardRowSerializer)
MeetingPageSerializer = page_serializer("MeetingPage", MeetingSerializer)
MeetingItemPageSerializer = page_serializer("MeetingItemPage", MeetingRowSerializer)
SamplePageSerializer = page_serializer("SamplePage", SampleSerializer)
SampleReviewPageSerializer = page_serializer("SampleReviewPage", SampleReviewSerializer)
