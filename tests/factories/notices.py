"""Notices for tests."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from apps.accounts.models import User
from apps.notices import services
from apps.notices.models import ContactAddress, Notice, NoticePreference
from gridgov.settings.notices import channels_from_environment

SENT = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
_occasions = count(1)


def make_notice(user: User, *, at: datetime = SENT, **changes: Any) -> Notice:
    """A notice in ``user``'s inbox, of an occasion of its own."""
    number = next(_occasions)
    facts: dict[str, Any] = {
        "kind": "test",
        "title": "红牌：%(subject)s",
        "params": {"subject": f"第 {number} 号"},
        "url": f"/cases/{number}/",
        "dedupe_key": f"test:{number}",
    }
    facts |= changes
    services.notify([user.pk], at=at, **facts)
    return Notice.objects.get(recipient=user, dedupe_key=facts["dedupe_key"])


ADDRESSES = {"mail": "zhou.lan@example.gov.cn", "sms": "13812345678", "wecom": "zhoulan", "dingtalk": "manager7081"}


def make_reachable(user: User, *channels: str, group: str = "system", timing: str = "now") -> User:
    """Give ``user`` an address on each channel and choose them for a group."""
    for channel in channels:
        ContactAddress.objects.create(user=user, channel=channel, address=ADDRESSES[channel], changed_at=SENT)
    NoticePreference.objects.create(user=user, group=group, timing=timing, channels=list(channels))
    return user


def channel_settings(url: str, *names: str, mail_port: int = 0, per_minute: int = 6000) -> dict[str, dict[str, Any]]:
    """``NOTICE_CHANNELS`` whose gateways are one local server, each under a path of its own."""
    environment = {
        "GRIDGOV_SMS_URL": f"{url}/sms",
        "GRIDGOV_SMS_FIELDS": '{"phone": "{phone}", "content": "{text}", "id": "{key}"}',
        "GRIDGOV_SMS_SECRET": "sms-secret",
        "GRIDGOV_SMS_BUSY_CODES": "429",
        "GRIDGOV_SMS_BAD_NUMBER_CODES": "501",
        "GRIDGOV_WECOM_WEBHOOK": f"{url}/wecom?key=robot-key",
        "GRIDGOV_DINGTALK_WEBHOOK": f"{url}/dingtalk?access_token=robot-token",
        "GRIDGOV_DINGTALK_SECRET": "SECdingtalk",
        "GRIDGOV_MAIL_HOST": "127.0.0.1",
        "GRIDGOV_MAIL_PORT": str(mail_port or 25),
        "GRIDGOV_MAIL_SECURITY": "none",
        "GRIDGOV_MAIL_FROM": "网格治理 <grid@example.gov.cn>",
    }
    known = channels_from_environment(environment)
    return {name: known[name] | {"per_minute": per_minute} for name in names}
