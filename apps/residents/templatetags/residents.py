"""How residents and what was done with their records are put into words."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import template
from django.utils.translation import gettext as _

from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import scopes_of
from apps.residents.choices import ResidenceKind
from apps.residents.identity import age_on
from apps.residents.models import Person, ResidentEvent

register = template.Library()

ICONS = {"move-in": "door-enter", "move-out": "door-exit", "reveal": "eye"}


@register.filter
def age(person: Person, today: date) -> int:
    """Full years; the birth date itself is shown nowhere, as it would complete a masked number."""
    return age_on(today, person.birth_date)


@register.simple_tag
def event_entries(events: Iterable[ResidentEvent]) -> list[dict[str, Any]]:
    """Entries for the timeline, oldest first."""
    entries = []
    for event in reversed(list(events)):
        payload = event.payload or {}
        place = event.grid.name if event.grid else ""
        entries.append(
            {
                "at": event.at,
                "actor": event.actor.name if event.actor else _("系统"),
                "text": _words(event.action, payload, place),
                "icon": ICONS.get(event.action, "point"),
                "note": payload.get("purpose", ""),
            }
        )
    return entries


@register.inclusion_tag("components/unit_path.html")
def ledger_path(user: Any, unit: Unit, href: str) -> dict[str, Any]:
    """The tree down to a unit; only the units within the reader's scope are links. One query."""
    scopes = scopes_of(user, Permission.RESIDENT_VIEW)
    crumbs = []
    for one in unit.get_ancestors(include_self=True):
        inside = any(
            scope.tree_id == one.tree_id and scope.lft <= one.lft and one.rght <= scope.rght for scope in scopes
        )
        crumbs.append({"unit": one, "url": f"{href}{one.code}" if inside else "", "siblings": "", "menu": ""})
    return {"crumbs": crumbs, "href": href}


def _words(action: str, payload: dict[str, Any], place: str) -> str:
    if action == "move-in":
        kind = ResidenceKind(payload["kind"]).label if "kind" in payload else ""
        return _("登记迁入%(place)s（%(kind)s）") % {"place": place, "kind": kind}
    if action == "move-out":
        return _("迁出%(place)s，至 %(day)s") % {"place": place, "day": payload.get("until", "")}
    return _("查看完整号码")
