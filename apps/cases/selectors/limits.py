"""Why the limits of a case are what they are."""

from datetime import datetime
from typing import TYPE_CHECKING

from apps.cases.choices import LEG_SUBJECT
from apps.cases.models import Case, Leg
from apps.cases.selectors.detail import case_in_scope
from apps.cases.standing import level_of
from apps.deadlines import rule_presentation, rulebook, rules
from apps.deadlines.explanations import Explanation, Matter, explain_limit
from apps.deadlines.rule_presentation import ExplanationLine
from apps.deadlines.selectors import limits_of

if TYPE_CHECKING:
    from apps.accounts.models import User


def limits_explained(user: "User", number: str, *, at: datetime) -> tuple[Case, list[tuple[Leg, ExplanationLine]]]:
    """Every limit that a case has had, the newest first, in whose hands it ran and why it had its end. Raises
    ``NotVisible``."""
    case = case_in_scope(user, number)
    legs = {leg.pk: leg for leg in Leg.objects.filter(case=case).select_related("agency__unit")}
    book = rulebook.current()
    found: list[tuple[Leg, Explanation]] = []
    for limit in limits_of([(LEG_SUBJECT, pk) for pk in legs]):
        leg = legs[limit.subject_id]
        matter = Matter(level_of(leg.agency), case.category.key, case.urgency, case.complexity, limit.place)
        found.append((leg, explain_limit(book, limit, matter)))
    spoken_of = [
        rule for _leg, one in found for rule in (one.policy, *(lost.rule for lost in one.others)) if rule is not None
    ]
    names = rules.names_in(spoken_of)
    return case, [(leg, rule_presentation.explanation_line(one, names, at)) for leg, one in found]
