"""Sending again what was given up, and trying a channel: for those who administer the system."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.core.errors import InvalidInput, NotVisible, WrongState
from apps.notices import channels, texts
from apps.notices.choices import Channel, DeliveryState
from apps.notices.kinds import TEST_KIND
from apps.notices.models import ContactAddress, Delivery, Notice
from apps.notices.selectors_deliveries import all_deliveries

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def retry_delivery(*, actor: "User", delivery_id: int, at: datetime) -> None:
    """Send a message that was given up once more, from its first attempt and under its own key.

    Raises ``NotAllowed``, ``NotVisible`` and, where it was not given up, ``WrongState``.
    """
    found = all_deliveries(actor).filter(pk=delivery_id)
    if not found.exists():
        raise NotVisible
    if not _send_again(found.filter(state=DeliveryState.DEAD).values_list("pk", flat=True), at):
        raise WrongState(extra={"state": found.values_list("state", flat=True).get()})


@transaction.atomic
def retry_dead(*, actor: "User", channel: Channel, at: datetime) -> int:
    """Send again whatever was given up on a channel; answers how many messages. Raises ``NotAllowed``."""
    return _send_again(
        all_deliveries(actor).filter(channel=channel, state=DeliveryState.DEAD).values_list("pk", flat=True), at
    )


def _send_again(found: Iterable[int], at: datetime) -> int:
    keys = list(found)
    fresh = {"state": DeliveryState.WAITING, "attempts": 0, "failure": "", "last_error": "", "next_attempt_at": at}
    changed = Delivery.objects.filter(pk__in=keys, state=DeliveryState.DEAD).update(**fresh)
    Delivery.objects.filter(bundle__in=keys, state=DeliveryState.DEAD).update(state=DeliveryState.WAITING, failure="")
    return changed


@transaction.atomic
def send_test(*, actor: "User", channel: Channel, at: datetime) -> Delivery:
    """Write the actor a notice and send it by one channel at once, quiet hours or not.

    Raises ``NotAllowed``, and ``InvalidInput`` where the channel is not configured or the actor has no address on it.
    """
    all_deliveries(actor)
    if channel not in channels.configured():
        raise InvalidInput(_("本系统没有开通这个渠道。"))
    if not ContactAddress.objects.visible_to(actor).filter(channel=channel).exists():
        raise InvalidInput(_("请先在“通知方式”里填写您的联系方式：%(channel)s。") % {"channel": channel.label})
    notice = Notice.objects.create(
        recipient=actor,
        kind=TEST_KIND,
        title=gettext_noop("%(channel)s试发消息"),
        body=gettext_noop("收到这条消息，说明渠道可用。发送于 %(at)s。"),
        params={"channel": texts.text(CHANNEL_WORDS[channel]), "at": texts.moment(at)},
        url="/notices/preferences/",
        created_at=at,
        dedupe_key=f"test:{channel}:{at.isoformat()}",
    )
    return Delivery.objects.create(
        notice=notice, recipient=actor, channel=channel, urgent=True, next_attempt_at=at, created_at=at
    )


# Message ids of the channels' names, as ``Channel`` declares them.
CHANNEL_WORDS = {
    Channel.MAIL: "电子邮件",
    Channel.SMS: "短信",
    Channel.WECOM: "企业微信",
    Channel.DINGTALK: "钉钉",
}
