"""How hard cases look in their lists: plain values for templates and workbooks, made without queries."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from apps.cases.choices import HowSettled, ItemState, SpecialState, WhyTabled
from apps.cases.models import Case, HazardListing, MeetingItem, Publication, SpecialControl, SpecialListing
from apps.cases.models.meetings import OPEN_ITEM
from apps.cases.selectors.meetings import Candidate, MeetingDetail
from apps.core.workbooks import Column

SPECIAL_TONES = {SpecialState.LISTED: "hold", SpecialState.PROPOSED: "near", SpecialState.CLOSED: "ok"}


@dataclass(frozen=True)
class SpecialRow:
    """One entry of the special list; ``day`` is today."""

    entry: SpecialListing
    day: date

    @property
    def url(self) -> str:
        """The page of the case."""
        return reverse("cases:case", args=[self.entry.case.number])

    @property
    def overdue(self) -> bool:
        """Whether the control is past its day."""
        on = self.entry.control_on
        return self.entry.state == SpecialState.LISTED and on is not None and on < self.day

    @property
    def tone(self) -> str:
        """The tone of its state."""
        return SPECIAL_TONES.get(SpecialState(self.entry.state), "plain")

    @property
    def latest(self) -> SpecialControl | None:
        """The latest control."""
        return getattr(self.entry, "latest", None)


def special_rows_of(entries: Iterable[SpecialListing], *, day: date) -> Iterator[SpecialRow]:
    """Rows of the list."""
    return (SpecialRow(entry, day) for entry in entries)


def special_export_row(row: SpecialRow) -> list[Any]:
    """One line of the exported list."""
    entry, case, latest = row.entry, row.entry.case, row.latest
    return [
        case.number,
        case.title,
        case.category.label,
        case.street.name if case.street else None,
        case.community.name if case.community else None,
        entry.get_state_display(),
        entry.reason,
        entry.agency.name if entry.agency else None,
        entry.leader.name if entry.leader else None,
        entry.decided_at,
        entry.control_on,
        row.overdue,
        entry.controls_made,
        latest.at if latest else None,
        latest.text if latest else None,
        entry.ended_at,
        entry.end_reason or None,
    ]


def special_export_columns() -> list[Column]:
    """The columns of ``special_export_row``."""
    return [
        Column(_("编号"), 16),
        Column(_("标题"), 30),
        Column(_("类别"), 18),
        Column(_("街镇"), 16),
        Column(_("社区"), 16),
        Column(_("状态"), 10),
        Column(_("列入理由"), 40),
        Column(_("责任单位"), 22),
        Column(_("责任领导"), 12),
        Column(_("决定时间"), 18),
        Column(_("下次管控"), 12),
        Column(_("管控逾期"), 10),
        Column(_("管控次数"), 10),
        Column(_("最近管控"), 18),
        Column(_("管控情况"), 40),
        Column(_("移出时间"), 18),
        Column(_("移出理由"), 40),
    ]


ITEM_TONES = {
    ItemState.LISTED: "near",
    ItemState.DECIDED: "info",
    ItemState.RESOLVED: "ok",
    ItemState.BACK: "late",
    ItemState.ENDED: "ok",
}


@dataclass(frozen=True)
class ItemLook:
    """One item of a meeting; ``earlier`` is what earlier meetings decided, ``late`` that its day is over."""

    item: MeetingItem
    earlier: list[MeetingItem]
    late: bool

    @property
    def url(self) -> str:
        """The page of the case."""
        return reverse("cases:case", args=[self.item.case.number])

    @property
    def tone(self) -> str:
        """The tone of its state."""
        return "late" if self.late else ITEM_TONES[ItemState(self.item.state)]

    @property
    def open(self) -> bool:
        """Whether something is still to be decided or done."""
        return self.item.state in OPEN_ITEM


def item_looks(detail: MeetingDetail, *, day: date) -> list[ItemLook]:
    """The items of a meeting, in the order of the list; ``day`` is today."""
    return [
        ItemLook(
            item,
            detail.earlier.get(item.case_id, []),  # type: ignore[attr-defined]
            item.state == ItemState.DECIDED and item.due_on is not None and item.due_on < day,
        )
        for item in detail.items
    ]


@dataclass(frozen=True)
class CandidateLook:
    """A hard case that is not on the list, and why it could be."""

    case: Case
    why: str | Promise

    @property
    def url(self) -> str:
        """The page of the case."""
        return reverse("cases:case", args=[self.case.number])


def candidate_looks(found: Iterable[Candidate]) -> list[CandidateLook]:
    """The hard cases that a list could still take."""
    return [CandidateLook(one.case, WhyTabled(one.why).label) for one in found]


@dataclass(frozen=True)
class HazardRow:
    """One listed hazard; ``day`` is today."""

    listing: HazardListing
    day: date

    @property
    def url(self) -> str:
        """The page of the case."""
        return reverse("cases:case", args=[self.listing.case.number])

    @property
    def overdue(self) -> bool:
        """Whether it should be removed by now."""
        return self.listing.accepted_at is None and self.listing.due_on < self.day


def hazard_rows_of(listings: Iterable[HazardListing], *, day: date) -> Iterator[HazardRow]:
    """Rows of the list of hazards."""
    return (HazardRow(listing, day) for listing in listings)


def hazard_export_row(row: HazardRow) -> list[Any]:
    """One line of the exported list."""
    listing, case = row.listing, row.listing.case
    return [
        case.number,
        case.title,
        case.category.label,
        case.street.name if case.street else None,
        case.community.name if case.community else None,
        case.address,
        listing.get_level_display(),
        listing.demand,
        listing.party,
        listing.agency.name,
        listing.listed_at,
        listing.due_on,
        row.overdue,
        listing.accepted_at,
        listing.finding or None,
    ]


def hazard_export_columns() -> list[Column]:
    """The columns of ``hazard_export_row``."""
    return [
        Column(_("编号"), 16),
        Column(_("标题"), 30),
        Column(_("类别"), 18),
        Column(_("街镇"), 16),
        Column(_("社区"), 16),
        Column(_("地点"), 30),
        Column(_("挂牌级别"), 12),
        Column(_("隐患和整改要求"), 40),
        Column(_("整改责任单位"), 22),
        Column(_("督办单位"), 22),
        Column(_("挂牌时间"), 18),
        Column(_("整改期限"), 12),
        Column(_("逾期"), 8),
        Column(_("摘牌时间"), 18),
        Column(_("验收意见"), 40),
    ]


@dataclass(frozen=True)
class PublicationLook:
    """What the public reads of a case: a desk's words, else the plain facts in the language of the page."""

    publication: Publication

    @property
    def title(self) -> str:
        """The title, else the category."""
        return self.publication.title or self.publication.category.label

    @property
    def words(self) -> str:
        """What was done."""
        one = self.publication
        if one.words:
            return one.words
        if one.how == HowSettled.SPOT:
            return _("网格员当场处置。")
        if one.how == HowSettled.AT_ONCE:
            return _("申办材料齐全，当场办结。")
        if one.agency is not None:
            return _("由%(agency)s处置，经现场核查办结。") % {"agency": one.agency.name}
        return _("已处置，经现场核查办结。")

    @property
    def place(self) -> str:
        """Street and community, nothing closer."""
        one = self.publication
        return " ".join(unit.name for unit in (one.street, one.community) if unit is not None) or one.place.name


def publication_looks(rows: Iterable[Publication]) -> list[PublicationLook]:
    """Publications as they are read."""
    return [PublicationLook(row) for row in rows]
