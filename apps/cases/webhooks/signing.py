"""The signature of a message: HMAC over the moment, a full stop and the body."""

import hashlib
import hmac
from collections.abc import Sequence


def signature(secret: str, timestamp: str, body: bytes, *, algorithm: str) -> str:
    """``sha256=<hexadecimal>``; ``algorithm`` is ``sha256`` or ``sm3``."""
    made = hmac.new(secret.encode(), timestamp.encode() + b"." + body, lambda: hashlib.new(algorithm))
    return f"{algorithm}={made.hexdigest()}"


def signature_header(secrets: Sequence[str], timestamp: str, body: bytes, *, algorithm: str) -> str:
    """The signatures under each secret, with commas between: the receiver accepts any that is right."""
    return ",".join(signature(secret, timestamp, body, algorithm=algorithm) for secret in secrets)
