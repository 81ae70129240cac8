"""Dwellings, households, persons and where they live, and the chain of what was done with a person's record."""

from typing import TYPE_CHECKING, Any, Self, cast

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.audit import ChainedEvent, ChainHead
from apps.core.crypto import EncryptedTextField, mask_identity, mask_phone
from apps.core.text import pinyin_key
from apps.grid.permissions import Permission
from apps.grid.placed import Placed, PlacedQuerySet, path_constraint
from apps.organisation.models import DateRange
from apps.residents.choices import Document, Relation, ResidenceKind, Sex
from apps.residents.identity import mask_passport
from apps.residents.words import words_of

if TYPE_CHECKING:
    from apps.grid.scopes import Person as Viewer

PLAIN, PERSONAL, SENSITIVE = "plain", "personal", "sensitive"
"""Classes of fields (GB/T 35273): a sensitive one is encrypted, shown masked and revealed one person at a time."""


class DwellingQuerySet(PlacedQuerySet):
    """Dwellings."""

    def visible_to(self, user: "Viewer", permission: Permission = Permission.RESIDENT_VIEW) -> Self:
        """Dwellings within the scope."""
        return super().visible_to(user, permission)


class Dwelling(Placed):
    """A room, flat or house inside a grid: building, entrance, room."""

    classification = {
        "id": PLAIN,
        "client_id": PLAIN,
        "district": PLAIN,
        "street": PLAIN,
        "community": PLAIN,
        "grid": PLAIN,
        "building": PLAIN,
        "entrance": PLAIN,
        "room": PLAIN,
        "words": PLAIN,
        "created_by": PLAIN,
        "created_at": PLAIN,
    }

    client_id = models.UUIDField(null=True, unique=True)
    building = models.CharField(_("楼栋"), max_length=60)
    entrance = models.CharField(pgettext_lazy("dwelling", "单元"), max_length=20, blank=True)
    room = models.CharField(_("室号"), max_length=20)
    words = ArrayField(models.CharField(max_length=2), default=list, editable=False)
    created_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()

    objects = DwellingQuerySet.as_manager()

    class Meta:
        verbose_name = _("住所")
        indexes = [
            models.Index(fields=["street"], name="residents_dwelling_street"),
            models.Index(fields=["community"], name="residents_dwelling_community"),
            GinIndex(fields=["words"], name="residents_dwelling_words"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["grid", "building", "entrance", "room"], name="residents_dwelling_address"),
            models.CheckConstraint(condition=Q(grid__isnull=False), name="residents_dwelling_in_a_grid"),
            models.CheckConstraint(condition=~Q(building="") & ~Q(room=""), name="residents_dwelling_address_given"),
            path_constraint("residents_dwelling"),
        ]

    def __str__(self) -> str:
        return self.address

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the search words with the address."""
        self.words = words_of(self.building, self.entrance, self.room)
        super().save(*args, **kwargs)

    @property
    def address(self) -> str:
        """Building, entrance and room as one line."""
        return " ".join(part for part in (self.building, self.entrance, self.room) if part)


class AtDwellingQuerySet(models.QuerySet[Any]):
    """Rows that lie where their dwelling lies."""

    def visible_to(self, user: "Viewer", permission: Permission = Permission.RESIDENT_VIEW) -> Self:
        """Rows whose dwelling is within the scope."""
        return self.filter(Exists(Dwelling.objects.visible_to(user, permission).filter(pk=OuterRef("dwelling_id"))))


class PersonQuerySet(models.QuerySet["Person"]):
    """Persons."""

    def visible_to(self, user: "Viewer", permission: Permission = Permission.RESIDENT_VIEW) -> Self:
        """Persons who live at a dwelling within the scope now."""
        return self.living_at(Dwelling.objects.visible_to(user, permission))

    def living_at(self, dwellings: "models.QuerySet[Dwelling]") -> Self:
        """Persons with an open residence at one of the dwellings."""
        here = Residence.objects.open().filter(person=OuterRef("pk"), dwelling__in=dwellings.values("pk"))
        return self.filter(Exists(here))


class Person(ChainHead):
    """A resident. Identity number and phone are encrypted, found by keyed hash and shown masked."""

    classification = {
        "id": PLAIN,
        "name": PERSONAL,
        "name_key": PERSONAL,
        "words": PERSONAL,
        "document": PLAIN,
        "identity": SENSITIVE,
        "identity_hash": PERSONAL,
        "sex": PERSONAL,
        "birth_date": PERSONAL,
        "phone": SENSITIVE,
        "phone_hash": PERSONAL,
        "head_sequence": PLAIN,
        "head_hash": PLAIN,
        "created_by": PLAIN,
        "created_at": PLAIN,
    }

    name = models.CharField(_("姓名"), max_length=60)
    name_key = models.CharField(max_length=200, editable=False)
    words = ArrayField(models.CharField(max_length=2), default=list, editable=False)
    document = models.CharField(_("证件类型"), max_length=10, choices=Document.choices, default=Document.ID_CARD)
    identity = EncryptedTextField(_("证件号码"), null=False)
    identity_hash = models.BinaryField(max_length=33, unique=True, editable=False)
    sex = models.CharField(_("性别"), max_length=6, choices=Sex.choices)
    birth_date = models.DateField(_("出生日期"))
    phone = EncryptedTextField(_("电话"))
    phone_hash = models.BinaryField(max_length=33, null=True, editable=False)
    created_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()

    objects = PersonQuerySet.as_manager()

    here: "list[Residence]"  # filled by selectors: the open residences that the reader may see

    class Meta:
        verbose_name = _("居民")
        indexes = [
            models.Index(fields=["name_key", "id"], name="residents_person_name"),
            models.Index(fields=["birth_date", "id"], name="residents_person_birth"),
            models.Index(fields=["phone_hash"], condition=Q(phone_hash__isnull=False), name="residents_person_phone"),
            GinIndex(fields=["words"], name="residents_person_words"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="residents_person_name_given"),
            models.CheckConstraint(
                condition=Q(document__in=Document.values, sex__in=Sex.values), name="residents_person_choices"
            ),
            models.CheckConstraint(
                condition=Q(phone__isnull=True, phone_hash__isnull=True)
                | Q(phone__isnull=False, phone_hash__isnull=False),
                name="residents_person_phone_with_hash",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep sorting key and search words with the name."""
        self.name_key = pinyin_key(self.name)
        self.words = words_of(self.name)
        super().save(*args, **kwargs)

    @property
    def identity_masked(self) -> str:
        """The identity number as every screen shows it."""
        mask = mask_passport if self.document == Document.PASSPORT else mask_identity
        return mask(cast(str, self.identity))

    @property
    def phone_masked(self) -> str:
        """The phone number as every screen shows it; empty where there is none."""
        return mask_phone(cast(str, self.phone))


class Household(models.Model):
    """The people who live at a dwelling as one home, with a head."""

    classification = {
        "id": PLAIN,
        "client_id": PLAIN,
        "dwelling": PLAIN,
        "head": PERSONAL,
        "created_by": PLAIN,
        "created_at": PLAIN,
    }

    client_id = models.UUIDField(null=True, unique=True)
    dwelling = models.ForeignKey(Dwelling, on_delete=models.PROTECT, related_name="households")
    head = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("户主"))
    created_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()

    objects = AtDwellingQuerySet.as_manager()

    class Meta:
        verbose_name = _("住户")
        constraints = [
            models.UniqueConstraint(fields=["dwelling", "id"], name="residents_household_dwelling_id"),
            models.UniqueConstraint(
                fields=["dwelling", "head"], condition=Q(head__isnull=False), name="residents_household_head_once"
            ),
        ]


class ResidenceQuerySet(AtDwellingQuerySet):
    """Residences."""

    def open(self) -> Self:
        """Where people live now."""
        return self.filter(until__isnull=True)


class Residence(models.Model):
    """A person lives at a dwelling, from one date to another, both inclusive. Moving ends one row; nothing is lost."""

    classification = {
        "id": PLAIN,
        "client_id": PLAIN,
        "person": PERSONAL,
        "dwelling": PERSONAL,
        "household": PERSONAL,
        "kind": PERSONAL,
        "relation": PERSONAL,
        "since": PERSONAL,
        "until": PERSONAL,
        "created_by": PLAIN,
        "created_at": PLAIN,
    }

    client_id = models.UUIDField(null=True, unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="residences")
    dwelling = models.ForeignKey(Dwelling, on_delete=models.PROTECT, related_name="residences")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="residences")
    kind = models.CharField(_("居住类型"), max_length=12, choices=ResidenceKind.choices)
    relation = models.CharField(_("与户主关系"), max_length=12, choices=Relation.choices)
    since = models.DateField(_("入住日期"))
    until = models.DateField(_("迁出日期"), null=True)
    created_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()

    objects = ResidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("居住")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ResidenceKind.values, relation__in=Relation.values),
                name="residents_residence_choices",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="residents_residence_dates_in_order"
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(kind="registered", until__isnull=True),
                name="residents_residence_one_registered",
            ),
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(relation="head", until__isnull=True),
                name="residents_residence_one_head",
            ),
            ExclusionConstraint(
                name="residents_residence_no_overlap",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("dwelling", RangeOperators.EQUAL),
                    (DateRange("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="residents_residence_registered_no_overlap",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (DateRange("since", "until"), RangeOperators.OVERLAPS),
                ],
                condition=Q(kind="registered"),
            ),
        ]


class ResidentEventQuerySet(PlacedQuerySet):
    """What was done with residents' records."""

    def visible_to(self, user: "Viewer", permission: Permission = Permission.AUDIT_VIEW) -> Self:
        """Events that took place within the scope."""
        return super().visible_to(user, permission)


class ResidentEvent(ChainedEvent, Placed):
    """One thing done with a person's record, in the chain of that person: moved in, moved out, changed, revealed.

    Payloads hold no identity number and no phone. The path is that of the moment.
    """

    chain_parent = "person"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="events")

    objects = ResidentEventQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["action", "-at", "-id"], name="residents_event_action_at")]
        constraints = [
            models.UniqueConstraint(fields=["person", "sequence"], name="residents_event_person_sequence"),
            path_constraint("residents_residentevent"),
        ]
