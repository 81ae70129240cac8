"""Settings of tools that read code and files and reach no server: mypy, collectstatic, the checks of ``make check``."""

from gridgov.settings.base import *  # noqa: F403

SECRET_KEY = "reads-code-only-and-signs-nothing"  # noqa: S105 - signs nothing
ALLOWED_HOSTS: list[str] = []
