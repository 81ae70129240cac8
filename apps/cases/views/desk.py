"""The desk of an agency: its legs by limit."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.cases.choices import LegState
from apps.cases.presentation import leg_cards
from apps.cases.selectors.desk import legs_done, legs_in_hand
from apps.cases.views.common import person
from apps.core import clock
from apps.core.errors import NotAllowed
from apps.deadlines import rulebook
from apps.grid.permissions import Permission
from apps.grid.scopes import holds
from apps.organisation.models import agency_ids_of


@login_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """The legs given to the user's agencies; ``?show=`` offered, accepted, all of these, or done."""
    user, at = person(request), clock.now()
    if not agency_ids_of(user) and not holds(user, Permission.CASE_SETTLE):
        raise NotAllowed
    shown = request.GET.get("show", "")
    open_legs = legs_in_hand(user)
    offered = [leg for leg in open_legs if leg.state == LegState.OFFERED]
    accepted = [leg for leg in open_legs if leg.state == LegState.ACCEPTED]
    chosen = {"offered": offered, "accepted": accepted}.get(shown, open_legs)
    legs = legs_done(user, at=at) if shown == "done" else chosen
    tabs = [
        {
            "label": _("全部"),
            "url": "?",
            "active": shown not in {"offered", "accepted", "done"},
            "count": len(open_legs),
        },
        {"label": _("待接收"), "url": "?show=offered", "active": shown == "offered", "count": len(offered)},
        {"label": _("办理中"), "url": "?show=accepted", "active": shown == "accepted", "count": len(accepted)},
        {"label": _("近 30 天办结"), "url": "?show=done", "active": shown == "done", "count": None},
    ]
    cards = leg_cards(legs, rulebook.current(), at)
    return render(request, "cases/desk.html", {"cards": cards, "tabs": tabs, "shown": shown, "nav_active": "desk"})
