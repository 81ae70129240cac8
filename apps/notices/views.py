"""The inbox page, the bell's count, and marking as read."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_GET, require_POST

from apps.accounts.models import User
from apps.core import clock, standstills
from apps.notices import selectors, services
from apps.notices.choices import Group

SIZES = (20, 50, 100)


@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The user's notices, newest first; ``?unread=1`` keeps those not read yet, ``?group=`` those of a group."""
    only_unread = request.GET.get("unread") == "1"
    size = int(request.GET.get("size", "")) if request.GET.get("size", "") in {str(one) for one in SIZES} else SIZES[0]
    user = cast(User, request.user)
    wanted = request.GET.get("group", "")
    group = Group(wanted) if wanted in Group.values else None
    page = selectors.inbox_page(user, unread=only_unread, group=group, cursor=request.GET.get("cursor"), size=size)
    return render(
        request,
        "notices/inbox.html",
        {
            "page": page,
            "size": size,
            "only_unread": only_unread,
            "choices": [("", _("全部")), ("1", _("未读"))],
            "current": "1" if only_unread else "",
            "filter_label": _("筛选"),
            "groups": [("", _("全部类别")), *Group.choices],
            "group": group.value if group else "",
            "total": selectors.total_count(user, unread=only_unread, group=group),
            "unread_total": selectors.unread_count(user),
        },
    )


def _mark(request: HttpRequest) -> str | None:
    return selectors.inbox_mark(request.user) if request.user.is_authenticated else None


@login_required
@require_GET
@standstills.glances
@cache_control(private=True, no_cache=True)
@condition(etag_func=lambda request: f'"{mark}"' if (mark := _mark(request)) else None)
def unread(request: HttpRequest) -> HttpResponse:
    """The bell's count as a fragment, empty for none; answers 304 to a poll while nothing changed."""
    return render(request, "notices/_unread.html", {"count": selectors.unread_count(request.user)})


@login_required
@require_GET
def open_notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Go where the notice points, and take it as read."""
    notice = services.open_notice(user=request.user, notice_id=notice_id, at=clock.now())
    return redirect(notice.url or "notices:inbox")


@login_required
@require_POST
def read_one(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Take one notice as read and stay."""
    services.mark_read(user=request.user, at=clock.now(), notice_id=notice_id)
    return _back(request)


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Take every notice as read and stay."""
    services.mark_read(user=request.user, at=clock.now())
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=204, headers={"HX-Trigger": "notices:changed", "HX-Refresh": "true"})
    return redirect("notices:inbox")
