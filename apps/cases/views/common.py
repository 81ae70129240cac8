"""What the views of this room share."""

import json
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.cases.card_looks import card_rows
from apps.cases.choices import Card, CaseState, Source, Urgency
from apps.cases.presentation import buttons_of, look_of, look_of_limit, photos_of
from apps.cases.selectors import CaseDetail, Wanted
from apps.cases.whistle_looks import summons_rows
from apps.core import clock
from apps.core.crypto import mask_phone
from apps.core.errors import NotAllowed
from apps.deadlines import rulebook
from apps.grid.permissions import Permission
from apps.grid.scopes import holds

SIZES = (20, 50, 100)


def person(request: HttpRequest) -> User:
    """Who is signed in; the view is behind ``login_required``."""
    return cast(User, request.user)


def dispatcher(request: HttpRequest) -> User:
    """Who is signed in, where he sits at a desk. Raises ``NotAllowed``."""
    if not holds(request.user, Permission.CASE_DISPATCH):
        raise NotAllowed
    return person(request)


def size_of(request: HttpRequest) -> int:
    """Rows per page, one of ``SIZES``."""
    asked = request.GET.get("size", "")
    return int(asked) if asked in {str(one) for one in SIZES} else SIZES[1]


def chips_of(wanted: Wanted) -> list[tuple[str, str, str]]:
    """The filters in force as removable chips."""
    chips: list[tuple[str, str, str]] = []
    if wanted.words:
        chips.append(("q", wanted.words, wanted.words))
    if wanted.caller:
        chips.append(("caller", wanted.sealed, _("来电 %(phone)s") % {"phone": mask_phone(wanted.caller)}))
    if wanted.states:
        words = _("、").join(str(CaseState(state).label) for state in wanted.states)
        chips.append(("state", ",".join(wanted.states), words))
    if wanted.unit is not None:
        chips.append(("unit", wanted.unit.code, wanted.unit.name))
    if wanted.category is not None:
        chips.append(("category", wanted.category.key, wanted.category.label))
    if wanted.holder is not None:
        chips.append(("holder", wanted.holder.code, wanted.holder.name))
    if wanted.card:
        chips.append(("card", wanted.card, str(Card(wanted.card).label)))
    if wanted.supervised:
        chips.append(("supervised", "1", _("督办件")))
    if wanted.source:
        chips.append(("source", wanted.source, str(Source(wanted.source).label)))
    if wanted.urgency:
        chips.append(("urgency", wanted.urgency, str(Urgency(wanted.urgency).label)))
    if wanted.since is not None:
        chips.append(("from", wanted.since.isoformat(), _("%(day)s 起") % {"day": wanted.since.isoformat()}))
    if wanted.until is not None:
        chips.append(("to", wanted.until.isoformat(), _("%(day)s 止") % {"day": wanted.until.isoformat()}))
    return chips


def case_context(detail: CaseDetail, *, at: Any, back: str) -> dict[str, Any]:
    """What ``cases/_case.html`` shows; one query for the rules of time."""
    book = rulebook.current()
    lead = detail.lead
    place = detail.case.community or detail.case.street or detail.case.district
    look = look_of(detail.case, book, at, began=lead.opened_at if lead else None)
    buttons = buttons_of(detail.actions)
    return {
        "detail": detail,
        "case": detail.case,
        "look": look,
        "tone": look.tone(at),
        "buttons": buttons,
        "more_buttons": [button for button in buttons if button.seldom],
        "whole": look_of_limit(detail.whole, book, at, missing=detail.case.missing_asked)
        if detail.whole and detail.case.open
        else None,
        "photos": photos_of(detail.photos),
        "review_due": bool(detail.case.review_on and detail.case.review_on <= clock.local(at).date()),
        "control_late": bool(
            detail.special and detail.special.control_on and detail.special.control_on < clock.local(at).date()
        ),
        "hazard_late": bool(detail.hazard and detail.hazard.due_on < clock.local(at).date()),
        "pauses": detail.suspensions,
        "pause_days": sum(one.days(at) for one in detail.suspensions),
        "card_rows": card_rows(detail.cards),
        "summons_rows": summons_rows(detail.summonses, at),
        "back": back,
        "map_unit": place.code,
    }


def safe_next(request: HttpRequest, fallback: str) -> str:
    """Where the form said to go on to, if that is one of our own pages."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure()):
        return asked
    return fallback


def wants_pane(request: HttpRequest) -> bool:
    """Whether htmx asks for the case beside a list and not for a page."""
    headers = request.headers
    return "HX-Request" in headers and "HX-History-Restore-Request" not in headers


def announce(response: HttpResponse, **events: Any) -> HttpResponse:
    """Let the browser hear events with the answer; non-ASCII text is escaped for the header."""
    response["HX-Trigger"] = json.dumps(events)
    return response
