"""The cards: those issued to one's own agencies, those of one's area, and one card with its ladder."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.cases.card_looks import CARD_STAGES, CARD_STATES, card_rows, ladder_of
from apps.cases.inputs import cards_wanted
from apps.cases.presentation import photos_of
from apps.cases.selectors.cards import CardsWanted, card_detail, card_page, gets_cards, sees_area
from apps.cases.selectors.choices import filter_choices
from apps.cases.views.common import person, size_of
from apps.core import clock
from apps.deadlines.choices import Card, Stage


@login_required
@require_GET
def cards(request: HttpRequest) -> HttpResponse:
    """The cards, newest first; ``?show=mine|area|appeals&kind=&stage=&state=&holder=&unit=&size=&cursor=``."""
    user = person(request)
    show = request.GET.get("show", "")
    if show not in {"mine", "area", "appeals"}:
        show = "mine" if gets_cards(user) and not sees_area(user) else "area"
    wanted = cards_wanted(request.GET, show)
    size = size_of(request)
    page = card_page(user, wanted, cursor=request.GET.get("cursor"), size=size)
    context = {
        "nav_active": "cards",
        "page": page,
        "rows": card_rows(page.rows),
        "size": size,
        "show": show,
        "wanted": wanted,
        "chips": _chips(wanted, show),
        "tabs": _tabs(user, show),
        "stages": CARD_STAGES,
        "states": CARD_STATES,
        "choices": filter_choices(user, on=clock.today()) if show != "mine" else None,
    }
    return render(request, "cases/cards.html", context)


def _tabs(user: Any, show: str) -> list[dict[str, Any]]:
    tabs = []
    if sees_area(user):
        tabs.append({"label": _("辖区内"), "url": "?show=area", "active": show == "area", "count": None})
    if gets_cards(user):
        tabs.append({"label": _("发给本单位"), "url": "?show=mine", "active": show == "mine", "count": None})
    if sees_area(user):
        tabs.append({"label": _("申诉待裁定"), "url": "?show=appeals", "active": show == "appeals", "count": None})
    return tabs


def _chips(wanted: CardsWanted, show: str) -> list[tuple[str, str, str]]:
    chips: list[tuple[str, str, str]] = []
    if wanted.kind:
        chips.append(("kind", wanted.kind, str(Card(wanted.kind).label)))
    if wanted.stage:
        chips.append(("stage", wanted.stage, str(Stage(wanted.stage).label)))
    if wanted.state and show != "appeals":
        chips.append(("state", wanted.state, str(dict(CARD_STATES)[wanted.state])))
    if wanted.holder is not None:
        chips.append(("holder", wanted.holder.code, wanted.holder.name))
    if wanted.unit is not None:
        chips.append(("unit", wanted.unit.code, wanted.unit.name))
    return chips


@login_required
@require_GET
def card(request: HttpRequest, card_id: int) -> HttpResponse:
    """One card: why it was issued, the ladder it stands on, the appeal against it."""
    at = clock.now()
    detail = card_detail(person(request), card_id, at=at)
    context = {
        "nav_active": "cards",
        "detail": detail,
        "row": card_rows([detail.card])[0],
        "ladder": ladder_of(detail),
        "photos": photos_of(detail.photos),
        "late": at > detail.until,
    }
    return render(request, "cases/card.html", context)
