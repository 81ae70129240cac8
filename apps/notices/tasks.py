"""Background work of the notice centre. Safe to run twice, late, or killed half-way."""

from celery import shared_task
from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext

from apps.core.timetable import recorded
from apps.notices import carrier


def _tried(counts: dict[str, int]) -> str:
    total = sum(counts.values())
    return ngettext("发送 %(n)d 条", "发送 %(n)d 条", total) % {"n": total}


@shared_task(name="notices.deliver")
@recorded("notices.deliver", _("发送通知"), _tried)
def deliver() -> dict[str, int]:
    """Send what is due by every channel; answers how many were tried per channel."""
    return carrier.carry_out()
