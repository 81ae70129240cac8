"""Cases in lists, on the map, as pictures and in the exported workbook."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.cases.choices import CaseState, EnforcementState, Source, Urgency
from apps.cases.models import Case
from apps.cases.presentation.looks import Look, look_of
from apps.deadlines.rulebook import Rulebook

STATE_TONES = {CaseState.SUSPENDED: "hold", CaseState.CLOSED: "ok"}
STATE_ICONS = {CaseState.SUSPENDED: "player-pause", CaseState.CLOSED: "circle-check"}
PURPOSES = {"before": _("处置前"), "after": _("处置后"), "evidence": _("现场"), "verification": _("核查")}
SORTS = (("limit", _("按时限")), ("newest", _("新的在前")), ("oldest", _("旧的在前")))


@dataclass(frozen=True)
class CaseRow:
    """One case of a list."""

    case: Case
    look: Look
    url: str
    current: bool = False

    @property
    def icon(self) -> str:
        """The category's icon."""
        return self.case.category.icon or "point"

    @property
    def place(self) -> str:
        """Where it is, in the fewest words."""
        return self.case.address or self.case.unit.name

    @property
    def source(self) -> str | Promise:
        """Where it came from."""
        return Source(self.case.source).label

    @property
    def state(self) -> str | Promise:
        """The word of its state."""
        return CaseState(self.case.state).label

    @property
    def tone(self) -> str:
        """The tone of its state."""
        return STATE_TONES.get(CaseState(self.case.state), "")


def rows_of(
    cases: Iterable[Case], book: Rulebook, at: datetime, *, link: Any = None, current: str = ""
) -> list[CaseRow]:
    """Rows for a list; ``link(case)`` says where each leads, else to its own page."""
    return [
        CaseRow(
            case,
            look_of(case, book, at),
            link(case) if link else reverse("cases:case", args=[case.number]),
            case.number == current,
        )
        for case in cases
    ]


def photos_of(attachments: Iterable[Any]) -> list[dict[str, Any]]:
    """Photos for the grid of pictures."""
    return [
        {
            "url": reverse("attachment", args=[photo.pk]),
            "thumbnail_url": reverse("attachment-small", args=[photo.pk]),
            "caption": PURPOSES.get(photo.purpose, ""),
        }
        for photo in attachments
    ]


def points_of(cases: Iterable[Case], book: Rulebook, at: datetime, *, link: Any) -> list[dict[str, Any]]:
    """Cases as points of a map, coloured by their limits."""
    return [
        {
            "id": case.number,
            "lon": case.lon,
            "lat": case.lat,
            "tone": look_of(case, book, at).tone(at),
            "title": case.title,
            "url": link(case),
        }
        for case in cases
    ]


def export_row(case: Case) -> list[Any]:
    """One line of the exported list."""
    return [
        case.number,
        case.title,
        case.category.label,
        CaseState(case.state).label,
        Urgency(case.urgency).label,
        case.street.name if case.street else None,
        case.community.name if case.community else None,
        case.grid.name if case.grid else None,
        case.address,
        Source(case.source).label,
        case.holder.name if case.holder else None,
        case.reported_at,
        case.due_at,
        case.get_card_display() if case.card else None,
        case.supervised,
        case.return_count,
        case.rework_count,
        *_enforcement_cells(case),
    ]


def _enforcement_cells(case: Case) -> list[Any]:
    """Number, kind and amount of the last penalty; empty where there is none. The hand-overs are prefetched."""
    punished = [one for one in case.enforcements.all() if one.state == EnforcementState.PENALISED]
    last = punished[-1] if punished else None
    return [last.document, last.get_penalty_display(), last.amount] if last is not None else [None, None, None]
