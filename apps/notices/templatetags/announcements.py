"""What stands above the inbox and the announcements: ``{% load announcements %}``."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core import clock
from apps.notices.announcements import selectors

register = template.Library()


@register.inclusion_tag("components/tabs.html")
def notice_tabs(user: Any, active: str) -> dict[str, Any]:
    """The tabs of notices; ``active`` is ``inbox``, ``announcements`` or ``sent``. One query, for the unread count."""
    unread = selectors.unread_count(user, clock.today())
    tabs = [
        ("inbox", _("通知"), "notices:inbox", None),
        ("announcements", _("公告"), "notices:announcements", unread or None),
    ]
    if selectors.may_announce(user):
        tabs.append(("sent", _("发布的公告"), "notices:announcements-sent", None))
    return {
        "label": _("通知与公告"),
        "tabs": [
            {"label": label, "url": reverse(url_name), "active": key == active, "count": count}
            for key, label, url_name, count in tabs
        ],
    }


@register.simple_tag
def is_over(announcement: Any, on: Any) -> bool:
    """Whether the last day of an announcement lies before ``on``."""
    return bool(announcement.has_ended(on))
