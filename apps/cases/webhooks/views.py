"""``/manage/webhooks/``: who is told of cases, what was sent, and sending it again. For system administrators."""

import json
from datetime import timedelta
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.models import User
from apps.cases.webhooks import selectors, services
from apps.cases.webhooks.choices import EVENT_LABELS, WebhookState
from apps.cases.webhooks.forms import ReplayForm, SubscriberForm, values_of
from apps.cases.webhooks.models import WebhookSubscriber
from apps.core import clock
from apps.core.errors import InvalidInput

SIZES = (20, 50, 100)
REPLAY_DAYS = 1


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@login_required
@require_GET
def webhooks(request: HttpRequest) -> HttpResponse:
    """Every subscriber with its figures."""
    lines = selectors.lines(_user(request), at=clock.now())
    return render(request, "cases/webhooks/list.html", {"nav_active": "manage", "lines": lines})


def _form(user: User, *args: Any, **kwargs: Any) -> SubscriberForm:
    return SubscriberForm(selectors.units_to_choose(user), selectors.agencies_to_choose(user), *args, **kwargs)


def _wish(user: User, form: SubscriberForm) -> services.Wish:
    unit, agency = selectors.scope_named(user, **form.scope_codes())
    given = form.cleaned_data
    return services.Wish(given["name"], given["url"].strip(), tuple(given["events"]), unit, agency)


def _write(request: HttpRequest, form: SubscriberForm, subscriber: WebhookSubscriber | None) -> HttpResponse:
    context = {"nav_active": "manage", "form": form, "subscriber": subscriber}
    return render(request, "cases/webhooks/write.html", context, status=422 if form.is_bound else 200)


def _secret(request: HttpRequest, subscriber: WebhookSubscriber, secret: str) -> HttpResponse:
    context = {"nav_active": "manage", "subscriber": subscriber, "secret": secret}
    return render(request, "cases/webhooks/secret.html", context)


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Add a subscriber; the answer shows its secret, once."""
    user = _user(request)
    selectors.subscribers(user)
    form = _form(user, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made, secret = services.create_subscriber(actor=user, wish=_wish(user, form), at=clock.now())
        except InvalidInput as error:
            form.add_errors(error.fields)
        else:
            return _secret(request, made, secret)
    return _write(request, form, None)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    """Change a subscriber."""
    user = _user(request)
    subscriber = selectors.subscriber_of(user, subscriber_id)
    form = _form(user, request.POST if request.method == "POST" else None, initial=values_of(subscriber))
    if form.is_bound and form.is_valid():
        try:
            services.change_subscriber(actor=user, subscriber_id=subscriber_id, wish=_wish(user, form), at=clock.now())
        except InvalidInput as error:
            form.add_errors(error.fields)
        else:
            messages.success(request, _("已保存。"))
            return redirect("cases:webhook", subscriber_id)
    return _write(request, form, subscriber)


@login_required
@require_GET
def webhook(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    """One subscriber and its messages, newest first; ``?state=&event=`` narrow them."""
    return _shown(request, subscriber_id)


def _shown(request: HttpRequest, subscriber_id: int, replay: ReplayForm | None = None) -> HttpResponse:
    user, at = _user(request), clock.now()
    subscriber = selectors.subscriber_of(user, subscriber_id)
    state = request.GET.get("state", "")
    state = state if state in WebhookState.values else ""
    event = request.GET.get("event", "")
    event = event if event in EVENT_LABELS else ""
    size = int(request.GET["size"]) if request.GET.get("size") in {str(one) for one in SIZES} else SIZES[0]
    page = selectors.delivery_page(
        user, subscriber_id, state=state, event=event, cursor=request.GET.get("cursor"), size=size
    )
    counts = selectors.counts_of(user, subscriber_id)
    started = subscriber.paused_at or at - timedelta(days=REPLAY_DAYS)
    context = {
        "nav_active": "manage",
        "subscriber": subscriber,
        "page": page,
        "size": size,
        "dead": counts[WebhookState.DEAD],
        "states": [(one.value, one.label, counts[one.value]) for one in WebhookState],
        "state": state,
        "event": event,
        "events": list(EVENT_LABELS.items()),
        "chips": [
            *([("state", state, str(WebhookState(state).label))] if state else []),
            *([("event", event, str(EVENT_LABELS[event]))] if event else []),
        ],
        "rotating": subscriber.previous_until is not None and subscriber.previous_until > at,
        "replay": replay or ReplayForm(initial={"since": clock.local(started), "until": clock.local(at)}),
    }
    return render(request, "cases/webhooks/subscriber.html", context, status=422 if replay else 200)


@login_required
@require_POST
@never_cache
def rotate(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    """Give a new secret; the answer shows it, once."""
    subscriber, secret = services.rotate_secret(actor=_user(request), subscriber_id=subscriber_id, at=clock.now())
    return _secret(request, subscriber, secret)


@login_required
@require_POST
def switch(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    """Stop, or begin again (``active=1``)."""
    active = request.POST.get("active") == "1"
    services.switch_subscriber(actor=_user(request), subscriber_id=subscriber_id, active=active, at=clock.now())
    messages.success(request, _("已恢复推送。") if active else _("已停止推送。"))
    return redirect("cases:webhook", subscriber_id)


@login_required
@require_POST
def test(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    """Send a test message."""
    services.send_test(actor=_user(request), subscriber_id=subscriber_id, at=clock.now())
    messages.success(request, _("测试消息已提交，稍后刷新可看到结果。"))
    return redirect("cases:webhook", subscriber_id)


@login_required
@require_POST
def resend_dead(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    """Send again whatever was given up."""
    count = services.resend_dead(actor=_user(request), subscriber_id=subscriber_id, at=clock.now())
    messages.success(
        request, ngettext("将重新推送 %(count)d 条。", "将重新推送 %(count)d 条。", count) % {"count": count}
    )
    return redirect("cases:webhook", subscriber_id)


@login_required
@require_POST
def replay(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    """Send the events of a stretch of time again, in the background."""
    user = _user(request)
    selectors.subscriber_of(user, subscriber_id)
    form = ReplayForm(request.POST)
    if form.is_valid():
        try:
            services.start_replay(actor=user, subscriber_id=subscriber_id, at=clock.now(), **form.moments())
        except InvalidInput as error:
            for name, words in error.fields.items():
                form.add_error(name, words)
        else:
            messages.success(request, _("已开始补发，可在后台任务中查看进度。"))
            return redirect("jobs")
    return _shown(request, subscriber_id, form)


@login_required
@require_GET
def delivery(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """One message: what was sent, what was answered, why it failed."""
    row = selectors.delivery_of(_user(request), delivery_id)
    body = json.dumps(json.loads(row.body), ensure_ascii=False, indent=2)
    context = {"nav_active": "manage", "delivery": row, "subscriber": row.subscriber, "body": body}
    return render(request, "cases/webhooks/delivery.html", context)


@login_required
@require_POST
def resend(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Send one message again."""
    services.resend_delivery(actor=_user(request), delivery_id=delivery_id, at=clock.now())
    messages.success(request, _("将重新推送。"))
    return redirect("cases:webhook-delivery", delivery_id)
