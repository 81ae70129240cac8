"""How the URLs of PostgreSQL and Redis become settings; without URLs the settings point at the embedded services."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

CONNECT_SECONDS = "5"


def database_from_url(url: str, var_dir: Path) -> dict[str, Any]:
    """Django's database settings for ``DATABASE_URL``, or for the embedded server when it is empty.

    ``?host=/folder`` names the folder of a socket; other parameters go to the driver as they are.
    Raises ``ValueError`` when the URL is not a PostgreSQL one: there is one dialect (docs/adr).
    """
    parts = urlsplit(url or f"postgresql://gridgov@/gridgov?host={var_dir}/services/run")
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(f"DATABASE_URL must start with postgresql://, not {parts.scheme}://")
    options = {"connect_timeout": CONNECT_SECONDS} | dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def broker_from_url(redis_url: str) -> str:
    """Celery's spelling of a Redis URL: it names a socket ``redis+socket://`` where redis-py says ``unix://``."""
    return redis_url.replace("unix://", "redis+socket://", 1)


def days_from(text: str, *, name: str) -> int:
    """A whole number of days, at least one; raises ``ValueError`` that says what ``name`` must be."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ValueError(f"{name} must be a whole number of days, at least 1, not {text!r}")
    return int(text)
