"""Shapes of the API of limits: what a simulation asks and what it answers."""

from typing import Any

from rest_framework import serializers

from apps.deadlines.choices import Complexity, Level, Urgency
from apps.deadlines.explanations import Explanation


class SimulationQuerySerializer(serializers.Serializer[Any]):
    """A matter: ``category`` a code, ``unit`` a code or nothing for nowhere in particular, ``at`` when it begins."""

    category = serializers.CharField(required=False, allow_blank=True, default="", max_length=60)
    unit = serializers.CharField(required=False, allow_blank=True, default="", max_length=15)
    level = serializers.ChoiceField(choices=Level.choices)
    urgency = serializers.ChoiceField(choices=Urgency.choices, required=False, default=Urgency.NORMAL)
    complexity = serializers.ChoiceField(choices=Complexity.choices, required=False, default=Complexity.GENERAL)
    at = serializers.DateTimeField(required=False)


class PolicySerializer(serializers.Serializer[Any]):
    """The rule that gives a limit."""

    code = serializers.CharField(source="row.code")
    version = serializers.IntegerField(source="row.version")
    name = serializers.CharField(source="row.title")
    preset = serializers.CharField(source="row.preset_id")
    amount = serializers.DecimalField(source="row.amount", max_digits=6, decimal_places=2)
    measure = serializers.CharField(source="row.measure")
    origin = serializers.CharField(source="row.origin")


class LostSerializer(serializers.Serializer[Any]):
    """A rule that matched too, and in what the one that was chosen is more specific."""

    rule = PolicySerializer()
    reason = serializers.CharField()


class StepSerializer(serializers.Serializer[Any]):
    """A step of the ladder and its moment."""

    step = serializers.IntegerField()
    kind = serializers.CharField()
    due_at = serializers.DateTimeField()


class ExplanationSerializer(serializers.Serializer[Explanation]):
    """A stage's limit and why; ``due_at`` and ``policy`` are null where no rule is in force."""

    stage = serializers.CharField()
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    policy = PolicySerializer(allow_null=True)
    others = LostSerializer(many=True)
    ladder = serializers.CharField(source="ladder.code", default=None, allow_null=True)
    steps = StepSerializer(many=True)
