"""The ways out of the inbox: one adapter per channel, made from the settings. What is not configured does not exist."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings

from apps.notices.channels.dingtalk import DingTalk
from apps.notices.channels.mail import Mail
from apps.notices.channels.messages import Adapter, Final, Message, Outcome, Retry, Sent
from apps.notices.channels.sms import Sms
from apps.notices.channels.wecom import WeCom
from apps.notices.choices import Channel

MAKERS: dict[Channel, Callable[[Mapping[str, Any]], Adapter]] = {
    Channel.MAIL: Mail,
    Channel.SMS: Sms,
    Channel.WECOM: WeCom,
    Channel.DINGTALK: DingTalk,
}


def configured() -> list[Channel]:
    """The channels that this installation has, in the order in which they are offered."""
    return [channel for channel in Channel if channel.value in settings.NOTICE_CHANNELS]


def adapter(channel: Channel) -> Adapter:
    """What speaks to the channel's gateway. Raises ``KeyError`` for a channel that is not configured."""
    return MAKERS[channel](settings.NOTICE_CHANNELS[channel.value])


def per_minute(channel: Channel) -> int:
    """How many messages the channel may be given in any minute."""
    return int(settings.NOTICE_CHANNELS[channel.value]["per_minute"])


__all__ = ["Adapter", "Final", "Message", "Outcome", "Retry", "Sent", "adapter", "configured", "per_minute"]
