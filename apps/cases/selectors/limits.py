"""Why the limits of a case are what they are."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from apps.cases.matters import subjects_of
from apps.cases.models import Case, Leg
from apps.cases.selectors.detail import case_in_scope
from apps.cases.standing import level_of
from apps.deadlines import rule_presentation, rulebook, rules
from apps.deadlines.explanations import Explanation, Matter, explain_limit
from apps.deadlines.rule_presentation import ExplanationLine
from apps.deadlines.selectors import limits_of
from apps.organisation.models import Agency

if TYPE_CHECKING:
    from apps.accounts.models import User


def limits_explained(user: "User", number: str, *, at: datetime) -> tuple[Case, list[tuple[Agency, ExplanationLine]]]:
    """Every limit that a case has had, of its legs, of the whole and of orders to it, the newest first, each with its
    holder and why it had its end. Raises ``NotVisible``."""
    case = case_in_scope(user, number)
    legs = Leg.objects.filter(case=case)
    book = rulebook.current()
    found: list[tuple[Agency, Explanation]] = []
    for limit in limits_of(subjects_of(case, legs)).select_related("holder__unit"):
        matter = Matter(level_of(limit.holder), case.category.key, case.urgency, case.complexity, limit.place)
        found.append((limit.holder, explain_limit(book, limit, matter)))
    spoken_of = [
        rule for _holder, one in found for rule in (one.policy, *(lost.rule for lost in one.others)) if rule is not None
    ]
    names = rules.names_in(spoken_of)
    return case, [(holder, rule_presentation.explanation_line(one, names, at)) for holder, one in found]


def give_limits(kind: str, rows: Sequence[Any]) -> None:
    """Give each row the latest limit that runs or ran on it as ``limit``, none where there is none. One query, none for
    no rows."""
    found = {one.subject_id: one for one in limits_of((kind, row.pk) for row in rows).order_by("pk")} if rows else {}
    for row in rows:
        row.limit = found.get(row.pk)
