"""Background work of webhooks. Safe to run twice, late, or killed half-way."""

from typing import Any

from celery import shared_task
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext
from django.utils.translation import gettext_noop as _

from apps.cases.webhooks import carrier, replays, services
from apps.core import clock
from apps.core.jobs import Progress, job_kind
from apps.core.skew import cautious_now
from apps.core.timetable import recorded


def _tried(counts: dict[str, int]) -> str:
    total = sum(counts.values())
    return ngettext("推送 %(n)d 条", "推送 %(n)d 条", total) % {"n": total}


@shared_task(name="cases.deliver_webhooks")
@recorded("cases.deliver_webhooks", _("推送案件事件"), _tried)
def deliver_webhooks() -> dict[str, int]:
    """Send what is due to every subscriber; answers how many were tried per subscriber."""
    return carrier.carry_out()


def _forgotten(count: int) -> str:
    return ngettext("清理 %(n)d 条", "清理 %(n)d 条", count) % {"n": count}


@shared_task(name="cases.forget_webhooks")
@recorded("cases.forget_webhooks", _("清理已送达的事件推送"), _forgotten)
def forget_webhooks() -> int:
    """Delete what arrived long ago; answers how many."""
    return services.forget_sent(at=cautious_now())


def _about(arguments: dict[str, Any]) -> str:
    return f"{arguments['name']} {arguments['since'][:10]} – {arguments['until'][:10]}"


def _outcome(result: dict[str, Any]) -> str:
    return ngettext("补发 %(n)d 条", "补发 %(n)d 条", result["count"]) % {"n": result["count"]}


def _page(result: dict[str, Any]) -> str:
    return reverse("cases:webhook", args=[result["subscriber"]])


@job_kind(services.REPLAY_KIND, gettext_lazy("补发案件事件"), describe=_about, result_text=_outcome, result_url=_page)
def replay(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Send the events of a stretch of time again."""
    return replays.replay(arguments, progress, at=clock.now())
