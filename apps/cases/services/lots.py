"""Drawing lots: the share of each unit, and the draw of one desk, whatever is drawn."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from django.utils.translation import gettext as _

from apps.cases.drawing import SETS_SHARE, how_many, lots
from apps.cases.models.lots import Draw, Share
from apps.cases.selectors.listing import start_of
from apps.core.errors import InvalidInput, NotAllowed, NotVisible
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.placed import PATH_RELATED, place_at
from apps.grid.scopes import covers
from apps.organisation.models import Agency

if TYPE_CHECKING:
    from apps.accounts.models import User

OneDraw = TypeVar("OneDraw", bound=Draw)


def bounds_of(since: date, until: date) -> tuple[datetime, datetime]:
    """The first moment of ``since`` and the first after ``until``, in Shanghai."""
    return start_of(since), start_of(until + timedelta(days=1))


def percent_at(rows: type[Share], unit: Unit) -> int:
    """The share in force at ``unit``, whose ancestors are loaded: its own, else that of the nearest unit above, else
    the one that holds where nobody has set any."""
    chain = [pk for pk in reversed(list(place_at(unit).values())) if pk]
    latest = rows._default_manager.filter(unit__in=chain).order_by("unit_id", "-set_at", "-id").distinct("unit")
    found = {row.unit_id: row.percent for row in latest}  # type: ignore[attr-defined]
    set_ones = (percent for pk in chain if (percent := found.get(pk)) is not None)
    return next(set_ones, rows.default_percent)


def set_share(rows: type[Share], *, actor: "User", code: str, percent: int | None, at: datetime) -> Share:
    """From now on draw ``percent`` in a hundred at the unit of that code and below; ``None``: as in the unit above.

    Raises ``NotVisible`` for a unit outside the scope, ``NotAllowed`` for those who do not sit at a street's or the
    district's centre above it, ``InvalidInput`` naming ``unit`` for a grid and ``percent`` out of range.
    """
    unit = Unit.objects.open().select_related(*PATH_RELATED).filter(code=code).first()
    if unit is None or not covers(actor, Permission.CASE_VIEW, place_at(unit)):
        raise NotVisible
    if not covers(actor, SETS_SHARE, place_at(unit)):
        raise NotAllowed
    if unit.kind == "grid":
        raise InvalidInput(fields={"unit": [_("抽查比例按社区、街道或区设置。")]})
    if percent is not None and not 0 <= percent <= 100:
        raise InvalidInput(fields={"percent": ["0–100"]})
    return rows._default_manager.create(unit=unit, percent=percent, set_by=actor, set_at=at)


def make_draw(
    draws: type[OneDraw],
    shares: type[Share],
    *,
    desk: Agency,
    since: date,
    until: date,
    numbers: Sequence[str],
    at: datetime,
) -> tuple[OneDraw, set[str]] | None:
    """Draw at one desk among the cases of these numbers and write it down; answers the draw and the numbers drawn, or
    nothing where there is none to draw from or none is to be drawn. The caller holds the desk's row."""
    unit = Unit.objects.select_related(*PATH_RELATED).get(pk=desk.unit_id)  # type: ignore[attr-defined]
    percent = percent_at(shares, unit)
    if not numbers or not percent:
        return None
    seed, population = secrets.token_hex(16), sorted(numbers)
    chosen = set(lots(seed, population, how_many(len(population), percent)))
    draw = draws(
        desk=desk,
        since=since,
        until=until,
        percent=percent,
        seed=seed,
        population=population,
        drawn=len(chosen),
        made_at=at,
        **place_at(unit),
    )
    draw.save(force_insert=True)
    return draw, chosen
