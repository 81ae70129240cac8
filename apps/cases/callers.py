"""A caller's phone in the address of a list: sealed, so that no address and no log of one holds a number in clear."""

import base64

from django.utils.translation import gettext as _

from apps.core.crypto import decrypt, encrypt
from apps.core.errors import InvalidInput
from apps.core.phones import phone_key

CONTEXT = "cases.caller"


def seal(phone: str) -> str:
    """The phone as it may stand in an address."""
    return base64.urlsafe_b64encode(encrypt(phone_key(phone), context=CONTEXT)).decode().rstrip("=")


def unseal(token: str) -> str:
    """The phone that was sealed. Raises ``InvalidInput`` naming ``caller``."""
    try:
        return decrypt(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)), context=CONTEXT)
    except (ValueError, IndexError) as error:
        raise InvalidInput(fields={"caller": [_("请重新输入电话查找。")]}) from error
