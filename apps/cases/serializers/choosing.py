"""What a case is chosen from: categories and agencies."""

from rest_framework import serializers

from apps.cases.models import (
    Category,
)
from apps.cases.selectors.catalogue import path_of
from apps.organisation.models import Agency


class CategorySerializer(serializers.Serializer[Category]):
    """A leaf of the category tree; ``code`` is ``scheme:kind:code``."""

    code = serializers.CharField(source="key")
    name = serializers.CharField(source="label")
    path = serializers.SerializerMethodField()
    kind = serializers.CharField()
    urgency = serializers.CharField()
    on_the_spot = serializers.BooleanField()
    application = serializers.BooleanField(help_text="a complete application can be settled at once")
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
