"""What an address of each channel looks like: how it is read, refused and masked."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from apps.core.crypto import mask_phone
from apps.core.errors import InvalidInput
from apps.core.text import normalise
from apps.notices.choices import Channel

LONGEST = 254
MOBILE = re.compile(r"1[3-9][0-9]{9}")
ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")


def clean(channel: Channel, text: str) -> str:
    """The address as it is kept. Raises ``InvalidInput`` naming the channel's field where it cannot be one."""
    address = normalise(text).replace(" ", "") if channel == Channel.SMS else text.strip()
    if channel == Channel.SMS:
        address = address.replace("-", "").removeprefix("+86")
        right, remedy = MOBILE.fullmatch(address) is not None, _("请填 11 位手机号。")
    elif channel == Channel.MAIL:
        right, remedy = _is_mail(address), _("请填完整的邮箱地址，如 name@example.gov.cn。")
    else:
        right, remedy = ACCOUNT.fullmatch(address) is not None, _("请填通讯录中的账号（字母、数字、_ - . @）。")
    if not right:
        raise InvalidInput(fields={channel.value: [remedy]})
    return address


def _is_mail(address: str) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return False
    return len(address) <= LONGEST and address.isascii()


def mask(channel: Channel, address: str) -> str:
    """``138****5678``, ``z***@example.gov.cn``, ``zh***``."""
    if channel == Channel.SMS:
        return mask_phone(address)
    if channel == Channel.MAIL:
        name, at, domain = address.partition("@")
        return f"{name[:1]}***{at}{domain}"
    return f"{address[:2]}***"
