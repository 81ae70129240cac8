"""How cards and the ladders they stand on look: plain values for templates, made without queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.cases.matters import appeal_of
from apps.cases.selectors.cards import APPEALED, STANDING, WITHDRAWN, CardDetail
from apps.deadlines.choices import AppealState, Card, Stage, StepKind
from apps.deadlines.models import LadderStep

CARD_STATES = (
    (STANDING, gettext_lazy("有效")),
    (APPEALED, gettext_lazy("申诉待裁定")),
    (WITHDRAWN, gettext_lazy("已撤销")),
)
CARD_STAGES = tuple(
    (stage.value, stage.label)
    for stage in (Stage.SCREENING, Stage.HANDLING, Stage.VERIFYING, Stage.WHOLE, Stage.SUPERVISION)
)
TONES = {Card.YELLOW: "near", Card.RED: "late"}
STEP_TONES = {StepKind.REMIND: "", StepKind.YELLOW: "near"}


@dataclass(frozen=True)
class CardRow:
    """One card of a list; ``state`` says what became of an appeal, and nothing where there is none."""

    card: LadderStep

    @property
    def url(self) -> str:
        """The card's own page."""
        return reverse("cases:card", args=[self.card.pk])

    @property
    def number(self) -> str:
        """The number of what the limit runs on."""
        return self.card.limit.subject_label.partition(" ")[0]

    @property
    def title(self) -> str:
        """Its title."""
        return self.card.limit.subject_label.partition(" ")[2]

    @property
    def stage(self) -> str | Promise:
        """What the limit is for."""
        return Stage(self.card.limit.stage).label

    @property
    def withdrawn(self) -> bool:
        """Whether an appeal withdrew the card."""
        appeal = appeal_of(self.card)
        return appeal is not None and appeal.state == AppealState.UPHELD

    @property
    def tone(self) -> str:
        """The tone of a card that stands; a withdrawn one is plain."""
        return "plain" if self.withdrawn else TONES[Card(self.card.card)]

    @property
    def state(self) -> str:
        """What became of an appeal."""
        appeal = appeal_of(self.card)
        words = {
            AppealState.OPEN: _("申诉待裁定"),
            AppealState.UPHELD: _("已撤销"),
            AppealState.REJECTED: _("申诉不成立"),
        }
        return words[AppealState(appeal.state)] if appeal is not None else ""

    @property
    def state_tone(self) -> str:
        """The tone of that."""
        return "ok" if self.withdrawn else "info" if self.state == _("申诉待裁定") else "plain"

    @property
    def state_icon(self) -> str:
        """The icon of that."""
        return "check" if self.withdrawn else "scale"


def card_rows(cards: Iterable[LadderStep]) -> list[CardRow]:
    """Rows of a list of cards."""
    return [CardRow(card) for card in cards]


@dataclass(frozen=True)
class LadderLine:
    """One step of a limit's ladder, taken or still to come."""

    at: datetime
    name: str | Promise
    holder: str
    tone: str = ""
    note: str = ""
    url: str = ""
    current: bool = False
    pending: bool = False


def ladder_of(detail: CardDetail) -> list[LadderLine]:
    """The whole ladder of a card's limit: the steps taken, then those still to come."""
    lines = []
    for step in detail.taken:
        card = step.card != Card.NONE
        withdrawn = card and CardRow(step).withdrawn
        lines.append(
            LadderLine(
                step.done_at,
                StepKind(step.kind).label,
                step.holder.name,
                "" if withdrawn else STEP_TONES.get(StepKind(step.kind), "late"),
                _("已撤销") if withdrawn else "",
                reverse("cases:card", args=[step.pk]) if card else "",
                step.pk == detail.card.pk,
            )
        )
    lines += [LadderLine(moment, StepKind(kind).label, "", pending=True) for kind, moment in detail.pending]
    return lines
