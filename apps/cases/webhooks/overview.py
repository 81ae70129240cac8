"""The line of a district's overview that leads to the webhooks."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.cases.webhooks import selectors
from apps.grid.manage_tabs import OverviewLine
from apps.grid.permissions import Permission
from apps.grid.placed import place_at
from apps.grid.scopes import covers

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.grid.models import Unit


def overview_lines(user: "User", unit: "Unit") -> Iterable[OverviewLine]:
    """One line that leads to the subscribers, for those who administer the system of a district; two queries."""
    if unit.kind != "district" or not covers(user, Permission.SYSTEM_MANAGE, place_at(unit)):
        return []
    standings = [one.standing for one in selectors.subscribers(user)]
    dead = selectors.undelivered(user) if standings else 0
    tone = "late" if dead or "paused" in standings else "near" if "failing" in standings else ""
    if standings:
        value = _("%(number)d 个接收方，未送达 %(dead)d") % {"number": len(standings), "dead": dead}
    else:
        value = _("还没有接收方")
    return [OverviewLine(_("事件推送"), value, reverse("cases:webhooks"), tone)]
