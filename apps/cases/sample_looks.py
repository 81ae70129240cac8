"""How samples and their reviews look in lists and workbooks: plain values, made without queries."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.cases.models import Sample, SampleReview
from apps.cases.sampling import Point, ReviewState, point_column
from apps.cases.selectors.samples import FaultCount, Progress, SampleDetail, Share
from apps.core.workbooks import Cell, Column

TONES = {ReviewState.QUALIFIED: "ok", ReviewState.UNQUALIFIED: "late", ReviewState.WAITING: "near"}


@dataclass(frozen=True)
class ReviewRow:
    """One review of a list."""

    review: SampleReview
    user_id: int | None = None
    """Whoever looks at it, where he supervises over the sample's unit."""

    @property
    def mine(self) -> bool:
        """Whether it waits for a review that whoever looks could make: he had no hand in the case."""
        waits = self.review.state == ReviewState.WAITING and self.user_id is not None
        return waits and self.user_id not in self.review.hands

    @property
    def tone(self) -> str:
        """The tone of its state."""
        return TONES.get(ReviewState(self.review.state), "plain")

    @property
    def faults(self) -> str:
        """The points found wrong, as one reads them."""
        return _("、").join(str(point.label) for point in self.review.faults())


def review_rows(reviews: Iterable[SampleReview], user_id: int | None = None) -> list[ReviewRow]:
    """Rows for a list; ``user_id`` is whoever may review them, if anybody."""
    return [ReviewRow(review, user_id) for review in reviews]


def rule_words(sample: Sample) -> str:
    """What a sample is drawn from, as one reads it."""
    parts = [sample.get_kind_display()]
    if sample.category is not None:
        parts.append(sample.category.label)
    if sample.agency is not None:
        parts.append(sample.agency.name)
    return " · ".join(str(part) for part in parts)


def case_columns() -> list[Column]:
    """The columns of ``case_rows``."""
    return [
        Column(_("编号"), 16),
        Column(_("案件"), 30),
        Column(_("类别"), 18),
        Column(_("街道"), 14),
        Column(_("社区"), 14),
        Column(_("处置单位"), 18),
        Column(_("评查"), 16),
        *(Column(point.label, 10) for point in Point),
        Column(_("处理"), 18),
        Column(_("评查意见"), 40),
        Column(_("评查人"), 12),
        Column(_("评查时间"), 18),
    ]


def case_rows(detail: SampleDetail) -> Iterator[list[Cell]]:
    """A line for each sampled case with what was found."""
    for review in detail.reviews:
        case = review.case
        yield [
            case.number,
            case.title,
            case.category.label,
            review.street.name if review.street else None,
            review.community.name if review.community else None,
            review.agency.name,
            review.get_state_display(),
            *(_finding(review, point) for point in Point),
            review.get_consequence_display() or None,
            review.note or None,
            review.reviewed_by.name if review.reviewed_by else None,
            review.ended_at,
        ]


def _finding(review: SampleReview, point: Point) -> Any:
    return getattr(review, f"get_{point_column(point)}_display")() or None


def result_columns() -> list[Column]:
    """The columns of ``result_rows``."""
    return [
        Column(_("分组"), 12),
        Column(_("名称"), 24),
        Column(_("抽中"), 10),
        Column(_("已评查"), 10),
        Column(_("合格"), 10),
        Column(_("不合格"), 10),
        Column(_("合格率"), 10, "0%"),
    ]


def result_rows(detail: SampleDetail) -> Iterator[list[Cell]]:
    """The qualified share of the whole, of each unit and agency, and how often each point was found wrong."""
    yield _share(_("合计"), Share(detail.sample.title, detail.whole))
    yield from (_share(_("单元"), share) for share in detail.units)
    yield from (_share(_("处置单位"), share) for share in detail.agencies)
    yield from (_fault(count) for count in detail.faults)


def _share(group: str, share: Share) -> list[Cell]:
    progress: Progress = share.progress
    rate = progress.qualified / progress.reviewed if progress.reviewed else None
    return [group, share.name, progress.drawn, progress.reviewed, progress.qualified, progress.unqualified, rate]


def _fault(count: FaultCount) -> list[Cell]:
    good = count.checked - count.faults
    rate = good / count.checked if count.checked else None
    return [_("评查项"), count.point.label, None, count.checked, good, count.faults, rate]
