"""The notice centre's line on a district's overview."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core import clock
from apps.grid.manage_tabs import OverviewLine
from apps.grid.permissions import Permission
from apps.grid.placed import place_at
from apps.grid.scopes import covers
from apps.notices import selectors_deliveries

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.grid.models import Unit


def overview_lines(user: "User", unit: "Unit") -> Iterable[OverviewLine]:
    """One line that leads to the deliveries, for those who administer the system of a district."""
    if unit.kind != "district" or not covers(user, Permission.SYSTEM_MANAGE, place_at(unit)):
        return []
    lines = selectors_deliveries.channel_lines(user, at=clock.now())
    dead = sum(line.dead for line in lines)
    waiting = sum(line.waiting + line.failed for line in lines)
    if not lines:
        value = _("未开通站外渠道")
    else:
        value = _("未送达 %(dead)d，待发送 %(waiting)d") % {"dead": dead, "waiting": waiting}
    return [OverviewLine(_("通知发送"), value, reverse("notices:deliveries"), "late" if dead else "")]
