"""Reading samples of handled cases: what is drawn from, what was drawn, what the reviews found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from apps.cases.choices import CaseState
from apps.cases.drawing import draw_lots
from apps.cases.models import Case, Category, Sample, SampleReview
from apps.cases.sampling import REVIEWED, Finding, Point, ReviewState, SampleKind, point_column
from apps.cases.selectors.choices import BRANCH_LEVEL
from apps.cases.selectors.listing import of_category, start_of
from apps.core.errors import NotAllowed, NotVisible
from apps.core.keyset import KeysetPage, keyset_page
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import KINDS, holds, scope_q, scopes_of
from apps.organisation.models import Agency, agency_ids_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from apps.accounts.models import User
    from apps.cases.models import CaseQuerySet

SAMPLE_RELATED = (*KINDS, "category", "agency", "drawn_by")
REVIEW_RELATED = ("sample", "case__category", "agency", "reviewed_by", *KINDS)
CASE_PLACES = tuple(f"case__{level}" for level in KINDS)
MOST_TO_DO = 20
KIND_Q: dict[str, Q] = {
    SampleKind.ALL: Q(),
    SampleKind.ON_THE_SPOT: Q(settled_kind="spot"),
    SampleKind.REWORKED: Q(rework_count__gt=0),
    SampleKind.OVERDUE: Q(handled_in_time=False, excused_at__isnull=True),
    SampleKind.REOPENED: Q(reopen_count__gt=0),
    SampleKind.SUPERVISED: Q(supervised=True),
    SampleKind.DISSATISFIED: Q(satisfied=False),
}


def population_of(sample: Sample) -> "CaseQuerySet":
    """The cases from which a sample is drawn by its rule, as they are now."""
    closed = Case.objects.inside(sample.unit).filter(
        KIND_Q[sample.kind],
        open=False,
        state=CaseState.CLOSED,
        closed_at__gte=start_of(sample.since),
        closed_at__lt=start_of(sample.until + timedelta(days=1)),
    )
    if sample.category is not None:
        closed = closed.filter(of_category(sample.category))
    if sample.agency is not None:
        closed = closed.filter(Q(handler=sample.agency) | Q(handler__isnull=True, desk=sample.agency))
    return closed.order_by()


@dataclass(frozen=True)
class SampleChoices:
    """What the form of a sample offers: the units over which the user supervises, categories, agencies."""

    units: list[Unit]
    branches: list[Category]
    agencies: list[Agency]


def sample_choices(user: "User", *, on: date) -> SampleChoices:
    """Two queries and one for each scope. Raises ``NotAllowed`` for those who may draw no sample."""
    if not may_draw(user):
        raise NotAllowed
    units: list[Unit] = []
    for scope in scopes_of(user, Permission.CASE_SUPERVISE):
        within = Unit.objects.open().filter(tree_id=scope.tree_id, lft__gte=scope.lft, rght__lte=scope.rght)
        units += within.exclude(kind="grid").order_by("lft") if scope.kind != "grid" else within
    branches = Category.objects.filter(level__lte=BRANCH_LEVEL, active=True).offered_to(user, on)
    agencies = Agency.objects.visible_to(user).filter(is_active=True).select_related("unit")
    return SampleChoices(
        units,
        list(branches.order_by("scheme", "kind", "code")),
        list(agencies.exclude(unit__kind="grid").order_by("unit__tree_id", "unit__lft", "kind", "id")),
    )


def may_draw(user: "User") -> bool:
    """Whether the user may draw samples anywhere: who supervises cases."""
    return holds(user, Permission.CASE_SUPERVISE)


def sees_findings(user: "User") -> bool:
    """Desks, leaders, assessors and agencies read what reviews found of their cases."""
    return holds(user, Permission.CASE_COMMENT, Permission.CASE_SUPERVISE, Permission.SCORE_RUN) or bool(
        agency_ids_of(user)
    )


@dataclass(frozen=True)
class Progress:
    """How far the reviews of a sample, or of a part of it, have come."""

    drawn: int
    waiting: int = 0
    qualified: int = 0
    unqualified: int = 0
    lapsed: int = 0

    @property
    def reviewed(self) -> int:
        """How many were reviewed."""
        return self.qualified + self.unqualified

    @property
    def ended(self) -> int:
        """How many no longer wait."""
        return self.drawn - self.waiting

    @property
    def rate(self) -> int | None:
        """Qualified of those reviewed, in a hundred, rounded down; none where nothing was reviewed."""
        return self.qualified * 100 // self.reviewed if self.reviewed else None


COUNTS: dict[str, Any] = {state.value: Count("pk", filter=Q(state=state)) for state in ReviewState}


def _progress(row: dict[str, Any]) -> Progress:
    return Progress(row["drawn"], **{state.value: row[state.value] for state in ReviewState})


def _counted(reviews: "QuerySet[SampleReview]", by: str) -> list[dict[str, Any]]:
    grouped: Any = reviews.order_by().values(by).annotate(drawn=Count("pk"))
    return list(grouped.annotate(**COUNTS))


def sample_page(user: "User", *, unit: Unit | None = None, cursor: str | None, size: int) -> KeysetPage[Sample]:
    """One page of the samples of the units over which the user supervises, the last drawn first, each with its
    ``progress``. Raises ``NotAllowed``."""
    if not may_draw(user):
        raise NotAllowed
    samples = Sample.objects.visible_to(user, Permission.CASE_SUPERVISE).select_related(*SAMPLE_RELATED)
    if unit is not None:
        samples = samples.filter(**{f"{unit.kind}_id": unit.pk})
    page = keyset_page(samples, ["-id"], cursor, size)
    _give_progress(page.rows)
    return page


def _give_progress(samples: Sequence[Sample]) -> None:
    counted = {row["sample"]: row for row in _counted(SampleReview.objects.filter(sample__in=samples), "sample")}
    for sample in samples:
        sample.progress = _progress(counted[sample.pk])  # type: ignore[attr-defined]


def progress_of(sample: Sample) -> Progress:
    """The progress that was read with a sample of a list."""
    return sample.progress  # type: ignore[attr-defined,no-any-return]


@dataclass(frozen=True)
class FindingsWanted:
    """What the list of findings is narrowed to: ``state`` one of ``ReviewState`` or none for those reviewed."""

    unit: Unit | None = None
    state: str = ""

    @property
    def q(self) -> Q:
        """The condition on reviews."""
        condition = Q(state=self.state) if self.state else Q(state__in=REVIEWED)
        if self.unit is not None:
            condition &= Q(**{f"{self.unit.kind}_id": self.unit.pk})
        return condition


def finding_page(user: "User", wanted: FindingsWanted, *, cursor: str | None, size: int) -> KeysetPage[SampleReview]:
    """One page of the reviews of cases within the user's scope or handled by an agency of the user's: those made, the
    last first, or those that wait, the first drawn first. Raises ``NotAllowed``."""
    if not sees_findings(user):
        raise NotAllowed
    mine = scope_q(user, Permission.CASE_VIEW) | Q(agency__in=agency_ids_of(user))
    reviews = SampleReview.objects.filter(mine).filter(wanted.q).select_related(*REVIEW_RELATED)
    if wanted.state == ReviewState.WAITING:
        return keyset_page(reviews, ["id"], cursor, size)
    return keyset_page(reviews, ["-ended_at", "-id"], cursor, size)


@dataclass(frozen=True)
class Share:
    """The reviews of one unit or agency, or of the whole sample."""

    name: str
    progress: Progress


@dataclass(frozen=True)
class FaultCount:
    """How often a point was found wrong, of how many times it was looked at."""

    point: Point
    faults: int
    checked: int

    @property
    def rate(self) -> int | None:
        """Faults of those looked at, in a hundred, rounded down."""
        return self.faults * 100 // self.checked if self.checked else None


@dataclass(frozen=True)
class Repeated:
    """What drawing again with the same seed gives: whether the same cases, and whether from the same population, of
    which there are ``population`` now. Cases that were drawn count as belonging to it whatever became of them."""

    same: bool
    same_population: bool
    population: int


@dataclass(frozen=True)
class SampleDetail:
    """One sample: its reviews, the shares by unit, agency and fault, and whether it can be drawn again."""

    sample: Sample
    reviews: list[SampleReview]
    whole: Progress
    units: list[Share]
    agencies: list[Share]
    faults: list[FaultCount]
    repeated: Repeated


def sample_in_scope(user: "User", sample_id: int) -> Sample:
    """The sample of that key. Raises ``NotVisible`` where the user does not supervise over its unit."""
    samples = Sample.objects.visible_to(user, Permission.CASE_SUPERVISE).select_related(*SAMPLE_RELATED)
    sample: Sample | None = samples.filter(pk=sample_id).first()
    if sample is None:
        raise NotVisible
    return sample


def sample_detail(user: "User", sample_id: int) -> SampleDetail:
    """One sample with everything that was found. A fixed number of queries, one of which draws again. Raises
    ``NotVisible``."""
    sample = sample_in_scope(user, sample_id)
    reviews = SampleReview.objects.filter(sample=sample)
    rows = list(reviews.select_related(*REVIEW_RELATED).order_by("id"))
    whole = sum_of(rows)
    return SampleDetail(
        sample, rows, whole, _by_unit(sample, reviews), _by_agency(reviews), fault_counts(rows), repeat(sample, rows)
    )


def review_page(user: "User", sample_id: int, *, cursor: str | None, size: int) -> KeysetPage[SampleReview]:
    """One page of the reviews of a sample, in the order in which they were written. Raises ``NotVisible``."""
    sample = sample_in_scope(user, sample_id)
    reviews = SampleReview.objects.filter(sample=sample).select_related(*REVIEW_RELATED, *CASE_PLACES)
    return keyset_page(reviews, ["id"], cursor, size)


def sum_of(rows: Iterable[SampleReview]) -> Progress:
    """The progress of these reviews."""
    rows = list(rows)
    counts = {state.value: sum(row.state == state for row in rows) for state in ReviewState}
    return Progress(len(rows), **counts)


def _by_unit(sample: Sample, reviews: "QuerySet[SampleReview]") -> list[Share]:
    """The shares of the units one level below the sample's, in the order of the tree; a grid's own is its only one."""
    depth = min(KINDS.index(sample.unit.kind) + 1, len(KINDS) - 1)
    rows = _counted(reviews, f"{KINDS[depth]}_id")
    units = Unit.objects.in_bulk([row[f"{KINDS[depth]}_id"] for row in rows if row[f"{KINDS[depth]}_id"]])
    known = [(units.get(row[f"{KINDS[depth]}_id"]), row) for row in rows]
    known.sort(key=lambda one: one[0].lft if one[0] is not None else 0)
    return [Share(unit.name if unit is not None else sample.unit.name, _progress(row)) for unit, row in known]


def _by_agency(reviews: "QuerySet[SampleReview]") -> list[Share]:
    """The shares of those who had handled the cases, the most unqualified first."""
    rows = _counted(reviews, "agency_id")
    names = Agency.objects.in_bulk([row["agency_id"] for row in rows])
    rows.sort(key=lambda row: (-row["unqualified"], -row["drawn"], row["agency_id"]))
    return [Share(names[row["agency_id"]].name, _progress(row)) for row in rows]


def fault_counts(rows: Sequence[SampleReview]) -> list[FaultCount]:
    """How often each point was found wrong."""
    counts = []
    for point in Point:
        found = [getattr(row, point_column(point)) for row in rows]
        counts.append(
            FaultCount(point, found.count(Finding.FAULT), found.count(Finding.OK) + found.count(Finding.FAULT))
        )
    return counts


def repeat(sample: Sample, rows: Sequence[SampleReview]) -> Repeated:
    """Draw again with the sample's seed. One statement."""
    drawn = [row.case_id for row in rows]  # type: ignore[attr-defined]
    kept = Case.objects.filter(pk__in=drawn).order_by().values("id", "number")
    population = population_of(sample).values("id", "number").union(kept)
    again = draw_lots(population, sample.seed, size=sample.drawn)
    return Repeated(
        same=sorted(again.chosen) == sorted(drawn),
        same_population=again.digest == sample.digest,
        population=again.population,
    )


def samples_to_do(user: "User") -> list[Sample]:
    """The samples of the user's own units in which reviews wait, the first due at the top, each with its ``progress``.
    Two queries, none for those who supervise nowhere."""
    if not may_draw(user):
        return []
    own = Q(pk__in=[])
    for scope in scopes_of(user, Permission.CASE_SUPERVISE):
        below = KINDS[KINDS.index(scope.kind) + 1 :][:1]
        own |= Q(**{scope.column: scope.unit_id}, **{f"{level}__isnull": True for level in below})
    waiting = SampleReview.objects.filter(state=ReviewState.WAITING).order_by().values("sample")
    samples = Sample.objects.filter(own, pk__in=waiting)
    found = list(samples.select_related(*KINDS).order_by("due_on", "id")[:MOST_TO_DO])
    _give_progress(found)
    return found


def unfinished_samples() -> list[Sample]:
    """Every sample in which reviews wait, with how many (``waiting``), the first due at the top. One query."""
    waiting = Count("reviews", filter=Q(reviews__state=ReviewState.WAITING))
    counted = Sample.objects.annotate(waiting=waiting).filter(waiting__gt=0)
    return list(counted.order_by("due_on", "id"))
