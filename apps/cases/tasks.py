"""Background work of the cases room. Safe to run twice, late, or killed half-way."""

from celery import shared_task
from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext

from apps.cases.reviews import remind_reviews
from apps.cases.services.categories import apply_versions
from apps.cases.services.screenings import open_periods, remind_missing
from apps.cases.services.spot import draw_spot_checks
from apps.core import clock
from apps.core.timetable import recorded


def _due(count: int) -> str:
    return ngettext("%(n)d 件待复核", "%(n)d 件待复核", count) % {"n": count}


@shared_task(name="cases.remind_reviews")
@recorded("cases.remind_reviews", _("提醒挂起案件复核"), _due)
def remind_of_reviews() -> int:
    """Notices for the suspended cases whose review date has come; answers how many there are."""
    return remind_reviews(at=clock.now())


def _missing(count: int) -> str:
    return ngettext("%(n)d 个单元未报", "%(n)d 个单元未报", count) % {"n": count}


@shared_task(name="cases.screen_disputes")
@recorded("cases.screen_disputes", _("开启纠纷排查并催报"), _missing)
def screen_for_disputes() -> int:
    """Open the periods that have begun and remind of those not returned; answers how many units are missing."""
    at = clock.now()
    open_periods(at=at)
    return remind_missing(at=at)


def _drawn(count: int) -> str:
    return ngettext("抽取 %(n)d 件", "抽取 %(n)d 件", count) % {"n": count}


@shared_task(name="cases.draw_spot_checks")
@recorded("cases.draw_spot_checks", _("抽取当场处置案件抽查"), _drawn)
def draw_for_spot_checks() -> int:
    """Draw from what was settled on the spot in the last whole week, where that has not been done; answers how many
    cases were drawn. It runs every day, so that a Monday missed is made up for."""
    return draw_spot_checks(at=clock.now())


def _applied(count: int) -> str:
    return ngettext("%(n)d 项类别变更生效", "%(n)d 项类别变更生效", count) % {"n": count}


@shared_task(name="cases.apply_category_versions")
@recorded("cases.apply_category_versions", _("类别变更到期生效"), _applied)
def put_category_versions_into_force() -> int:
    """Put into force the changes of categories whose day has come; answers how many there were."""
    return apply_versions(at=clock.now())
