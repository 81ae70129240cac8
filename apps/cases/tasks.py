"""Background work of the cases room. Safe to run twice, late, or killed half-way."""

from celery import shared_task
from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext

from apps.cases.reviews import remind_controls, remind_hazards, remind_reviews, remind_samples
from apps.cases.services.archiving import archive_ripe
from apps.cases.services.categories import apply_versions
from apps.cases.services.follow_ups import place_follow_ups
from apps.cases.services.meetings import open_due_meetings
from apps.cases.services.publication import publish_results
from apps.cases.services.screenings import open_periods, remind_above, remind_missing
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
    """Open the periods that have begun and remind of those not returned, the centres above where they are long late;
    answers how many units are missing."""
    at = clock.now()
    open_periods(at=at)
    remind_above(at=at)
    return remind_missing(at=at)


def _drawn(count: int) -> str:
    return ngettext("抽取 %(n)d 件", "抽取 %(n)d 件", count) % {"n": count}


@shared_task(name="cases.draw_spot_checks")
@recorded("cases.draw_spot_checks", _("抽取当场处置案件抽查"), _drawn)
def draw_for_spot_checks() -> int:
    """Draw from what was settled on the spot in the last whole week, where that has not been done; answers how many
    cases were drawn. It runs every day, so that a Monday missed is made up for."""
    return draw_spot_checks(at=clock.now())


def _placed(count: int) -> str:
    return ngettext("新增 %(n)d 件待回访", "新增 %(n)d 件待回访", count) % {"n": count}


@shared_task(name="cases.place_follow_ups")
@recorded("cases.place_follow_ups", _("列出待回访案件"), _placed)
def put_on_the_telephone_sheet() -> int:
    """Whoever asked for a call and, once a week, those drawn from the others; answers how many cases were put on the
    sheet."""
    return place_follow_ups(at=clock.now())


def _applied(count: int) -> str:
    return ngettext("%(n)d 项类别变更生效", "%(n)d 项类别变更生效", count) % {"n": count}


@shared_task(name="cases.apply_category_versions")
@recorded("cases.apply_category_versions", _("类别变更到期生效"), _applied)
def put_category_versions_into_force() -> int:
    """Put into force the changes of categories whose day has come; answers how many there were."""
    return apply_versions(at=clock.now())


def _controls(count: int) -> str:
    return ngettext("%(n)d 件待管控", "%(n)d 件待管控", count) % {"n": count}


@shared_task(name="cases.remind_controls")
@recorded("cases.remind_controls", _("提醒专案管控"), _controls)
def remind_of_controls() -> int:
    """Notices for the cases of the special list whose control is due; answers how many there are."""
    return remind_controls(at=clock.now())


def _meetings(count: int) -> str:
    return ngettext("开出 %(n)d 份清单", "开出 %(n)d 份清单", count) % {"n": count}


@shared_task(name="cases.open_meetings")
@recorded("cases.open_meetings", _("开出联席会议清单"), _meetings)
def open_meetings() -> int:
    """The lists of the coming week's joint meetings, from Friday on; answers how many were opened."""
    return open_due_meetings(at=clock.now())


def _hazards(count: int) -> str:
    return ngettext("%(n)d 件待验收", "%(n)d 件待验收", count) % {"n": count}


@shared_task(name="cases.remind_hazards")
@recorded("cases.remind_hazards", _("提醒挂牌整改"), _hazards)
def remind_of_hazards() -> int:
    """Notices for the listed hazards whose removal is due; answers how many there are."""
    return remind_hazards(at=clock.now())


def _published(count: int) -> str:
    return ngettext("公示 %(n)d 件", "公示 %(n)d 件", count) % {"n": count}


@shared_task(name="cases.publish_results")
@recorded("cases.publish_results", _("公示办理结果"), _published)
def publish_handled_results() -> int:
    """Out with the results whose day of looking over has passed; answers how many."""
    return publish_results(at=clock.now())


def _archived(count: int) -> str:
    return ngettext("归档 %(n)d 件", "归档 %(n)d 件", count) % {"n": count}


@shared_task(name="cases.archive_ripe")
@recorded("cases.archive_ripe", _("归档案卷"), _archived)
def archive_ripe_files() -> int:
    """Put away the files that are ripe and complete; answers how many."""
    return archive_ripe(at=clock.now())


def _samples(count: int) -> str:
    return ngettext("%(n)d 个样本逾期", "%(n)d 个样本逾期", count) % {"n": count}


@shared_task(name="cases.remind_samples")
@recorded("cases.remind_samples", _("提醒样本评查"), _samples)
def remind_of_samples() -> int:
    """Notices for the samples whose reviews are due; answers how many are past their day."""
    return remind_samples(at=clock.now())
