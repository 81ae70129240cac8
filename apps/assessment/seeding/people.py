"""Agencies, staff, their posts and role grants, in bulk but row for row what ``organisation.services`` would write."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import transaction

from apps.accounts.models import User
from apps.assessment.seeding.names import people_names
from apps.core.audit import make_event
from apps.core.text import pinyin_key
from apps.grid.models import Unit
from apps.grid.permissions import Role
from apps.organisation.catalogue import read_agencies
from apps.organisation.models import Agency, GrantEvent, PostKind, RoleGrant, Staffing
from apps.organisation.services import create_centres, sync_permissions

BECAUSE = "示范数据"


@dataclass(frozen=True)
class Place:
    """The units of the demo accounts: one chain, and one community and grid in a street beside it."""

    district: Unit
    street: Unit
    community: Unit
    grid: Unit
    street_b: Unit
    community_b: Unit
    grid_b: Unit


@dataclass
class Roll:
    """What is to be written: accounts with the grants and posts that they get."""

    users: list[User] = field(default_factory=list)
    grants: list[tuple[User, Role, Unit | None, Agency | None]] = field(default_factory=list)
    posts: list[tuple[User, str, Unit]] = field(default_factory=list)


def choose_places(district: Unit) -> Place:
    """The demo street is 江宁路街道 where the district has it, else the first; the other street is the next one."""
    streets = list(Unit.objects.filter(parent=district).order_by("code"))
    at = next((n for n, street in enumerate(streets) if street.name.startswith("江宁路")), 0)
    street, street_b = streets[at], streets[(at + 1) % len(streets)]

    def first_below(unit: Unit) -> tuple[Unit, Unit]:
        community = Unit.objects.filter(parent=unit, children__isnull=False).order_by("code").first()
        if community is None:
            raise LookupError(f"{unit.code} has no community with grids")
        return community, Unit.objects.filter(parent=community).order_by("code")[0]

    return Place(district, street, *first_below(street), street_b, *first_below(street_b))


def create_agencies(district: Unit) -> list[Agency]:
    """The centres of every unit and one agency of each kind of the catalogue for the district and each street."""
    units = list(district.get_descendants(include_self=True).exclude(kind="grid"))
    create_centres(units)
    have = set(Agency.objects.values_list("code", flat=True))
    rows = read_agencies()
    wanted = [
        Agency(
            code=f"{unit.code}-{row.key}",
            name=f"{unit.name}{row.name}",
            kind=row.kind,
            unit=unit,
            duties=list(row.duties),
            enforces=row.enforces,
        )
        for unit in units
        for row in rows
        if row.level == unit.kind
    ]
    return Agency.objects.bulk_create([agency for agency in wanted if agency.code not in have])


class _Hiring:
    """Adds people to the roll, giving the demo accounts the places meant for them."""

    def __init__(self, rng: Random, since: datetime, demo: dict[tuple[Role, int], str]) -> None:
        self.roll = Roll()
        self._names = people_names(rng)
        self._since = since
        self._demo = demo

    def hire(self, username: str, role: Role, *, unit: Unit | None = None, agency: Agency | None = None) -> User:
        target = unit or agency
        username = self._demo.pop((role, target.pk if target else 0), username)
        user = self.account(username)
        self.roll.grants.append((user, role, unit, agency))
        return user

    def account(self, username: str) -> User:
        name = next(self._names)
        user = User(username=username, name=name, name_key=pinyin_key(name), created_at=self._since)
        user.password = make_password(None)
        self.roll.users.append(user)
        return user


def _descend(district: Unit) -> Iterator[tuple[Unit, list[tuple[Unit, list[Unit]]]]]:
    children: dict[int, list[Unit]] = {}
    for unit in district.get_descendants().order_by("code"):
        children.setdefault(unit.parent_id, []).append(unit)
    for street in children.get(district.pk, []):
        yield street, [(community, children.get(community.pk, [])) for community in children.get(street.pk, [])]


def _roll(district: Unit, place: Place, rng: Random, since: datetime) -> Roll:
    sanitation = Agency.objects.get(code=f"{place.street.code}-appearance_station")
    demo = {
        (Role.WORKER, place.grid.pk): "worker",
        (Role.WORKER, place.grid_b.pk): "worker_b",
        (Role.STATION, place.community.pk): "station",
        (Role.STATION, place.community_b.pk): "station_b",
        (Role.STREET_DISPATCHER, place.street.pk): "street",
        (Role.STREET_DISPATCHER, place.street_b.pk): "street_b",
        (Role.DISTRICT_DISPATCHER, district.pk): "district",
        (Role.AGENCY_HANDLER, sanitation.pk): "agency",
        (Role.LEADER, district.pk): "leader",
        (Role.ASSESSOR, district.pk): "assessor",
        (Role.CLERK, district.pk): "clerk",
        (Role.AUDITOR, district.pk): "auditor",
    }
    office = _Hiring(rng, since, demo)
    code = district.code
    user = office.hire(f"d{code}", Role.DISTRICT_DISPATCHER, unit=district)
    office.roll.posts.append((user, "district_dispatcher", district))
    for role in (Role.LEADER, Role.ASSESSOR, Role.CLERK, Role.AUDITOR):
        office.hire(f"{role.value}{code}", role, unit=district)
    admin = office.account("admin" if not User.objects.filter(username="admin").exists() else f"admin{code}")
    office.roll.grants += [(admin, role, district, None) for role in (Role.SYSTEM_ADMIN, Role.UNIT_ADMIN)]
    for street, communities in _descend(district):
        user = office.hire(f"c{street.code}", Role.STREET_DISPATCHER, unit=street)
        office.roll.posts.append((user, "street_dispatcher", street))
        user = office.hire(f"l{street.code}", Role.LEADER, unit=street)
        office.roll.posts.append((user, "street_centre_head", street))
        for community, grids in communities:
            user = office.hire(f"s{community.code}", Role.STATION, unit=community)
            office.roll.posts.append((user, "station_head", community))
            leader = office.account(f"g{community.code}")
            for grid in grids:
                office.roll.grants.append((leader, Role.GRID_LEADER, grid, None))
                office.roll.posts.append((leader, "grid_leader", grid))
                user = office.hire(f"w{grid.code}", Role.WORKER, unit=grid)
                office.roll.posts.append((user, "grid_worker", grid))
    agencies = Agency.objects.filter(unit__tree_id=district.tree_id).exclude(kind="centre").order_by("code")
    for agency in agencies.exclude(kind="centre"):
        office.hire(f"a{agency.code}", Role.AGENCY_HANDLER, agency=agency)
    return office.roll


DEMO_NAMES = (
    "worker",
    "station",
    "street",
    "district",
    "agency",
    "leader",
    "assessor",
    "clerk",
    "admin",
    "auditor",
    "worker_b",
    "station_b",
    "street_b",
)


@transaction.atomic
def hire_staff(district: Unit, *, rng: Random, since: date, at: datetime, demo: bool) -> int:
    """Agencies, accounts without a usable password, posts, grants with their chains, guardian's rows.

    ``since`` is the first day of every post and grant. Returns how many accounts were made: none where the district
    has its staff already. ``demo`` marks the accounts named in ``DEMO_NAMES``.
    """
    if RoleGrant.objects.filter(unit=district, role=Role.DISTRICT_DISPATCHER).exists():
        return 0
    create_agencies(district)
    place = choose_places(district)
    roll = _roll(district, place, rng, at)
    if User.objects.filter(username="worker").exists():
        for user in roll.users:
            if user.username in DEMO_NAMES:
                user.username = f"{user.username}.{district.code}"
    elif demo:
        for user in roll.users:
            user.is_demo = user.username in DEMO_NAMES
    User.objects.bulk_create(roll.users, batch_size=1000)
    grants = RoleGrant.objects.bulk_create(
        [
            RoleGrant(user=user, role=role, unit=unit, agency=agency, valid_from=since, because=BECAUSE, granted_at=at)
            for user, role, unit, agency in roll.grants
        ],
        batch_size=1000,
    )
    events = [
        make_event(
            GrantEvent,
            grant.user,
            actor=None,
            action="grant",
            payload={
                "role": grant.role,
                "unit": grant.unit.code if grant.unit else None,
                "agency": grant.agency.code if grant.agency else None,
                "from": grant.valid_from,
                "to": None,
                "because": grant.because,
            },
            at=at,
            grant=grant,
        )
        for grant in grants
    ]
    GrantEvent.objects.bulk_create(events, batch_size=1000)
    User.objects.bulk_update(roll.users, ["head_sequence", "head_hash"], batch_size=500)
    kinds = {kind.code: kind for kind in PostKind.objects.all()}
    Staffing.objects.bulk_create(
        [
            Staffing(
                user=user,
                unit=unit,
                post=kinds[post],
                single_holder=kinds[post].single_holder,
                valid_from=since,
            )
            for user, post, unit in roll.posts
        ],
        batch_size=1000,
    )
    sync_permissions(None, on=max(since, at.date()))
    return len(roll.users)


def set_demo_password(password: str) -> int:
    """Give every demo account this password; with an empty one, none that works. Returns how many were changed.

    They share one hash, so that one of them tells whether all have it.
    """
    users = list(User.objects.filter(is_demo=True).order_by("pk"))
    if not users:
        return 0
    first = users[0]
    good = first.check_password(password) if password else not first.has_usable_password()
    if good and len({user.password for user in users}) == 1:
        return 0
    shared = make_password(password or None)
    for user in users:
        user.password = shared
    return User.objects.bulk_update(users, ["password"])
