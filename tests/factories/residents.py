"""Residents for tests: valid, invented identity numbers, each its own."""

from datetime import date, datetime
from itertools import count
from typing import Any

from apps.accounts.models import User
from apps.core import clock
from apps.grid.models import Unit
from apps.residents import services
from apps.residents.identity import check_character
from apps.residents.models import Dwelling, Residence
from apps.residents.services import Particulars, Stay

_sequence = count(1)
_rooms = count(101)


def identity_number(born: date = date(1958, 3, 4), *, sex: str = "female", region: str = "310106") -> str:
    """A valid identity number that no other call gave."""
    number = next(_sequence) * 2 + (1 if sex == "male" else 0)
    head = f"{region}{born:%Y%m%d}{number:03d}"
    assert len(head) == 17
    return head + check_character(head)


def particulars(**changes: Any) -> Particulars:
    """Somebody with a valid identity number and no phone."""
    given: dict[str, Any] = {"name": "王敏", **changes}
    given.setdefault("identity", identity_number())
    return Particulars(**given)


def stay(**changes: Any) -> Stay:
    """Head of household by registration since 2020."""
    return Stay(**({"kind": "registered", "relation": "head", "since": date(2020, 5, 1)} | changes))


def add_dwelling(grid: Unit, actor: User, *, room: str = "", **changes: Any) -> Dwelling:
    """A dwelling of its own in a grid."""
    given: dict[str, Any] = {"building": "江宁路 8 号", "room": room or str(next(_rooms)), "at": clock.now(), **changes}
    return services.add_dwelling(actor=actor, grid=grid, **given)


def add_resident(
    grid: Unit,
    actor: User,
    *,
    who: Particulars | None = None,
    living: Stay | None = None,
    dwelling: Dwelling | None = None,
    at: datetime | None = None,
) -> Residence:
    """A person living in a grid, entered by ``actor``."""
    return services.add_person(
        actor=actor,
        dwelling=dwelling or add_dwelling(grid, actor),
        who=who or particulars(),
        stay=living or stay(),
        at=at or clock.now(),
    )
