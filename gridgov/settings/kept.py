"""Secrets of a development machine: made at random once, kept in a file that only its owner reads."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def kept_secret(path: Path, make: Callable[[], str] = lambda: secrets.token_urlsafe(48)) -> str:
    """The secret in ``path``; where there is none, a new one from ``make`` is written there first.

    Simultaneous first callers agree on one, since the file appears whole or not at all.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_suffix(f".{secrets.token_hex(8)}")
        with open(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(make())
        try:
            os.link(scratch, path)
        except FileExistsError:
            pass
        finally:
            scratch.unlink()
    return path.read_text().strip()


def readable_password() -> str:
    """A password of about 59 bits that a person can copy from a terminal, for example ``k7mw-x2pd-9hqa``."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))
