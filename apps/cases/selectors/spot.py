"""Reading spot checks: what waits to be seen on site, what was found, each worker's results, the draws behind them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from apps.accounts.models import User
from apps.cases.choices import SPOT_SUBJECT, SpotState
from apps.cases.models import SpotCheck, SpotDraw
from apps.cases.selectors.limits import give_limits
from apps.cases.selectors.lots import is_repeated
from apps.core.errors import NotAllowed, NotVisible
from apps.core.keyset import KeysetPage, keyset_page
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import holds
from apps.organisation.models import Agency

if TYPE_CHECKING:
    from django.db.models import QuerySet

CHECK_RELATED = (
    "case__category",
    "draw",
    "settled_by",
    "checked_by",
    "district",
    "street",
    "community",
    "grid",
)
MOST_WORKERS = 500
MOST_WAITING = 100


@dataclass(frozen=True)
class SpotWanted:
    """What the lists are narrowed to: a unit, a worker's user name, the first day looked back to."""

    unit: Unit | None = None
    worker: str = ""
    since: date | None = None

    @property
    def q(self) -> Q:
        """The condition on checks."""
        condition = Q()
        if self.unit is not None:
            condition &= Q(**{f"{self.unit.kind}_id": self.unit.pk})
        if self.worker:
            condition &= Q(settled_by__username=self.worker)
        if self.since is not None:
            condition &= Q(draw__until__gte=self.since)
        return condition


@dataclass(frozen=True)
class WorkerResult:
    """What was found of one worker's cases settled on the spot."""

    worker: User
    drawn: int
    waiting: int
    passed: int
    failed: int

    @property
    def rate(self) -> int | None:
        """Passed of those checked, in a hundred, rounded down; none where nothing was checked."""
        checked = self.passed + self.failed
        return self.passed * 100 // checked if checked else None


@dataclass(frozen=True)
class DrawDetail:
    """One draw with its checks, and whether drawing again with its seed gives the same."""

    draw: SpotDraw
    checks: Sequence[SpotCheck]
    repeated: bool


def sees_spot_checks(user: "User") -> bool:
    """Desks, grid leaders, leaders and assessors follow the spot checks; a worker sees them on the case."""
    return holds(user, Permission.CASE_COMMENT, Permission.SCORE_RUN, Permission.LOG_REVIEW)


def require_spot_right(user: "User") -> None:
    """Raises ``NotAllowed`` for those who do not follow the spot checks."""
    if not sees_spot_checks(user):
        raise NotAllowed


def _visible(user: "User", wanted: SpotWanted) -> "QuerySet[SpotCheck]":
    require_spot_right(user)
    return SpotCheck.objects.visible_to(user, Permission.CASE_VIEW).filter(wanted.q).select_related(*CHECK_RELATED)


def check_page(
    user: "User", wanted: SpotWanted, *, waiting: bool, cursor: str | None, size: int
) -> KeysetPage[SpotCheck]:
    """One page of the checks: those that wait, the first drawn first, or those made, the last first. Raises
    ``NotAllowed``."""
    rows = _visible(user, wanted)
    if waiting:
        return keyset_page(rows.filter(state=SpotState.WAITING), ["id"], cursor, size)
    return keyset_page(rows.filter(ended_at__isnull=False), ["-ended_at", "-id"], cursor, size)


def done_rows(user: "User", wanted: SpotWanted, *, most: int) -> "QuerySet[SpotCheck]":
    """The checks made, the last first, for an export. Raises ``NotAllowed``."""
    return _visible(user, wanted).filter(ended_at__isnull=False).order_by("-ended_at", "-id")[:most]


def draw_page(user: "User", wanted: SpotWanted, *, cursor: str | None, size: int) -> KeysetPage[SpotDraw]:
    """One page of the draws, the last first, each with ``waiting``, ``passed`` and ``failed``. Raises
    ``NotAllowed``."""
    require_spot_right(user)
    draws = SpotDraw.objects.visible_to(user, Permission.CASE_VIEW).select_related("desk")
    if wanted.unit is not None:
        draws = draws.filter(**{f"{wanted.unit.kind}_id": wanted.unit.pk})
    page = keyset_page(draws, ["-id"], cursor, size)
    counted = {row["draw"]: row for row in _progress([draw.pk for draw in page.rows])}
    for draw in page.rows:
        for name in ("waiting", "passed", "failed"):
            setattr(draw, name, counted[draw.pk][name])
    give_limits(SPOT_SUBJECT, page.rows)
    return page


COUNTS: dict[str, Any] = {state.value: Count("pk", filter=Q(state=state)) for state in SpotState}


def _progress(draws: Sequence[int]) -> Iterable[dict[str, Any]]:
    counted: Any = SpotCheck.objects.filter(draw__in=draws).order_by().values("draw")
    return counted.annotate(**COUNTS)  # type: ignore[no-any-return]


def draw_detail(user: "User", draw_id: int) -> DrawDetail:
    """One draw. Raises ``NotVisible``, then ``NotAllowed``."""
    draw = SpotDraw.objects.visible_to(user, Permission.CASE_VIEW).select_related("desk").filter(pk=draw_id).first()
    if draw is None:
        raise NotVisible
    require_spot_right(user)
    give_limits(SPOT_SUBJECT, [draw])
    checks = list(SpotCheck.objects.filter(draw=draw).select_related(*CHECK_RELATED).order_by("id"))
    return DrawDetail(draw, checks, is_repeated(draw, [check.case.number for check in checks]))


def worker_results(user: "User", wanted: SpotWanted) -> list[WorkerResult]:
    """The results of each worker, most failed first. Two queries. Raises ``NotAllowed``."""
    require_spot_right(user)
    checks = SpotCheck.objects.visible_to(user, Permission.CASE_VIEW).filter(wanted.q)
    grouped: Any = checks.order_by().values("settled_by").annotate(drawn=Count("pk"))
    rows = list(grouped.annotate(**COUNTS).order_by("-failed", "-drawn", "settled_by")[:MOST_WORKERS])
    people = User.objects.in_bulk([row["settled_by"] for row in rows])
    return [
        WorkerResult(people[row["settled_by"]], row["drawn"], row["waiting"], row["passed"], row["failed"])
        for row in rows
    ]


def checks_for(desks: Sequence[Agency]) -> list[SpotCheck]:
    """What waits to be seen on site for these desks, the first drawn first."""
    if not desks:
        return []
    waiting = SpotCheck.objects.filter(draw__desk__in=[desk.pk for desk in desks], state=SpotState.WAITING)
    found = list(waiting.select_related(*CHECK_RELATED).order_by("id")[:MOST_WAITING])
    give_limits(SPOT_SUBJECT, [check.draw for check in found])
    return found
