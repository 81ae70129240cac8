"""What announcements tell the rooms below: how their notices look, what waits for a person, what carries photos."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.accounts.models import User
from apps.core import clock
from apps.core.attachments import register_target
from apps.core.waiting import WaitingItem, register_waiting
from apps.grid.placed import register_placed
from apps.notices import kinds
from apps.notices.announcements import selectors, services, tasks
from apps.notices.announcements.choices import ANNOUNCEMENT_TARGET, AnnouncementState
from apps.notices.announcements.days import end_of_day
from apps.notices.announcements.models import Announcement, Receipt
from apps.notices.choices import Group

__all__ = ["register", "tasks"]  # the tasks are found by being imported

KINDS = (
    (services.PUBLISHED, "info", gettext_noop("新公告")),
    (services.REMINDED, "near", gettext_noop("公告催阅")),
    (services.WITHDRAWN, "plain", gettext_noop("公告撤回")),
)


def waiting(user: User) -> Iterable[WaitingItem]:
    """The announcements a person still has to confirm."""
    return [
        WaitingItem(
            title=receipt.announcement.title,
            place=receipt.announcement.unit.name,
            due_at=end_of_day(receipt.announcement.valid_until) if receipt.announcement.valid_until else None,
            url=services.address(receipt.announcement_id),
            kind=_("公告待确认"),
            icon="speakerphone",
            state=_("紧急") if receipt.announcement.urgent else "",
            started_at=receipt.published_at,
        )
        for receipt in selectors.to_confirm(user, clock.today())
    ]


def register() -> None:
    """Announce it all; called from ``AppConfig.ready``. A receipt keeps the tree of its day."""
    for kind, tone, label in KINDS:
        kinds.register(kind, icon="speakerphone", tone=tone, label=label, group=Group.ANNOUNCEMENTS)
    register_waiting(waiting)
    register_target(ANNOUNCEMENT_TARGET, selectors.photo_is_visible)
    register_placed(Announcement, open_rows=~Q(state=AnnouncementState.WITHDRAWN) & Q(superseded_at__isnull=True))
    register_placed(Receipt, open_rows=Q(pk__in=[]))
