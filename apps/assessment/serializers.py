"""What the API says of scores, and what it may be asked."""

from typing import Any

from rest_framework import serializers

from apps.assessment.choices import Part, SubjectKind
from apps.assessment.models import Period, Score, ScoreItem

MOST = 200


class ScoreQuerySerializer(serializers.Serializer[Any]):
    """The query of the list."""

    period = serializers.RegexField(r"^\d{4}-(0[1-9]|1[0-2])$", required=False)
    kind = serializers.ChoiceField(choices=SubjectKind.choices, default=SubjectKind.STREET)
    unit = serializers.CharField(required=False)
    cursor = serializers.CharField(required=False, default=None)
    size = serializers.IntegerField(min_value=1, max_value=MOST, default=50)


class RowsQuerySerializer(serializers.Serializer[Any]):
    """The query of the rows behind a number."""

    indicator = serializers.SlugField()
    part = serializers.ChoiceField(choices=Part.choices, default=Part.NUMERATOR)
    cursor = serializers.CharField(required=False, default=None)
    size = serializers.IntegerField(min_value=1, max_value=MOST, default=50)


class PeriodSerializer(serializers.ModelSerializer[Period]):
    """A month."""

    class Meta:
        model = Period
        fields = ["label", "version", "state", "cutoff", "checksum", "because", "published_at"]


class ItemSerializer(serializers.ModelSerializer[ScoreItem]):
    """One indicator of a score."""

    indicator = serializers.CharField(source="indicator.code")
    name = serializers.CharField(source="indicator.label")
    full_mark = serializers.DecimalField(source="indicator.full_mark", max_digits=6, decimal_places=2)

    class Meta:
        model = ScoreItem
        fields = ["indicator", "name", "numerator", "denominator", "value", "points", "full_mark"]


class ScoreSerializer(serializers.ModelSerializer[Score]):
    """One score in a list."""

    period = serializers.CharField(source="period.label")
    kind = serializers.CharField(source="subject_kind")

    class Meta:
        model = Score
        fields = ["id", "period", "kind", "code", "name", "points", "rank", "ranked", "previous_rank", "sample"]


class ScoreDetailSerializer(ScoreSerializer):
    """One score with what is behind it."""

    period = PeriodSerializer()  # type: ignore[assignment]
    items = ItemSerializer(many=True, source="items_loaded")

    class Meta(ScoreSerializer.Meta):
        fields = [*ScoreSerializer.Meta.fields, "items"]


class ScorePageSerializer(serializers.Serializer[Any]):
    """A page of scores."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = ScoreSerializer(many=True)


class FactSerializer(serializers.Serializer[Any]):
    """One row behind a number, whatever its source."""

    label = serializers.CharField()
    title = serializers.CharField()
    place = serializers.CharField()
    when = serializers.CharField()
    done = serializers.CharField(allow_null=True)
    result = serializers.CharField(source="word")


class FactPageSerializer(serializers.Serializer[Any]):
    """A page of the rows behind a number; ``count`` is what was counted then, ``now`` what is there now."""

    indicator = serializers.CharField()
    part = serializers.CharField()
    count = serializers.IntegerField()
    now = serializers.IntegerField()
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = FactSerializer(many=True)
