"""Where PostgreSQL and Redis are: from URLs in production, under ``var/`` where none are given."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


def database_from_url(url: str, var_dir: Path) -> dict[str, Any]:
    """Django's database settings for ``DATABASE_URL``, or for the embedded server when it is empty.

    Raises ``ValueError`` when the URL is not a PostgreSQL one: there is one dialect (docs/adr).
    """
    settings: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {},
    }
    if not url:
        return settings | {"NAME": "gridgov", "USER": "gridgov", "HOST": str(var_dir / "run")}
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(f"DATABASE_URL must start with postgresql://, not {parts.scheme}://")
    return settings | {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
    }
