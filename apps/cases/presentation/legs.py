"""Legs on the agency's desk."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from apps.cases.actions import ACTION_LABELS, Action
from apps.cases.choices import CaseState, LegRole, LegState, Urgency
from apps.cases.models import Leg
from apps.cases.presentation.buttons import ICONS_AND_KEYS, ActionButton
from apps.cases.presentation.looks import Look, working_minutes
from apps.deadlines.rulebook import Rulebook

LEG_TONES = {LegState.OFFERED: "info", LegState.FAILED: "late", LegState.RETURNED: "near", LegState.FED_BACK: "ok"}
LEG_MOVES = {LegState.OFFERED: [Action.ACCEPT, Action.RETURN], LegState.ACCEPTED: [Action.FEEDBACK]}


@dataclass(frozen=True)
class LegCard:
    """One leg on the agency's desk."""

    leg: Leg
    look: Look
    note: str
    actions: list[ActionButton]

    @property
    def state(self) -> str | Promise:
        """The word of its state."""
        return LegState(self.leg.state).label

    @property
    def tone(self) -> str:
        """The tone of its state."""
        return LEG_TONES.get(LegState(self.leg.state), "")

    @property
    def role(self) -> str | Promise:
        """Lead or assisting."""
        return LegRole(self.leg.role).label


def leg_cards(legs: Iterable[Leg], book: Rulebook, at: datetime) -> list[LegCard]:
    """Cards for the agency's desk, with what its people may do by the state of each leg."""
    cards = []
    for leg in legs:
        paused = leg.case.state == CaseState.SUSPENDED
        done = leg.ended_at is not None
        timed = leg.case.urgency != Urgency.URGENT and not paused and not done
        left = working_minutes(book.calendar_for(leg.case.place), at, leg.due_at) if timed else None
        card = leg.case.card if leg.role == LegRole.LEAD and not done else ""
        look = Look(leg.due_at, "paused" if paused else "", leg.opened_at, left, card)
        moves = [] if paused or leg.case.state != CaseState.DISPATCHED else LEG_MOVES.get(LegState(leg.state), [])
        if leg.case.enforcing and Action.FEEDBACK in moves:
            moves = [Action.DECIDE_PENALTY]  # before it the result is not fed back
        if leg.role == LegRole.LEAD and not done:
            moves = [*moves, *_more_moves(leg, at)]
        buttons = [
            ActionButton(action.value, ACTION_LABELS[action], *ICONS_AND_KEYS[action], primary=number == 0)
            for number, action in enumerate(moves)
        ]
        cards.append(LegCard(leg, look, getattr(leg, "words", None) or "", buttons))
    return cards


def _more_moves(leg: Leg, at: datetime) -> list[Action]:
    """What the holder may do beside moving the case: answer an order, ask for more time before its end."""
    more = [Action.REPLY] if leg.case.orders_open else []
    if leg.case.state == CaseState.DISPATCHED and not leg.case.extension_asked and at <= leg.due_at:
        more.append(Action.ASK_EXTENSION)
    if leg.case.state == CaseState.DISPATCHED and not leg.case.suspension_asked:
        more.append(Action.ASK_SUSPENSION)
    return more
