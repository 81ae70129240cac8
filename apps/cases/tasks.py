"""Background work of the cases room. Safe to run twice, late, or killed half-way."""

from celery import shared_task
from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext

from apps.cases.reviews import remind_reviews
from apps.core import clock
from apps.core.timetable import recorded


def _due(count: int) -> str:
    return ngettext("%(n)d 件待复核", "%(n)d 件待复核", count) % {"n": count}


@shared_task(name="cases.remind_reviews")
@recorded("cases.remind_reviews", _("提醒挂起案件复核"), _due)
def remind_of_reviews() -> int:
    """Notices for the suspended cases whose review date has come; answers how many there are."""
    return remind_reviews(at=clock.now())
