"""Shapes of the API's units and boundaries."""

from typing import Any

from rest_framework import serializers

from apps.grid.models import GridType, Unit, UnitKind


class UnitSerializer(serializers.Serializer[Unit]):
    """One unit; ``parent`` is a code."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=UnitKind.choices)
    parent = serializers.SerializerMethodField()
    grid_type = serializers.ChoiceField(choices=GridType.choices, allow_null=True)

    def get_parent(self, unit: Unit) -> str | None:
        """The parent's code."""
        return unit.parent.code if unit.parent_id and unit.parent else None


class UnitPageSerializer(serializers.Serializer[Any]):
    """A page of units."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = UnitSerializer(many=True)


class UnitQuerySerializer(serializers.Serializer[Any]):
    """What the list of units may be asked."""

    kind = serializers.ChoiceField(choices=UnitKind.choices, required=False)
    parent = serializers.CharField(required=False, max_length=15)
    q = serializers.CharField(required=False, max_length=60)
    cursor = serializers.CharField(required=False)
    size = serializers.IntegerField(required=False, min_value=1, max_value=200, default=50)


class PointSerializer(serializers.Serializer[Any]):
    """A point in degrees of WGS 84 / CGCS2000."""

    lon = serializers.FloatField(min_value=-180, max_value=180)
    lat = serializers.FloatField(min_value=-90, max_value=90)


class OutlineSerializer(serializers.Serializer[Any]):
    """An outline to be checked: a GeoJSON Polygon or MultiPolygon."""

    geometry = serializers.JSONField()


class BoundarySerializer(OutlineSerializer):
    """An outline to be kept: as a draft, or published with a reason; ``base`` is the id of the boundary it was drawn
    from.
    """

    because = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    draft = serializers.BooleanField(required=False, default=False)
    base = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=0)
