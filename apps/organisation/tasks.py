"""Background work of the organisation room."""

from celery import shared_task
from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext

from apps.core import clock
from apps.core.timetable import recorded
from apps.organisation import services


def _changed(count: int) -> str:
    return ngettext("变更 %(n)d 条权限", "变更 %(n)d 条权限", count) % {"n": count}


@shared_task(name="organisation.sync_permissions")
@recorded("organisation.sync_permissions", _("权限到期与生效"), _changed)
def sync_permissions() -> int:
    """Start and end rights whose dates have come."""
    return services.sync_permissions(None, on=clock.today())
