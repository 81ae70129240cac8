"""Words of limits and ladder in templates."""

from django import template

from apps.deadlines import calendar_presentation, presentation
from apps.deadlines.calendar import Periods
from apps.deadlines.models import LadderRung, LimitPolicy

register = template.Library()


@register.filter
def amount(policy: LimitPolicy) -> str:
    """``3 工作日``."""
    return presentation.amount_text(policy.amount, policy.measure)


@register.filter
def falls(rung: LadderRung) -> str:
    """``到期前 4 工作时``."""
    return presentation.anchor_text(rung.anchor, rung.amount, rung.measure)


@register.filter
def periods(value: Periods) -> str:
    """``08:30–12:00, 13:30–18:00``."""
    return calendar_presentation.periods_text(value)
