"""What happens in the residents' ledger: dwellings and households are added, people move in and out, numbers are shown.

Every move and every reveal writes one event in the person's chain, in the same transaction.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.audit import append_event
from apps.core.crypto import keyed_hash, keyed_hashes
from apps.core.errors import Conflict, InvalidInput, NotAllowed, NotVisible, WrongState
from apps.core.locks import advisory_lock
from apps.core.phones import PHONE, tidy
from apps.core.reveals import checked_purpose
from apps.core.text import normalise
from apps.grid.models import Unit, UnitKind
from apps.grid.permissions import Permission
from apps.grid.placed import PATH_RELATED, place_at
from apps.grid.scopes import covers
from apps.residents.choices import Document, Relation, ResidenceKind, Sex
from apps.residents.identity import PASSPORT, IdentityError, parse_identity
from apps.residents.models import Dwelling, Household, Person, Residence, ResidentEvent

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True, slots=True)
class Particulars:
    """Who a person is, as entered. ``sex`` and ``birth_date`` are asked for with a passport and else derived."""

    name: str
    identity: str
    document: str = Document.ID_CARD
    phone: str = ""
    sex: str = ""
    birth_date: date | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """On what footing and from when a person lives at a dwelling."""

    kind: str
    relation: str
    since: date
    client_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Revealed:
    """A person's full numbers, for one pair of eyes; never logged, never cached."""

    person: Person
    identity: str
    phone: str


@transaction.atomic
def add_dwelling(
    *,
    actor: "User",
    grid: Unit,
    building: str,
    room: str,
    at: datetime,
    entrance: str = "",
    client_id: UUID | None = None,
) -> Dwelling:
    """A dwelling inside ``grid``; the one already there where the address is known.

    Raises ``NotVisible`` for a grid out of scope, ``NotAllowed`` without the right to edit there, ``InvalidInput``
    for a unit that is not an open grid or an address without building or room.
    """
    place = _editable_place(actor, grid)
    building, entrance, room = building.strip(), entrance.strip(), room.strip()
    wrong = {name: [_("请填写。")] for name, value in (("building", building), ("room", room)) if not value}
    if wrong:
        raise InvalidInput(fields=wrong)
    advisory_lock(f"residents.dwelling:{grid.pk}")
    dwelling, _created = Dwelling.objects.get_or_create(
        grid_id=grid.pk,
        building=building,
        entrance=entrance,
        room=room,
        defaults=place | {"client_id": client_id, "created_by": actor, "created_at": at},
    )
    return dwelling


@transaction.atomic
def add_household(*, actor: "User", dwelling: Dwelling, at: datetime, client_id: UUID | None = None) -> Household:
    """An empty household at a dwelling. Raises ``NotVisible`` or ``NotAllowed`` as the dwelling's place demands."""
    _check_edit(actor, dwelling.place)
    return Household.objects.create(dwelling=dwelling, client_id=client_id, created_by=actor, created_at=at)


@transaction.atomic
def add_person(*, actor: "User", dwelling: Dwelling, who: Particulars, stay: Stay, at: datetime) -> Residence:
    """Let a person move in at a dwelling: a new person, or one known by the identity number who lives elsewhere too.

    A head of household founds a household where there is none without a head, anybody else joins the latest one of the
    dwelling. Sent again with the same ``stay.client_id`` it answers the first result. Raises ``NotVisible`` and
    ``NotAllowed`` as the place demands, ``InvalidInput`` naming every wrong field, ``Conflict`` when the person lives
    there already or is registered elsewhere.
    """
    _check_edit(actor, dwelling.place)
    repeated = _repeated(actor, stay)
    if repeated is not None:
        return repeated
    number = _checked(who, stay, clock.local(at).date())
    Dwelling.objects.select_for_update().get(pk=dwelling.pk)
    person = _known_person(who, number) or _new_person(actor, who, number, at)
    _refuse_double(person, dwelling, stay)
    household = _household(actor, dwelling, person, stay, at)
    try:
        with transaction.atomic():
            residence = Residence.objects.create(
                person=person,
                dwelling=dwelling,
                household=household,
                kind=stay.kind,
                relation=stay.relation,
                since=stay.since,
                client_id=stay.client_id,
                created_by=actor,
                created_at=at,
            )
    except IntegrityError as error:
        raise Conflict(_("此人这段时间已有居住登记。"), code="residence-overlap") from error
    payload = {"dwelling": dwelling.pk, "kind": stay.kind, "relation": stay.relation, "since": stay.since}
    _record(person, "move-in", payload, dwelling=dwelling, actor=actor, at=at)
    return residence


@transaction.atomic
def register_resident(
    *,
    actor: "User",
    grid: Unit,
    building: str,
    room: str,
    who: Particulars,
    stay: Stay,
    at: datetime,
    entrance: str = "",
) -> Residence:
    """Dwelling (where it is new) and person in one act, both or neither; raises what the two acts raise."""
    dwelling = add_dwelling(actor=actor, grid=grid, building=building, entrance=entrance, room=room, at=at)
    return add_person(actor=actor, dwelling=dwelling, who=who, stay=stay, at=at)


@transaction.atomic
def move_out(*, actor: "User", residence_id: int, last_day: date, at: datetime) -> Residence:
    """End a residence after ``last_day``; a head who leaves leaves the household without one.

    Raises ``NotVisible``, ``NotAllowed``, ``WrongState`` when the person has moved out already, ``InvalidInput`` for a
    day before the first or after today.
    """
    found = Residence.objects.filter(pk=residence_id).visible_to(actor).select_related("dwelling").first()
    if found is None:
        raise NotVisible
    _check_edit(actor, found.dwelling.place)
    person = Person.objects.select_for_update().get(pk=found.person_id)
    residence = Residence.objects.select_for_update().get(pk=residence_id)
    if residence.until is not None:
        raise WrongState(_("此人已迁出。"))
    if not residence.since <= last_day <= clock.local(at).date():
        raise InvalidInput(fields={"last_day": [_("迁出日期须在入住日期与今天之间。")]})
    residence.until = last_day
    residence.save(update_fields=["until"])
    Household.objects.filter(pk=residence.household_id, head_id=person.pk).update(head=None)
    payload = {"dwelling": residence.dwelling_id, "until": last_day}
    _record(person, "move-out", payload, dwelling=found.dwelling, actor=actor, at=at)
    return residence


@transaction.atomic
def reveal_identity(*, actor: "User", person_id: int, purpose: str, at: datetime) -> Revealed:
    """One person's full identity number and phone, to somebody with the right to it and a stated purpose.

    The reveal is written into the person's chain before the numbers are given out. Raises ``NotVisible``,
    ``NotAllowed``, ``InvalidInput`` for a purpose of fewer than four characters.
    """
    if not Person.objects.visible_to(actor).filter(pk=person_id).exists():
        raise NotVisible
    allowed = Dwelling.objects.visible_to(actor, Permission.RESIDENT_REVEAL)
    dwelling = allowed.filter(residences__person=person_id, residences__until__isnull=True).order_by("pk").first()
    if dwelling is None:
        raise NotAllowed
    purpose = checked_purpose(purpose)
    person = Person.objects.select_for_update().get(pk=person_id)
    _record(person, "reveal", {"purpose": purpose}, dwelling=dwelling, actor=actor, at=at)
    return Revealed(person, cast(str, person.identity), cast(str, person.phone))


def _record(
    person: Person, action: str, payload: dict[str, Any], *, dwelling: Dwelling, actor: "User", at: datetime
) -> None:
    place: dict[str, Any] = dict(dwelling.place)
    append_event(ResidentEvent, person, actor=actor, action=action, payload=payload, at=at, **place)


def _editable_place(actor: "User", grid: Unit) -> dict[str, int | None]:
    unit = Unit.objects.select_related(*PATH_RELATED).get(pk=grid.pk)
    place = place_at(unit)
    _check_edit(actor, place)
    if unit.kind != UnitKind.GRID or unit.closed_on is not None:
        raise InvalidInput(fields={"grid": [_("请选择一个启用中的网格。")]})
    return place


def _check_edit(actor: "User", place: dict[str, int | None]) -> None:
    if not covers(actor, Permission.RESIDENT_VIEW, place):
        raise NotVisible
    if not covers(actor, Permission.RESIDENT_EDIT, place):
        raise NotAllowed


def _repeated(actor: "User", stay: Stay) -> Residence | None:
    if stay.client_id is None:
        return None
    advisory_lock(f"residents.residence:{stay.client_id}")
    kept = Residence.objects.filter(client_id=stay.client_id).first()
    if kept is not None and not Residence.objects.visible_to(actor).filter(pk=kept.pk).exists():
        raise Conflict(_("客户端编号已被占用。"), code="client-id-taken")
    return kept


@dataclass(frozen=True, slots=True)
class _Number:
    text: str
    sex: str
    birth_date: date


def _checked(who: Particulars, stay: Stay, today: date) -> _Number:
    wrong: dict[str, list[str]] = {}
    if not who.name.strip():
        wrong["name"] = [_("请填写姓名。")]
    if who.phone and not PHONE.fullmatch(tidy(who.phone)):
        wrong["phone"] = [_("请填写手机号或带区号的固定电话。")]
    if stay.kind not in ResidenceKind.values:
        wrong["kind"] = [_("请选择居住类型。")]
    elif stay.kind == ResidenceKind.REGISTERED and who.document == Document.PASSPORT:
        wrong["kind"] = [_("持护照的人员不能登记为户籍人口。")]
    if stay.relation not in Relation.values:
        wrong["relation"] = [_("请选择与户主关系。")]
    if stay.since > today:
        wrong["since"] = [_("入住日期不能晚于今天。")]
    number = None
    try:
        number = _number(who, today)
    except InvalidInput as error:
        wrong |= error.fields
    if number is not None and stay.since < number.birth_date:
        wrong.setdefault("since", [_("入住日期不能早于出生日期。")])
    if wrong or number is None:
        raise InvalidInput(fields=wrong)
    return number


def _number(who: Particulars, today: date) -> _Number:
    if who.document == Document.PASSPORT:
        wrong = {}
        if not PASSPORT.fullmatch(tidy(who.identity)):
            wrong["identity"] = [_("护照号码为 5 至 20 位字母或数字。")]
        if who.sex not in Sex.values:
            wrong["sex"] = [_("持护照的人员须填写性别。")]
        if who.birth_date is None or who.birth_date > today:
            wrong["birth_date"] = [_("持护照的人员须填写出生日期，且不晚于今天。")]
        if wrong or who.birth_date is None:
            raise InvalidInput(fields=wrong)
        return _Number(tidy(who.identity), who.sex, who.birth_date)
    if who.document != Document.ID_CARD:
        raise InvalidInput(fields={"document": [_("请选择证件类型。")]})
    try:
        identity = parse_identity(who.identity, today=today)
    except IdentityError as error:
        words = {
            "shape": _("身份证号码为 18 位，末位可以是 X。"),
            "date": _("身份证号码中的出生日期不存在。"),
            "check": _("身份证号码校验不通过，请核对每一位。"),
        }
        raise InvalidInput(fields={"identity": [words[error.reason]]}) from error
    return _Number(identity.number, identity.sex, identity.birth_date)


def _known_person(who: Particulars, number: _Number) -> Person | None:
    advisory_lock(f"residents.identity:{keyed_hash(number.text).hex()}")
    person = Person.objects.select_for_update().filter(identity_hash__in=keyed_hashes(number.text)).first()
    if person is None:
        return None
    if normalise(person.name) != normalise(who.name.strip()):
        raise InvalidInput(fields={"name": [_("与该证件号码已登记的姓名不一致，请核对。")]})
    if who.phone:
        person.phone = tidy(who.phone)
        person.phone_hash = keyed_hash(person.phone)
        person.save(update_fields=["phone", "phone_hash"])
    return person


def _new_person(actor: "User", who: Particulars, number: _Number, at: datetime) -> Person:
    phone = tidy(who.phone) if who.phone else ""
    return Person.objects.create(
        name=who.name.strip(),
        document=who.document,
        identity=number.text,
        identity_hash=keyed_hash(number.text),
        sex=number.sex,
        birth_date=number.birth_date,
        phone=phone,
        phone_hash=keyed_hash(phone) if phone else None,
        created_by=actor,
        created_at=at,
    )


def _refuse_double(person: Person, dwelling: Dwelling, stay: Stay) -> None:
    open_rows: Any = person.residences.filter(until__isnull=True)
    if open_rows.filter(dwelling=dwelling).exists():
        raise Conflict(
            _("此人已登记在这处住所。"), code="already-here", fields={"identity": [_("此人已登记在这处住所。")]}
        )
    if stay.kind == ResidenceKind.REGISTERED and open_rows.filter(kind=ResidenceKind.REGISTERED).exists():
        text = _("该证件号码已有户籍登记，须先办理迁出。")
        raise Conflict(text, code="already-registered", fields={"identity": [text]})


def _household(actor: "User", dwelling: Dwelling, person: Person, stay: Stay, at: datetime) -> Household:
    members = Residence.objects.filter(household=OuterRef("pk"))
    households = dwelling.households.filter(Exists(members.open()) | ~Exists(members))
    latest = households.order_by("-pk").first()
    if stay.relation == Relation.HEAD:
        if latest is not None and latest.head_id is None:
            latest.head = person
            latest.save(update_fields=["head"])
            return latest
        return Household.objects.create(dwelling=dwelling, head=person, created_by=actor, created_at=at)
    return latest or add_household(actor=actor, dwelling=dwelling, at=at)
