"""Reading who works in a unit and what happened to it, for the tabs of the unit administration."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.core import clock
from apps.grid.manage_tabs import OverviewLine
from apps.grid.models import Boundary, BoundaryState, Unit, UnitFact
from apps.grid.permissions import Permission, Role
from apps.grid.placed import place_at
from apps.grid.scopes import covers
from apps.organisation.models import Agency, AgencyKind, GrantEvent, PostKind, RoleGrant, Staffing

if TYPE_CHECKING:
    from apps.accounts.models import User

# The posts that may not stand empty: every centre and station has its head, every grid its leader and a worker.
KEY_POSTS = ("district_centre_head", "street_centre_head", "station_head", "grid_leader", "grid_worker")
MOST_VACANCIES = 30
MOST_CHANGES = 200


@dataclass
class PostLine:
    """A post of a unit with those who hold it; ``vacant`` where a key post has nobody."""

    post: PostKind
    holders: list[Staffing] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The post in the user's language."""
        return self.post.name if (get_language() or "zh").startswith("zh") else self.post.name_en

    @property
    def vacant(self) -> bool:
        """Whether somebody is missing."""
        return not self.holders and self.post.code in KEY_POSTS


def in_force(on: date) -> Q:
    """The condition on dated rows that hold on a day."""
    return Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gte=on))


def posts_of(unit: Unit, on: date) -> list[PostLine]:
    """The posts of a unit that are held or must be, with their holders."""
    lines = {post.pk: PostLine(post) for post in PostKind.objects.filter(unit_kind=unit.kind)}
    for staffing in Staffing.objects.filter(in_force(on), unit=unit).select_related("user", "post"):
        lines.setdefault(staffing.post_id, PostLine(staffing.post)).holders.append(staffing)
    return [line for line in lines.values() if line.holders or line.vacant]


@dataclass(frozen=True)
class Vacancy:
    """A key post below a unit that nobody holds."""

    unit: Unit
    post: PostLine


def vacancies_below(unit: Unit, on: date) -> tuple[int, list[Vacancy]]:
    """How many key posts stand empty in the open units below ``unit`` (itself left out), and the first of them."""
    below = Unit.objects.open().filter(tree_id=unit.tree_id, lft__gt=unit.lft, rght__lt=unit.rght)
    count = 0
    found: list[Vacancy] = []
    for post in PostKind.objects.filter(code__in=KEY_POSTS):
        held = Staffing.objects.filter(in_force(on), unit=OuterRef("pk"), post=post)
        empty = below.filter(~Exists(held), kind=post.unit_kind)
        count += empty.count()
        room = MOST_VACANCIES - len(found)
        if room > 0:
            found += [Vacancy(one, PostLine(post)) for one in empty.select_related("parent").order_by("lft")[:room]]
    return count, found


def grants_of(unit: Unit, on: date) -> "QuerySet[RoleGrant]":
    """The roles held on a unit or on one of its agencies, today or from a later day on."""
    return (
        RoleGrant.objects.filter(Q(unit=unit) | Q(agency__unit=unit))
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
        .select_related("user", "unit__parent", "agency", "granted_by")
        .order_by("role", "user__name_key", "id")
    )


def agencies_to_staff(unit: Unit) -> "QuerySet[Agency]":
    """The agencies of a unit whose handlers are granted one by one: all but its centre."""
    return Agency.objects.filter(unit=unit, is_active=True).exclude(kind=AgencyKind.CENTRE)


def people_here(unit: Unit, on: date) -> list[tuple[str, str]]:
    """Usernames and names of those who hold a post or a role in the unit or its children."""
    near = Q(unit=unit) | Q(unit__parent=unit)
    people = {
        *Staffing.objects.filter(in_force(on) & near).values_list("user__username", "user__name"),
        *RoleGrant.objects.filter(in_force(on) & near).values_list("user__username", "user__name"),
    }
    return sorted(people)[:200]


def overview_lines(user: "User", unit: Unit) -> Iterator[OverviewLine]:
    """What this room says in a unit's overview: its desk, its staff, and the posts that stand empty."""
    on = clock.today()
    agencies = Agency.objects.filter(unit=unit, is_active=True)
    counts = agencies.aggregate(others=Count("pk", filter=~Q(kind=AgencyKind.CENTRE)))
    centre = agencies.filter(kind=AgencyKind.CENTRE).first()
    if centre is not None:
        yield OverviewLine(_("受理机构"), centre.name)
    if counts["others"]:
        yield OverviewLine(_("处置单位"), str(counts["others"]))
    may_staff = covers(user, Permission.STAFF_MANAGE, place_at(unit))
    url = reverse("organisation:people", args=[unit.code]) if may_staff else ""
    lines = posts_of(unit, on)
    staff = len({staffing.user_id for line in lines for staffing in line.holders})
    yield OverviewLine(_("在岗"), _("%(number)d 人") % {"number": staff}, url)
    below, _found = vacancies_below(unit, on)
    empty = sum(line.vacant for line in lines) + below
    yield OverviewLine(_("空岗"), _("%(number)d 个") % {"number": empty}, url, "near" if empty else "")


@dataclass(frozen=True)
class Change:
    """One thing that happened to a unit: a date where only the day is known, else a moment."""

    day: date | datetime
    text: str
    icon: str
    because: str
    actor: str = ""

    @property
    def moment(self) -> datetime:
        """When, for sorting."""
        return self.day if isinstance(self.day, datetime) else datetime.combine(self.day, time(), clock.SHANGHAI)


def changes_of(user: "User", unit: Unit) -> list[Change]:
    """Names, parents, boundaries of a unit, and to those who may know, roles; the newest first."""
    changes = [*_facts(unit), *_boundaries(unit)]
    place = place_at(unit)
    if covers(user, Permission.STAFF_MANAGE, place) or covers(user, Permission.AUDIT_VIEW, place):
        changes += _grants(unit)
    return sorted(changes, key=lambda change: change.moment, reverse=True)[:MOST_CHANGES]


def _facts(unit: Unit) -> Iterator[Change]:
    before: UnitFact | None = None
    for fact in UnitFact.objects.filter(unit=unit).select_related("parent").order_by("valid_from", "pk"):
        if before is None:
            yield Change(fact.valid_from, _("设立：%(name)s") % {"name": fact.name}, "flag", fact.because)
        elif before.name != fact.name:
            text = _("更名：%(old)s → %(new)s") % {"old": before.name, "new": fact.name}
            yield Change(fact.valid_from, text, "edit", fact.because)
        else:
            text = _("划归：%(parent)s") % {"parent": fact.parent.name if fact.parent else ""}
            yield Change(fact.valid_from, text, "arrows-move", fact.because)
        before = fact


def _boundaries(unit: Unit) -> Iterator[Change]:
    rows = Boundary.objects.filter(unit=unit).exclude(state=BoundaryState.DRAFT).select_related("drawn_by")
    for row in rows:
        text = _("边界生效，面积 %(size)s 公顷") % {"size": f"{row.area / 10_000:,.2f}"}
        actor = row.drawn_by.name if row.drawn_by else ""
        yield Change(row.valid_from or row.drawn_at, text, "map-2", row.because, actor)


def _grants(unit: Unit) -> Iterator[Change]:
    events = GrantEvent.objects.filter(Q(grant__unit=unit) | Q(grant__agency__unit=unit))
    for event in events.select_related("actor", "user", "grant").order_by("-at")[:MOST_CHANGES]:
        payload: dict[str, Any] = event.payload or {}
        words = {"name": event.user.name, "role": Role(event.grant.role).label, "day": payload.get("to") or ""}
        if event.action == "end":
            text, icon = _("%(name)s 的%(role)s角色到 %(day)s 为止") % words, "user-minus"
        else:
            text, icon = _("授予 %(name)s %(role)s角色") % words, "user-plus"
        yield Change(event.at, text, icon, str(payload.get("because", "")), event.actor.name if event.actor else "")
