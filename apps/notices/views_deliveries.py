"""``/manage/notices/``: how the channels fare, what was not sent, and sending it again. For system administrators."""

from collections.abc import Iterable
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.models import User
from apps.core import clock
from apps.core.errors import InvalidInput
from apps.notices import selectors_deliveries, services_deliveries
from apps.notices.choices import Channel, DeliveryState, Failure

SIZES = (20, 50, 100)
FILTERS = {"channel": Channel, "state": DeliveryState, "failure": Failure}


@login_required
@require_GET
def deliveries(request: HttpRequest) -> HttpResponse:
    """The channels, and their messages newest first; ``?channel=&state=&failure=`` narrow them."""
    user = cast(User, request.user)
    chosen = {name: _chosen(request, name, kind.values) for name, kind in FILTERS.items()}
    size = int(request.GET["size"]) if request.GET.get("size") in {str(one) for one in SIZES} else SIZES[0]
    page = selectors_deliveries.delivery_page(user, cursor=request.GET.get("cursor"), size=size, **chosen)
    return render(
        request,
        "notices/deliveries.html",
        {
            "nav_active": "manage",
            "lines": selectors_deliveries.channel_lines(user, at=clock.now()),
            "page": page,
            "size": size,
            "filters": [
                (name, label, FILTERS[name].choices, chosen[name])
                for name, label in (("channel", _("渠道")), ("state", _("状态")), ("failure", _("原因")))
            ],
            "chips": [(name, value, str(FILTERS[name](value).label)) for name, value in chosen.items() if value],
        },
    )


def _chosen(request: HttpRequest, name: str, known: Iterable[str]) -> str:
    value = request.GET.get(name, "")
    return value if value in set(known) else ""


def _channel(request: HttpRequest) -> Channel:
    value = request.POST.get("channel", "")
    if value not in Channel.values:
        raise InvalidInput(fields={"channel": [_("请选择渠道。")]})
    return Channel(value)


@login_required
@require_POST
def retry_one(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Send one message again."""
    services_deliveries.retry_delivery(actor=cast(User, request.user), delivery_id=delivery_id, at=clock.now())
    messages.success(request, _("将重新发送。"))
    return redirect("notices:deliveries")


@login_required
@require_POST
def retry_all(request: HttpRequest) -> HttpResponse:
    """Send again whatever was given up on one channel."""
    count = services_deliveries.retry_dead(actor=cast(User, request.user), channel=_channel(request), at=clock.now())
    messages.success(
        request, ngettext("将重新发送 %(count)d 条。", "将重新发送 %(count)d 条。", count) % {"count": count}
    )
    return redirect("notices:deliveries")


@login_required
@require_POST
def send_test(request: HttpRequest) -> HttpResponse:
    """Send the administrator a message to see that a channel works."""
    channel = _channel(request)
    try:
        services_deliveries.send_test(actor=cast(User, request.user), channel=channel, at=clock.now())
    except InvalidInput as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("试发消息已提交，稍后刷新可看到结果。"))
    return redirect("notices:deliveries")
