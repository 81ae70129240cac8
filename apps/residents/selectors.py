"""Reading the residents' ledger: always within the viewer's scope, with a fixed number of queries."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from apps.core.crypto import keyed_hashes
from apps.core.errors import NotVisible
from apps.core.keyset import KeysetPage, keyset_page
from apps.core.phones import tidy
from apps.grid.models import Unit, UnitKind
from apps.grid.permissions import Permission
from apps.grid.scopes import scopes_of
from apps.residents.choices import ResidenceKind
from apps.residents.models import Dwelling, Person, Residence, ResidentEvent
from apps.residents.words import addressed, named

if TYPE_CHECKING:
    from apps.grid.scopes import Person as Viewer

SORTS: dict[str, tuple[str, ...]] = {
    "name": ("name_key", "id"),
    "-name": ("-name_key", "-id"),
    "age": ("-birth_date", "-id"),
    "-age": ("birth_date", "id"),
}
COUNT_CAP = 999


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader of the ledger asks for: a unit, words to find, a kind of residence, an order."""

    unit: Unit | None = None
    words: str = ""
    kind: str = ""
    sort: str = "name"


def list_residents(user: "Viewer", wanted: Wanted, *, cursor: str | None, size: int) -> KeysetPage[Person]:
    """A page of the persons who live within the scope now, each with ``here``: the residences the viewer may see."""
    fields = SORTS.get(wanted.sort, SORTS["name"])
    return keyset_page(found(user, wanted).prefetch_related(_here(user)), fields, cursor, size)


def count_residents(user: "Viewer", wanted: Wanted) -> int:
    """How many there are, counted no further than one thousand."""
    return found(user, wanted).order_by()[: COUNT_CAP + 1].count()


def found(user: "Viewer", wanted: Wanted) -> QuerySet[Person]:
    """The persons asked for, within the scope."""
    dwellings = Dwelling.objects.visible_to(user)
    if wanted.unit is not None:
        dwellings = dwellings.inside(wanted.unit)
    persons = Person.objects.living_at(dwellings)
    if wanted.kind in ResidenceKind.values:
        stays = Residence.objects.open().filter(person=OuterRef("pk"), kind=wanted.kind)
        persons = persons.filter(Exists(stays.filter(dwelling__in=dwellings.values("pk"))))
    return persons.filter(_matching(wanted.words, dwellings)) if wanted.words.strip() else persons


def _matching(words: str, dwellings: "QuerySet[Dwelling]") -> Q:
    """Persons by a part of the name or of the address; a single character begins a name or is a building."""
    words = words.strip()
    single = len(words) == 1
    by_name = Q(name__startswith=words) if single else named(words)
    at = dwellings.filter(Q(building=words) if single else addressed(words))
    return by_name | Q(pk__in=Residence.objects.open().filter(dwelling__in=at.values("pk")).values("person_id"))


def find_by_number(user: "Viewer", number: str) -> list[Person]:
    """The persons within the scope with this identity number or phone, in full; at most twenty, with ``here``.

    Numbers are looked up by keyed hash; they belong in a request's body, never in its address.
    """
    number = tidy(number)
    if not number:
        return []
    hashes = keyed_hashes(number)
    same = Person.objects.filter(Q(identity_hash__in=hashes) | Q(phone_hash__in=hashes))
    return list(same.visible_to(user).prefetch_related(_here(user)).order_by("name_key", "pk")[:20])


def find_buildings(user: "Viewer", words: str, most: int) -> list[tuple[str, Unit]]:
    """Buildings within the scope whose address holds the words, each with its grid; nobody's name."""
    dwellings = Dwelling.objects.visible_to(user).filter(addressed(words))
    rows = list(dwellings.order_by("building", "grid_id").values_list("building", "grid_id").distinct()[:most])
    grids = Unit.objects.in_bulk({grid_id for _building, grid_id in rows})
    return [(building, grids[grid_id]) for building, grid_id in rows]


def _here(user: "Viewer") -> Prefetch:
    visible = Residence.objects.open().visible_to(user)
    places = ("dwelling__street", "dwelling__community", "dwelling__grid")
    return Prefetch("residences", visible.select_related(*places).order_by("since", "pk"), to_attr="here")


def resident(user: "Viewer", person_id: int) -> Person:
    """One person within the scope, with ``here`` as in the list. Raises ``NotVisible``."""
    person = Person.objects.visible_to(user).filter(pk=person_id).prefetch_related(_here(user)).first()
    if person is None:
        raise NotVisible
    return person


def residence(user: "Viewer", residence_id: int) -> Residence:
    """One residence within the scope, ended or not. Raises ``NotVisible``."""
    row = Residence.objects.visible_to(user).filter(pk=residence_id).select_related("dwelling__grid").first()
    if row is None:
        raise NotVisible
    return row


def former_residences(user: "Viewer", person: Person) -> list[Residence]:
    """Where within the scope the person lived before, the latest first."""
    ended = Residence.objects.visible_to(user).filter(person=person, until__isnull=False)
    return list(ended.select_related("dwelling__community", "dwelling__grid").order_by("-until", "-pk"))


def household_members(user: "Viewer", person: Person) -> list[Residence]:
    """The others who live in the person's households within the scope, heads first."""
    households = Residence.objects.open().visible_to(user).filter(person=person).values("household_id")
    others = Residence.objects.open().visible_to(user).filter(household__in=households).exclude(person=person)
    rows = list(others.select_related("person").order_by("person__birth_date", "pk"))
    return sorted(rows, key=lambda row: row.relation != "head")


def events_of(user: "Viewer", person: Person) -> list[ResidentEvent]:
    """What was done with the person's record within the viewer's ledger scope, the latest first; at most fifty."""
    events = ResidentEvent.objects.visible_to(user, Permission.RESIDENT_VIEW).filter(person=person)
    return list(events.select_related("actor", "street", "community", "grid").order_by("-sequence")[:50])


def list_reveals(user: "Viewer", *, cursor: str | None, size: int) -> KeysetPage[ResidentEvent]:
    """Who saw whose full numbers and why, within the auditor's scope, the latest first."""
    events = ResidentEvent.objects.visible_to(user).filter(action="reveal")
    related = ("actor", "person", "district", "street", "community", "grid")
    return keyset_page(events.select_related(*related), ("-at", "-id"), cursor, size)


def unit_in_scope(user: "Viewer", code: str, permission: Permission = Permission.RESIDENT_VIEW) -> Unit:
    """The unit with this code. Raises ``NotVisible`` when there is none within the scope."""
    unit = Unit.objects.visible_to(user, permission).filter(code=code).select_related("parent").first()
    if unit is None:
        raise NotVisible
    return unit


def top_units(user: "Viewer", permission: Permission = Permission.RESIDENT_VIEW) -> list[Unit]:
    """The topmost units of the scope, in tree order."""
    ids = [scope.unit_id for scope in scopes_of(user, permission)]
    return list(Unit.objects.filter(pk__in=ids).order_by("tree_id", "lft")) if ids else []


def units_below(unit: Unit) -> list[Unit]:
    """The open units right below a unit, in order of their codes; none below a grid."""
    if unit.kind == UnitKind.GRID:
        return []
    return list(Unit.objects.filter(parent=unit, closed_on__isnull=True).order_by("code"))
