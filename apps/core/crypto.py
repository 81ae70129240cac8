"""Personal fields: AES-GCM at rest with key id and associated data, keyed hashes to search by, masks to show.

Keys come from the environment (config/env.example) as ``id:base64`` pairs separated by commas, newest first.
"""

import base64
import hashlib
import hmac
import os
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from apps.core.text import normalise

NONCE_BYTES = 12


def _parse(setting: str) -> dict[int, bytes]:
    keys: dict[int, bytes] = {}
    for part in getattr(settings, setting).split(","):
        number, _, secret = part.strip().partition(":")
        try:
            key = base64.b64decode(secret, validate=True)
            keys[int(number)] = key
        except ValueError as error:
            raise ImproperlyConfigured(f"{setting} must look like 1:base64,2:base64") from error
        if len(key) != 32 or not 0 < int(number) < 256:
            raise ImproperlyConfigured(f"{setting}: each key has 32 bytes and an id from 1 to 255")
    return keys


@cache
def _keys(setting: str, text: str) -> dict[int, bytes]:
    return _parse(setting)


def _field_keys() -> dict[int, bytes]:
    return _keys("FIELD_KEYS", settings.FIELD_KEYS)


def _hash_keys() -> dict[int, bytes]:
    return _keys("HASH_KEYS", settings.HASH_KEYS)


def encrypt(text: str, *, context: str) -> bytes:
    """Key id, nonce and ciphertext of ``text``; ``context`` (table and column) must be given again to decrypt."""
    number, key = next(iter(_field_keys().items()))
    nonce = os.urandom(NONCE_BYTES)
    return bytes([number]) + nonce + AESGCM(key).encrypt(nonce, text.encode(), context.encode())


def decrypt(data: bytes, *, context: str) -> str:
    """The text that ``encrypt`` was given. Raises ``ValueError`` when the data or its context was changed."""
    key = _field_keys().get(data[0])
    if key is None:
        raise ValueError(f"no field key with id {data[0]}")
    nonce, sealed = data[1 : 1 + NONCE_BYTES], data[1 + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, sealed, context.encode()).decode()
    except InvalidTag as error:
        raise ValueError("the encrypted value was altered") from error


def keyed_hash(value: str) -> bytes:
    """Key id and HMAC-SHA-256 of the normalised value: equal values give equal hashes under the newest key."""
    number, key = next(iter(_hash_keys().items()))
    return bytes([number]) + hmac.new(key, normalise(value).encode(), hashlib.sha256).digest()


def keyed_hashes(value: str) -> list[bytes]:
    """The hashes under every key in use, for searching while keys rotate."""
    text = normalise(value).encode()
    return [bytes([n]) + hmac.new(key, text, hashlib.sha256).digest() for n, key in _hash_keys().items()]


def mask_identity(number: str) -> str:
    """``310106********1234``: the first six and the last four characters of an identity number."""
    return number if len(number) < 11 else f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}"


def mask_phone(number: str) -> str:
    """``138****5678``: the first three and the last four digits."""
    return number if len(number) < 8 else f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"


class EncryptedTextField(models.BinaryField):
    """Text that the database holds encrypted; empty text is stored as null. It cannot be filtered by value."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def _context(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Encrypt on the way to the database."""
        if not value:
            return None
        return super().get_db_prep_value(encrypt(str(value), context=self._context()), connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str:
        """Decrypt on the way back."""
        return "" if value is None else decrypt(bytes(value), context=self._context())

    def to_python(self, value: Any) -> Any:
        """Text stays text."""
        return value

    def get_default(self) -> Any:
        """An unset field is empty text."""
        return ""
