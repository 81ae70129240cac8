"""A small district at work: desks, workers, agencies and cases in any state.

``make_world()`` gives people by the names of the demo accounts and more::

    world = make_world()
    case = world.report()                          # by the worker, on the station's desk
    world.move(case, "register", "station")        # the next state
    case = world.case_in("handled")                # a case walked there, in the street's hands
"""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from PIL import Image

from apps.accounts.models import User
from apps.cases import services
from apps.cases.models import Case, Category, Leg
from apps.core import clock
from apps.deadlines.models import LadderStep, Limit
from apps.grid.scopes import forget_scopes
from apps.organisation.models import Agency
from tests.factories.accounts import make_user
from tests.factories.deadlines import load_rules, shanghai
from tests.factories.grid import Tree, centre_agency, grant, make_tree
from tests.factories.routing import make_fallbacks, make_rule

_numbers = count(1)
MONDAY = shanghai("2026-03-02 09:30")

PEOPLE: dict[str, tuple[str, str]] = {
    "worker": ("worker", "grid 0 0 0"),
    "mate": ("worker", "grid 0 0 1"),
    "grid_leader": ("grid_leader", "grid 0 0 0"),
    "station": ("station", "community 0 0"),
    "station_next": ("station", "community 0 1"),
    "street": ("street_dispatcher", "street 0"),
    "district": ("district_dispatcher", "district"),
    "leader": ("leader", "district"),
    "assessor": ("assessor", "district"),
    "clerk": ("clerk", "street 0"),
    "admin": ("system_admin", "district"),
    "unit_admin": ("unit_admin", "district"),
    "auditor": ("auditor", "district"),
    "worker_b": ("worker", "grid 1 0 0"),
    "station_b": ("station", "community 1 0"),
    "street_b": ("street_dispatcher", "street 1"),
    "leader_b": ("leader", "street 1"),
}
HANDLERS = {"agency": "section", "assistant": "helper", "department": "department", "agency_b": "section_b"}


def make_category(name: str = "积存垃圾渣土", duty: str = "sanitation", **fields: Any) -> Category:
    """A leaf of its own, with the rule that gives it to those with a duty; none for an empty one."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "scheme": "test",
        "kind": "event",
        "code": f"{number:05d}",
        "name": name,
        "name_en": f"Leaf {number}",
        "level": 3,
        "is_leaf": True,
        "icon": "trash",
    }
    values |= fields
    values["key"] = f"{values['scheme']}:{values['kind']}:{values['code']}"
    category = Category.objects.create(**values)
    if duty:
        make_rule(category=category, lead=f"duty:{duty}")
    return category


def photo_file(colour: str = "green", name: str = "photo.jpg") -> io.BytesIO:
    """A small JPEG to upload."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(buffer, format="JPEG")
    buffer.seek(0)
    buffer.name = name
    return buffer


@dataclass
class World:
    """A tree with people at every desk; ``at`` is the moment the next act happens, a minute after the last."""

    tree: Tree
    category: Category
    people: dict[str, User] = field(default_factory=dict)
    agencies: dict[str, Agency] = field(default_factory=dict)
    at: datetime = MONDAY

    def __getitem__(self, name: str) -> User:
        """A person, with grants read anew."""
        user = self.people[name]
        forget_scopes(user)
        user.__dict__.pop("_agency_ids", None)
        return user

    def centre(self, name: str) -> Agency:
        """The desk at which somebody sits."""
        return self.agencies[f"{name} desk"]

    def tick(self, **span: float) -> datetime:
        """Let time pass, a minute unless told otherwise."""
        self.at += timedelta(**span) if span else timedelta(minutes=1)
        return self.at

    def point(self, place: str = "grid 0 0 0") -> tuple[float, float]:
        """Longitude and latitude of the middle of a unit."""
        west, south, east, north = self.tree.boxes[self.unit(place).code]
        return (west + east) / 2, (south + north) / 2

    def unit(self, place: str) -> Any:
        """A unit by ``grid 0 0 1`` and the like."""
        kind, *numbers = place.split()
        found = getattr(self.tree, kind)
        return found(*(int(number) for number in numbers)) if callable(found) else found

    def report(self, by: str = "worker", place: str = "grid 0 0 0", **given: Any) -> Case:
        """Report a case in the middle of a unit."""
        lon, lat = self.point(place)
        facts: dict[str, Any] = {"category": self.category, "title": "路边堆放垃圾", "lon": lon, "lat": lat}
        return services.report_case(actor=self[by], at=self.tick(), **(facts | given))

    def move(self, case: Case, action: str, by: str, **given: Any) -> Case:
        """Take one action on the case as it stands."""
        at = given.pop("at", None) or self.tick()
        return services.perform(
            number=case.number, action=action, actor=self[by], at=at, version=given.pop("version", None), **given
        )

    def to_street(self, **given: Any) -> Case:
        """A case that the station has passed up, registered at the street."""
        case = self.report(**given)
        self.move(case, "register", "station")
        return self.move(case, "escalate", "station", note="超出社区权限")

    def dispatched(self, assisting: tuple[str, ...] = (), **given: Any) -> Case:
        """A case on offer to the section (and its helpers)."""
        case = self.to_street(**given)
        codes = [self.agencies[name].code for name in assisting]
        return self.move(case, "dispatch", "street", agency=self.agencies["section"].code, assisting=codes)

    def accepted(self, **given: Any) -> Case:
        """A case the section works on."""
        return self.move(self.dispatched(**given), "accept", "agency")

    def handled(self, **given: Any) -> Case:
        """A case the section has fed back."""
        return self.move(self.accepted(**given), "feedback", "agency", note="已清运")

    def verified(self, **given: Any) -> Case:
        """A case the worker has seen done."""
        return self.move(self.handled(**given), "verify", "worker", passed=True)

    def ripe(self, **given: Any) -> Case:
        """A closed case whose reporter said that it is solved, and whose result is not published: nothing waits."""
        case = self.case_in("closed", **given)
        self.move(case, "withhold", "street", note="不宜公示")
        return self.move(case, "rate", given.get("by", "worker"), solved=True, satisfied=True)

    def archived(self, **given: Any) -> Case:
        """A closed case whose file is put away."""
        return self.move(self.ripe(**given), "archive", "street")

    def case_in(self, state: str, **given: Any) -> Case:
        """A case walked to ``state`` by the street's way; ``offered`` and ``accepted`` are both dispatched."""
        ways: dict[str, Callable[[], Case]] = {
            "reported": lambda: self.report(**given),
            "refused": lambda: self.move(self.report(**given), "refuse", "station", note="不属实"),
            "registered": lambda: self.to_street(**given),
            "offered": lambda: self.dispatched(**given),
            "dispatched": lambda: self.accepted(**given),
            "accepted": lambda: self.accepted(**given),
            "handled": lambda: self.handled(**given),
            "verified": lambda: self.verified(**given),
            "suspended": lambda: self.move(
                self.to_street(**given),
                "suspend",
                "street",
                note="等材料",
                until=(self.at + timedelta(days=9)).date(),
                promised=(self.at + timedelta(days=30)).date(),
            ),
            "merged": lambda: self.move(
                self.report(**given), "merge", "station", into=self.report(title="另一件", **given).number
            ),
            "closed": lambda: self.move(self.verified(**given), "close", "street"),
            "archived": lambda: self.archived(**given),
        }
        return ways[state]()

    def legs(self, case: Case) -> list[Leg]:
        """The legs of a case, in order."""
        return list(Leg.objects.filter(case=case).select_related("agency", "desk").order_by("sequence"))


def make_agency(name: str, unit: Any, kind: str = "section", duties: tuple[str, ...] = ("sanitation",)) -> Agency:
    """An agency of a unit; one with the duty ``enforcement`` is a body of law enforcement."""
    enforces = "enforcement" in duties
    return Agency.objects.create(
        code=f"{unit.code}-{name}", name=name, kind=kind, unit=unit, duties=list(duties), enforces=enforces
    )


def make_world(*, rules: bool = True) -> World:
    """Two streets of two communities of two grids, with somebody of every role and the shipped limits."""
    if rules:
        load_rules()
    tree = make_tree()
    make_fallbacks()
    world = World(tree, make_category())
    street, street_b, district = tree.street(0), tree.street(1), tree.district
    world.agencies = {
        "section": make_agency("市容管理办", street),
        "helper": make_agency("城管中队", street, "detachment", ("enforcement",)),
        "department": make_agency("绿化市容局", district, "department"),
        "section_b": make_agency("市容管理二办", street_b),
    }
    for name, (role, place) in PEOPLE.items():
        user = make_user(name, name)
        grant(user, role, world.unit(place))
        world.people[name] = user
        if not place.startswith("grid"):
            world.agencies[f"{name} desk"] = centre_agency(world.unit(place))
    for name, agency in HANDLERS.items():
        user = make_user(name, name)
        grant(user, "agency_handler", agency=world.agencies[agency])
        world.people[name] = user
    world.people["stranger"] = make_user("stranger", "stranger")
    return world


def issue_card(case: Case, kind: str, *, at: datetime, stage: str = "") -> LadderStep:
    """A card on the limit of the case's open lead leg, or on that of the whole case, as the sweep would issue it."""
    if stage == "whole":
        limit = Limit.objects.get(subject_kind="case", subject_id=case.pk)
    else:
        leg = Leg.objects.get(case=case, role="lead", state__in=["offered", "accepted"])
        limit = Limit.objects.get(subject_kind="case_leg", subject_id=leg.pk)
        Case.objects.filter(pk=case.pk).update(card=kind)
    Case.objects.filter(pk=case.pk).update(carded=True)
    step = {"yellow": 2, "red": 3}[kind]
    Limit.objects.filter(pk=limit.pk).update(card=kind, last_step=step)
    return LadderStep.objects.create(
        limit=limit, step=step, kind=kind, card=kind, holder=limit.holder, due_at=at, done_at=at
    )


def now_is(world: World) -> Any:
    """Hold the clock of pages and API at the world's moment."""
    return clock.frozen(world.at)
