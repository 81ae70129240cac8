"""Lists of cases: one limited branch per grant, merged by UNION, in pages by key (decision 2 of the house).

Open cases stand first, by limit; finished ones after them, the last finished first. A cursor says in which of the two
parts it stands, so that one list runs through both.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from apps.cases.choices import OPEN, CaseState
from apps.cases.models import Case, CaseParty, CaseQuerySet, CaseReporter, Category, Leg
from apps.cases.models.cases import called_to, told_to
from apps.cases.words import containing
from apps.core.clock import SHANGHAI
from apps.core.crypto import keyed_hashes
from apps.core.errors import InvalidInput
from apps.core.keyset import KeysetPage, bounded, decode_cursor, encode_cursor
from apps.core.phones import is_phone, phone_key
from apps.core.text import normalise
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import scopes_of
from apps.organisation.models import Agency, agency_ids_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from apps.grid.scopes import Person

NUMBER_DAY = 6  # digits of the day at the beginning of a number
LEVELS = ("district", "street", "community", "grid")
NUMBER = re.compile(r"\d{4,6}|\d{6}-?\d{0,9}")


@dataclass(frozen=True)
class Part:
    """One of the two parts of a list, and the key it is ordered by."""

    letter: str
    open: bool
    fields: tuple[str, str]


OPEN_PART = Part("o", True, ("due_at", "id"))
DONE_PART = Part("c", False, ("-closed_at", "-id"))
# The orders of a queue. By limit it runs along an index; by report the open cases of a desk are few enough to sort.
ORDERS = {
    "limit": OPEN_PART,
    "newest": Part("n", True, ("-reported_at", "-id")),
    "oldest": Part("r", True, ("reported_at", "id")),
}


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; everything given must hold. ``since`` and ``until`` are the days of the report, both
    included; ``caller`` is a phone, ``sealed`` as it stood in the address."""

    states: tuple[str, ...] = ()
    unit: Unit | None = None
    category: Category | None = None
    holder: Agency | None = None
    card: str = ""
    supervised: bool = False
    source: str = ""
    urgency: str = ""
    since: date | None = None
    until: date | None = None
    words: str = ""
    caller: str = ""
    sealed: str = ""

    @property
    def q(self) -> Q:
        """The condition on cases, as one: ``narrowing`` and any of ``meanings``."""
        condition = Q()
        for meaning in self.meanings:
            condition |= meaning
        return self.narrowing & condition

    @property
    def meanings(self) -> list[Q]:
        """What the words may mean, each of which one index serves: a case number or its beginning, the phone of a
        reporter, words of title, description and address. One that asks for nothing where there are no words."""
        found = [Q(pk__in=reported_by(self.caller))] if self.caller else []
        words = self.words.strip()
        if not words:
            return found or [Q()]
        if is_phone(words):
            found.append(Q(pk__in=reported_by(words)))
        number = normalise(words)
        if NUMBER.fullmatch(number):
            digits = number.replace("-", "")
            dash = "-" if len(digits) > NUMBER_DAY or "-" in number else ""
            found.append(Q(number__startswith=f"{digits[:NUMBER_DAY]}{dash}{digits[NUMBER_DAY:]}"))
        return [*found, containing(words)]

    @property
    def narrowing(self) -> Q:
        """The condition of everything but the words."""
        condition = Q()
        if self.states:
            condition &= Q(state__in=self.states)
        if self.unit is not None:
            condition &= Q(**{f"{self.unit.kind}_id": self.unit.pk})
        if self.category is not None:
            condition &= of_category(self.category)
        if self.holder is not None:
            condition &= Q(holder_id=self.holder.pk)
        if self.card:
            condition &= Q(card=self.card)
        if self.supervised:
            condition &= Q(supervised=True)
        if self.source:
            condition &= Q(source=self.source)
        if self.urgency:
            condition &= Q(urgency=self.urgency)
        if self.since is not None:
            condition &= Q(reported_at__gte=start_of(self.since))
        if self.until is not None:
            condition &= Q(reported_at__lt=start_of(self.until) + timedelta(days=1))
        return condition

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the list that can have such cases at all."""
        if not self.states:
            return (OPEN_PART, DONE_PART)
        chosen = {CaseState(state) for state in self.states}
        return tuple(
            part for part, states in ((OPEN_PART, OPEN), (DONE_PART, set(CaseState) - OPEN)) if chosen & set(states)
        )


def of_category(category: Category) -> Q:
    """The cases of a category: of a leaf its own, of a branch those of everything below it."""
    if category.is_leaf:
        return Q(category_id=category.pk)
    return Q(category__parent_id=category.pk) | Q(category__parent__parent_id=category.pk)


def start_of(day: date) -> datetime:
    """The first moment of a day in Shanghai."""
    return datetime.combine(day, time.min, SHANGHAI)


def reported_by(phone: str) -> "QuerySet[CaseReporter, int]":
    """The keys of the cases that were heard from this phone, which is looked up by its keyed hashes."""
    return CaseReporter.objects.filter(phone_hash__in=keyed_hashes(phone_key(phone))).values_list("case_id", flat=True)


def visible_branches(
    user: "Person", permission: Permission = Permission.CASE_VIEW, *, agencies: bool = True
) -> list[CaseQuerySet]:
    """What ``visible_to`` says, as one queryset per grant, each of which one index serves; without ``agencies`` only
    what the grants on units say."""
    branches = [Case.objects.filter(**{scope.column: scope.unit_id}) for scope in scopes_of(user, permission)]
    handling = agency_ids_of(user) if agencies else ()
    if handling:
        held = Leg.objects.filter(case=OuterRef("pk"), agency__in=handling)
        branches.append(Case.objects.filter(Exists(held)))
        branches.append(Case.objects.filter(dual=True, pk__in=told_to(handling)))
        branches.append(Case.objects.filter(whistled__gt=0, pk__in=called_to(handling)))
        answering = CaseParty.objects.filter(case=OuterRef("pk"), agency__in=handling)
        branches.append(Case.objects.filter(Exists(answering)))
    return branches


def case_page(user: "Person", wanted: Wanted, *, cursor: str | None, size: int) -> KeysetPage[Case]:
    """One page of the cases that ``user`` may see."""
    meanings = wanted.meanings
    branches = [branch.filter(wanted.narrowing, meaning) for branch in visible_branches(user) for meaning in meanings]
    return page_of(branches, wanted.parts, cursor=cursor, size=size)


def page_of(
    branches: Sequence[CaseQuerySet], parts: Sequence[Part], *, cursor: str | None, size: int
) -> KeysetPage[Case]:
    """One page of the union of ``branches``, running through ``parts`` in order."""
    place, inner, backwards = _start(cursor, parts)
    order = parts[place::-1] if backwards else parts[place:]
    rows: list[Case] = []
    for number, part in enumerate(order):
        missing = size + 1 - len(rows)
        if missing <= 0:
            break
        at_cursor = inner if number == 0 else None
        fields = [_flip(field) for field in part.fields] if backwards and at_cursor is None else list(part.fields)
        rows += _read(branches, part, fields, at_cursor, missing)
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return KeysetPage([], None, None)
    _name(rows)
    has_previous = more if backwards else cursor is not None
    return KeysetPage(
        rows,
        _cursor("n", rows[-1], parts) if more or backwards else None,
        _cursor("p", rows[0], parts) if has_previous else None,
    )


def _read(
    branches: Sequence[CaseQuerySet], part: Part, fields: Sequence[str], cursor: str | None, most: int
) -> list[Case]:
    pieces = [bounded(branch.filter(open=part.open), fields, cursor)[0] for branch in branches]
    if not pieces:
        return []
    if len(pieces) == 1:
        return list(pieces[0].select_related("category")[:most])
    keys = [field.lstrip("-") for field in fields]
    narrow = [piece.values_list("id", keys[0])[:most] for piece in pieces]
    merged = narrow[0].union(*narrow[1:]).order_by(*pieces[0].query.order_by)[:most]
    ids = [row[0] for row in merged]
    found = Case.objects.select_related("category").in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def _name(cases: Sequence[Case]) -> None:
    """Give the rows their units and agencies, which many share: two plain reads cost less than planning six joins."""
    units = Unit.objects.in_bulk({pk for case in cases for pk in case.place.values() if pk})
    ids = {pk for case in cases for pk in (case.holder_id, case.desk_id) if pk}  # type: ignore[attr-defined]
    agencies = Agency.objects.in_bulk(ids)
    for case in cases:
        for level in LEVELS:
            setattr(case, level, units.get(case.place[f"{level}_id"] or 0))
        case.holder = agencies.get(case.holder_id)  # type: ignore[attr-defined]
        case.desk = agencies[case.desk_id]  # type: ignore[attr-defined]


def _start(cursor: str | None, parts: Sequence[Part]) -> tuple[int, str | None, bool]:
    """In which part the page starts, where in it, and whether it runs backwards."""
    if not cursor:
        return 0, None, False
    letters = [part.letter for part in parts]
    if cursor[0] not in letters:
        raise InvalidInput(fields={"cursor": ["cursor"]})
    place = letters.index(cursor[0])
    direction, (moment, pk) = decode_cursor(cursor[1:], parts[place].fields)
    try:
        datetime.fromisoformat(moment)
        int(pk)
    except (TypeError, ValueError) as error:
        raise InvalidInput(fields={"cursor": ["cursor"]}) from error
    return place, cursor[1:], direction == "p"


def _cursor(direction: str, case: Case, parts: Sequence[Part]) -> str:
    part = next(part for part in parts if part.open == case.open)
    moment = getattr(case, part.fields[0].lstrip("-"))
    return part.letter + encode_cursor(direction, [moment, case.pk])


def _flip(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"
