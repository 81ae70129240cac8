"""The queues of a desk: what waits for it, and what it answers for in other hands."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q, prefetch_related_objects
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.cases.choices import OPEN, CaseState
from apps.cases.models import Case, CaseQuerySet
from apps.cases.selectors.listing import OPEN_PART, ORDERS, Part, Wanted, page_of
from apps.core import clock
from apps.core.errors import NotVisible
from apps.core.keyset import KeysetPage
from apps.deadlines import rulebook
from apps.deadlines.rulebook import Rulebook
from apps.grid.permissions import Permission
from apps.grid.scopes import scopes_of
from apps.organisation.models import Agency, AgencyKind

if TYPE_CHECKING:
    from apps.grid.scopes import Person

NEAR_HOURS = 4  # working hours before its end from which a case stands in the queue of those that are near
COUNT_MOST = 1000  # counting stops here; pages show 999+

S = CaseState


@dataclass(frozen=True)
class Moments:
    """The moments that queues are cut at."""

    at: datetime
    near: datetime


@dataclass(frozen=True)
class Queue:
    """One queue: ``held`` ones are what the desk itself holds, the others run over the desk's whole area."""

    key: str
    label: str | Promise
    tone: str
    states: tuple[str, ...] = ()
    held: bool = False
    more: Callable[[Moments], Q] | None = None

    def q(self, moments: Moments) -> Q:
        """What belongs into the queue, beside whose it is."""
        condition = Q(state__in=self.states) if len(self.states) > 1 else Q(state=self.states[0])
        return condition & self.more(moments) if self.more else condition


RUNNING = (S.REPORTED, S.REGISTERED, S.DISPATCHED, S.HANDLED, S.VERIFIED)
QUEUES: tuple[Queue, ...] = (
    Queue("screen", _("待受理"), "", (S.REPORTED,), held=True),
    Queue("dispatch", _("待派遣"), "", (S.REGISTERED,), held=True),
    Queue("returned", _("被退回"), "near", (S.REGISTERED,), held=True, more=lambda _m: Q(return_count__gt=0)),
    Queue("given", _("上级交办"), "", (S.DISPATCHED,), held=True),
    Queue("near", _("临近时限"), "near", RUNNING, more=lambda m: Q(due_at__gte=m.at, due_at__lt=m.near)),
    Queue("overdue", _("已超时"), "late", RUNNING, more=lambda m: Q(due_at__lt=m.at)),
    Queue("supervised", _("督办件"), "hold", (*RUNNING, S.SUSPENDED), more=lambda _m: Q(supervised=True)),
    Queue("handling", _("处置中"), "", (S.DISPATCHED,)),
    Queue("verify", _("待核查"), "", (S.HANDLED,), held=True),
    Queue("close", _("待结案"), "", (S.VERIFIED,), held=True),
    Queue("rework", _("返工"), "near", (S.REGISTERED, S.DISPATCHED), more=lambda _m: Q(rework_count__gt=0)),
    Queue("suspended", _("挂起"), "hold", (S.SUSPENDED,)),
    Queue("special", _("专案件"), "hold", tuple(sorted(OPEN)), more=lambda _m: Q(special=True)),
    Queue("hazard", _("挂牌督办"), "late", tuple(sorted(OPEN)), more=lambda _m: Q(hazard=True)),
    Queue("review", _("挂起待复核"), "late", (S.SUSPENDED,), more=lambda m: Q(review_on__lte=clock.local(m.at).date())),
)
BY_KEY = {queue.key: queue for queue in QUEUES}


def queue_named(key: str) -> Queue:
    """The queue of that key; raises ``NotVisible``."""
    try:
        return BY_KEY[key]
    except KeyError as error:
        raise NotVisible from error


def desks_of(user: "Person") -> list[Agency]:
    """The stations and centres at whose desks ``user`` sits."""
    units = [scope.unit_id for scope in scopes_of(user, Permission.CASE_DISPATCH)]
    if not units:
        return []
    return list(Agency.objects.filter(kind=AgencyKind.CENTRE, unit_id__in=units).select_related("unit"))


def moments_at(at: datetime) -> Moments:
    """The cuts at ``at``, by the calendar of all units: a queue may span places with calendars of their own."""
    return Moments(at, rulebook.current().calendar.add_working_hours(at, NEAR_HOURS))


def _branches(queue: Queue, desks: Sequence[Agency], moments: Moments, wanted: Wanted) -> list[CaseQuerySet]:
    condition = queue.q(moments) & wanted.q
    return [
        Case.objects.filter(
            condition, **({"holder_id": desk.pk} if queue.held else {f"{desk.unit.kind}_id": desk.unit_id})
        )
        for desk in desks
    ]


def queue_page(
    queue: Queue,
    desks: Sequence[Agency],
    *,
    moments: Moments,
    wanted: Wanted,
    cursor: str | None,
    size: int,
    order: Part = OPEN_PART,
) -> KeysetPage[Case]:
    """One page of a queue of these desks, the soonest limit first unless another of ``ORDERS`` is asked for."""
    return page_of(_branches(queue, desks, moments, wanted), (order,), cursor=cursor, size=size)


def queue_counts(desks: Sequence[Agency], *, moments: Moments, wanted: Wanted) -> dict[str, int]:
    """How many stand in each queue, counted up to ``COUNT_MOST``, all in one query."""
    if not desks:
        return {}
    counts = counts_of([(queue, wanted) for queue in QUEUES], desks, moments=moments)
    return {queue.key: count for queue, count in zip(QUEUES, counts, strict=True)}


def counts_of(asked: Sequence[tuple[Queue, Wanted]], desks: Sequence[Agency], *, moments: Moments) -> list[int]:
    """How many stand in each of these queues under its own filters, up to ``COUNT_MOST``, all in one query."""
    if not asked or not desks:
        return [0] * len(asked)
    parts: list[str] = []
    parameters: list[Any] = []
    for queue, wanted in asked:
        pieces = [
            branch.filter(open=True).order_by().values_list("id")[:COUNT_MOST]
            for branch in _branches(queue, desks, moments, wanted)
        ]
        rows = pieces[0].union(*pieces[1:])[:COUNT_MOST] if len(pieces) > 1 else pieces[0]
        sql, given = rows.query.sql_with_params()
        parts.append(f"(SELECT count(*) FROM ({sql}) AS counted)")
        parameters += given
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", parameters)
        return list(cursor.fetchone() or ())


@dataclass(frozen=True)
class Board:
    """The dispatch centre at a moment: whose desks, how many in each queue, and a page of one of them."""

    at: datetime
    book: Rulebook
    desks: list[Agency]
    wanted: Wanted
    queue: Queue
    counts: dict[str, int]
    page: KeysetPage[Case]
    moments: Moments
    order: str = "limit"

    @property
    def count(self) -> int:
        """How many stand in the queue that is shown."""
        return self.counts.get(self.queue.key, 0)


FIRST = ("screen", "dispatch", "given", "verify", "close", "handling")


def board_of(
    user: "Person",
    *,
    queue: str,
    wanted: Wanted,
    cursor: str | None,
    size: int,
    at: datetime,
    order: str = "limit",
) -> Board:
    """Everything the queues and the list show: the desks, the rules of time, all counts and one page in one of
    ``ORDERS``. Without ``queue`` the first in which something waits."""
    desks = desks_of(user)
    book = rulebook.current()
    moments = Moments(at, book.calendar.add_working_hours(at, NEAR_HOURS))
    counts = queue_counts(desks, moments=moments, wanted=wanted)
    chosen = queue_named(queue or next((key for key in FIRST if counts.get(key)), FIRST[1]))
    order = order if order in ORDERS else "limit"
    page = queue_page(chosen, desks, moments=moments, wanted=wanted, cursor=cursor, size=size, order=ORDERS[order])
    return Board(at, book, desks, wanted, chosen, counts, page, moments, order)


EXPORT_PAGE = 500


def queue_rows(user: "Person", queue: str, wanted: Wanted, *, order: str, at: datetime) -> Iterator[Case]:
    """Every case of a queue of the user's desks, read page by page."""
    desks, moments = desks_of(user), moments_at(at)
    part, chosen = ORDERS.get(order, OPEN_PART), queue_named(queue or FIRST[1])
    cursor = None
    while True:
        page = queue_page(chosen, desks, moments=moments, wanted=wanted, cursor=cursor, size=EXPORT_PAGE, order=part)
        prefetch_related_objects(page.rows, "enforcements")
        yield from page.rows
        cursor = page.next
        if cursor is None:
            return
