"""Residents as the API takes and gives them: numbers go in whole and come out masked."""

from typing import Any

from rest_framework import serializers

from apps.residents.choices import Document, Relation, ResidenceKind, Sex
from apps.residents.models import Person, Residence
from apps.residents.services import Particulars, Stay


class ResidenceSerializer(serializers.ModelSerializer[Residence]):
    """Where and on what footing a person lives."""

    grid = serializers.CharField(source="dwelling.grid.code")
    address = serializers.CharField(source="dwelling.address")

    class Meta:
        model = Residence
        fields = ["id", "grid", "address", "kind", "relation", "since", "until"]


class ResidentSerializer(serializers.ModelSerializer[Person]):
    """A resident with masked numbers and the residences within the caller's scope."""

    identity = serializers.CharField(source="identity_masked", help_text="masked")
    phone = serializers.CharField(source="phone_masked", help_text="masked; empty where there is none")
    residences = ResidenceSerializer(source="here", many=True)

    class Meta:
        model = Person
        fields = ["id", "name", "document", "identity", "sex", "phone", "residences"]


class ResidentPageSerializer(serializers.Serializer[Any]):
    """A page of residents with the links of its neighbours."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = ResidentSerializer(many=True)


class NewResidentSerializer(serializers.Serializer[Any]):
    """A dwelling inside a grid and the person who moves in."""

    client_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    grid = serializers.CharField(max_length=15)
    building = serializers.CharField(max_length=60)
    entrance = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    room = serializers.CharField(max_length=20)
    name = serializers.CharField(max_length=60)
    document = serializers.ChoiceField(Document.choices, required=False, default=Document.ID_CARD)
    identity = serializers.CharField(max_length=30)
    sex = serializers.ChoiceField(Sex.choices, required=False, allow_blank=True, default="")
    birth_date = serializers.DateField(required=False, allow_null=True, default=None)
    phone = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    kind = serializers.ChoiceField(ResidenceKind.choices)
    relation = serializers.ChoiceField(Relation.choices)
    since = serializers.DateField()

    def arguments(self) -> dict[str, Any]:
        """What ``services.register_resident`` takes, from valid input."""
        given = self.validated_data
        names = ("name", "identity", "document", "phone", "sex", "birth_date")
        return {
            "building": given["building"],
            "entrance": given["entrance"],
            "room": given["room"],
            "who": Particulars(**{name: given[name] for name in names}),
            "stay": Stay(
                kind=given["kind"], relation=given["relation"], since=given["since"], client_id=given["client_id"]
            ),
        }


class PurposeSerializer(serializers.Serializer[Any]):
    """Why somebody needs a person's full numbers."""

    purpose = serializers.CharField(max_length=200)


class NumberSerializer(serializers.Serializer[Any]):
    """A whole identity number or phone to look for."""

    number = serializers.CharField(max_length=30)


class RevealedSerializer(serializers.Serializer[Any]):
    """A person's full numbers."""

    id = serializers.IntegerField(source="person.pk")
    identity = serializers.CharField()
    phone = serializers.CharField()


class MoveOutSerializer(serializers.Serializer[Any]):
    """The last day at a dwelling."""

    last_day = serializers.DateField()
