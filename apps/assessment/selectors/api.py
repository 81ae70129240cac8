"""Lists for the API: the same scope and order as the pages."""

from typing import TYPE_CHECKING

from django.db.models import F, Value
from django.db.models.functions import Coalesce

from apps.assessment.models import Score
from apps.assessment.selectors.board import ORDER, UNRANKED
from apps.assessment.selectors.opened import items_of, visible_score
from apps.assessment.selectors.periods import choose_period, district_of, periods_for
from apps.core.errors import NotVisible
from apps.core.keyset import KeysetPage, keyset_page
from apps.grid.permissions import Permission
from apps.grid.selectors import first_unit, visible_unit

if TYPE_CHECKING:
    from apps.grid.scopes import Person


def score_page(
    user: "Person", *, kind: str, period: str = "", unit: str = "", cursor: str | None = None, size: int = 50
) -> KeysetPage[Score]:
    """A page of scores by rank inside ``unit`` (a code; else all of the scope). Raises ``NotVisible``."""
    start = unit
    if not start:
        first = first_unit(user, Permission.SCORE_VIEW)
        if first is None:
            raise NotVisible
        start = first.code
    place = visible_unit(user, start, Permission.SCORE_VIEW)
    chosen = choose_period(periods_for(user, district_of(place)), period)
    if chosen is None:
        return KeysetPage([], None, None)
    scores = Score.objects.visible_to(user).filter(period=chosen, subject_kind=kind)
    if unit:
        scores = scores.inside(place)
    scores = scores.select_related("period").annotate(position=Coalesce(F("rank"), Value(UNRANKED)))
    return keyset_page(scores, ORDER, cursor, size)


def score_with_items(user: "Person", score_id: int) -> Score:
    """One score with its indicators loaded. Raises ``NotVisible``."""
    score = visible_score(user, score_id)
    score.items_loaded = items_of(score)
    return score
