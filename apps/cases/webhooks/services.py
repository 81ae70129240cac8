"""Keeping subscribers, and sending again: for those who administer the system."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import httpx
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from apps.cases.webhooks import payload, selectors
from apps.cases.webhooks.choices import EVENT_TYPES, TEST_EVENT, WebhookState
from apps.cases.webhooks.models import WebhookDelivery, WebhookDeliveryQuerySet, WebhookSubscriber
from apps.core.errors import InvalidInput, NotVisible, WrongState
from apps.core.jobs import start_job
from apps.core.models import Job
from apps.core.outgoing import Forbidden, Unresolved, target_of

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.grid.models import Unit
    from apps.organisation.models import Agency

REPLAY_KIND = "webhook-replay"
LONGEST_URL = 500
LONGEST_REPLAY = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a subscriber is called, where it listens, which events it wants (empty: all), of which cases."""

    name: str
    url: str
    events: tuple[str, ...]
    unit: "Unit | None"
    agency: "Agency | None"


def check_url(url: str) -> None:
    """HTTPS, or HTTP to a host of the settings; no password in it; a host that leads to allowed addresses only.

    Raises ``InvalidInput``.
    """

    def refuse(words: str) -> InvalidInput:
        return InvalidInput(fields={"url": [words]})

    try:
        parts = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise refuse(_("请填写完整网址，例如 https://example.gov.cn/hook。")) from error
    if len(url) > LONGEST_URL or not parts.host or parts.scheme not in {"https", "http"}:
        raise refuse(_("请填写完整网址，例如 https://example.gov.cn/hook。"))
    if parts.scheme == "http" and parts.host not in settings.WEBHOOK_HTTP_HOSTS:
        raise refuse(_("必须使用 https://。确需 http:// 的主机，由运维人员在环境变量里列出。"))
    if (parts.port or 1) > 65535 or parts.host != parts.host.strip():
        raise refuse(_("请填写完整网址，例如 https://example.gov.cn/hook。"))
    if parts.userinfo or parts.fragment:
        raise refuse(_("网址里不能带用户名、密码或 # 片段。"))
    try:
        target_of(url, internal=settings.WEBHOOK_INTERNAL_NETWORKS)
    except Unresolved as error:
        raise refuse(_("这个域名解析不到地址，请核对。")) from error
    except Forbidden as error:
        words = _("%(address)s 是内部地址，不允许访问。政务内网的网段，由运维人员在环境变量里列出。")
        raise refuse(words % {"address": str(error)}) from error
    except (httpx.InvalidURL, UnicodeError) as error:
        raise refuse(_("请填写完整网址，例如 https://example.gov.cn/hook。")) from error


def _check(wish: Wish, taken: Iterable[int]) -> None:
    if list(taken):
        raise InvalidInput(fields={"name": [_("已有同名的接收方。")]})
    if not set(wish.events) <= set(EVENT_TYPES.values()):
        raise InvalidInput(fields={"events": [_("没有这种事件。")]})
    check_url(wish.url)


@transaction.atomic
def create_subscriber(*, actor: "User", wish: Wish, at: datetime) -> tuple[WebhookSubscriber, str]:
    """A new subscriber and its secret, which is not shown again. Raises ``NotAllowed``, ``InvalidInput``."""
    _check(wish, selectors.subscribers(actor).filter(name=wish.name).values_list("pk", flat=True))
    secret = _new_secret()
    made = WebhookSubscriber.objects.create(
        name=wish.name,
        url=wish.url,
        events=list(wish.events),
        unit=wish.unit,
        agency=wish.agency,
        secret=secret,
        created_by=actor,
        created_at=at,
    )
    return made, secret


@transaction.atomic
def change_subscriber(*, actor: "User", subscriber_id: int, wish: Wish, at: datetime) -> WebhookSubscriber:
    """Change what a subscriber is told and where. What is on its way goes to the new address.

    Raises ``NotAllowed``, ``NotVisible``, ``InvalidInput``.
    """
    subscriber = _locked(actor, subscriber_id)
    others = selectors.subscribers(actor).filter(name=wish.name).exclude(pk=subscriber_id)
    _check(wish, others.values_list("pk", flat=True))
    if subscriber.url != wish.url:
        subscriber.rest_until = None
    subscriber.name, subscriber.url, subscriber.events = wish.name, wish.url, list(wish.events)
    subscriber.unit, subscriber.agency = wish.unit, wish.agency
    subscriber.save()
    return subscriber


@transaction.atomic
def rotate_secret(*, actor: "User", subscriber_id: int, at: datetime) -> tuple[WebhookSubscriber, str]:
    """Give a subscriber a new secret, not shown again; the one before signs too for ``WEBHOOK_ROTATION_HOURS``.

    Raises ``NotAllowed``, ``NotVisible``.
    """
    subscriber, secret = _locked(actor, subscriber_id), _new_secret()
    subscriber.previous_secret = subscriber.secret
    subscriber.previous_until = at + timedelta(hours=settings.WEBHOOK_ROTATION_HOURS)
    subscriber.secret = secret
    subscriber.save(update_fields=["secret", "previous_secret", "previous_until"])
    return subscriber, secret


@transaction.atomic
def switch_subscriber(*, actor: "User", subscriber_id: int, active: bool, at: datetime) -> WebhookSubscriber:
    """Stop telling a subscriber, or begin again: then a pause after failures ends too.

    What happened in between is not sent by itself, a replay does that. Raises ``NotAllowed``, ``NotVisible``.
    """
    subscriber = _locked(actor, subscriber_id)
    subscriber.active = active
    if active:
        subscriber.failures, subscriber.failing_since = 0, None
        subscriber.rest_until = subscriber.paused_at = None
    subscriber.save()
    return subscriber


def _locked(actor: "User", subscriber_id: int) -> WebhookSubscriber:
    found = selectors.subscribers(actor).select_for_update(of=("self",), no_key=True).filter(pk=subscriber_id).first()
    if found is None:
        raise NotVisible
    return found


def _new_secret() -> str:
    return secrets.token_urlsafe(32)


def send_test(*, actor: "User", subscriber_id: int, at: datetime) -> WebhookDelivery:
    """Write a test message to a subscriber. Raises ``NotAllowed``, ``NotVisible``, and ``WrongState`` where it is
    switched off or paused.
    """
    subscriber = selectors.subscriber_of(actor, subscriber_id)
    if subscriber.standing in {"off", "paused"}:
        raise WrongState
    return WebhookDelivery.objects.create(
        subscriber=subscriber,
        event_type=TEST_EVENT,
        body=payload.test_body(at=at),
        next_attempt_at=at,
        created_at=at,
    )


def resend_delivery(*, actor: "User", delivery_id: int, at: datetime) -> WebhookDelivery:
    """Send a message that was given up once more, from its first attempt and under its own key.

    Raises ``NotAllowed``, ``NotVisible`` and, where it was not given up, ``WrongState``.
    """
    delivery = selectors.delivery_of(actor, delivery_id)
    if not _send_again(selectors.deliveries(actor, delivery.subscriber_id).filter(pk=delivery_id), at):
        raise WrongState(extra={"state": delivery.state})
    return delivery


def resend_dead(*, actor: "User", subscriber_id: int, at: datetime) -> int:
    """Send again whatever was given up for a subscriber; answers how many. Raises ``NotAllowed``, ``NotVisible``."""
    selectors.subscriber_of(actor, subscriber_id)
    return _send_again(selectors.deliveries(actor, subscriber_id), at)


def _send_again(found: WebhookDeliveryQuerySet, at: datetime) -> int:
    return found.filter(state=WebhookState.DEAD).update(
        state=WebhookState.WAITING, attempts=0, failure="", detail="", next_attempt_at=at
    )


def start_replay(*, actor: "User", subscriber_id: int, since: datetime, until: datetime, at: datetime) -> Job:
    """Begin to send all events of a stretch of time again, as a background job.

    Raises ``NotAllowed``, ``NotVisible``, and ``InvalidInput`` for a stretch that is empty or longer than 31 days.
    """
    subscriber = selectors.subscriber_of(actor, subscriber_id)
    if until <= since:
        raise InvalidInput(fields={"until": [_("结束时间要晚于开始时间。")]})
    if until - since > LONGEST_REPLAY:
        raise InvalidInput(fields={"until": [_("一次最多补发 31 天，请分几次补发。")]})
    arguments = {
        "subscriber": subscriber.pk,
        "name": subscriber.name,
        "since": since.isoformat(),
        "until": until.isoformat(),
    }
    return start_job(kind=REPLAY_KIND, actor=actor, arguments=arguments, at=at)


def forget_sent(*, at: datetime, batch: int = 5000) -> int:
    """Delete what arrived more than ``WEBHOOK_KEEP_DAYS`` ago, a batch per transaction; answers how many.

    Safe to run several times at once and to be killed. What was given up stays: somebody has to look at it.
    """
    limit = at - timedelta(days=settings.WEBHOOK_KEEP_DAYS)
    forgotten = 0
    while True:
        with transaction.atomic():
            old = WebhookDelivery.objects.select_for_update(skip_locked=True).filter(sent_at__lt=limit)
            gone, _by_model = WebhookDelivery.objects.filter(
                pk__in=old.order_by("sent_at").values("pk")[:batch]
            ).delete()
        forgotten += gone
        if not gone:
            return forgotten
