"""Settings of ``make run`` and of management commands on a developer's machine."""

import os

from apps.core.embedded.environment import attach_services
from gridgov.settings.kept import kept_secret, readable_password

attach_services()

from gridgov.settings.base import *  # noqa: E402, F403
from gridgov.settings.base import DEMO_PASSWORD, VAR_DIR  # noqa: E402

SECRET_KEY = os.environ.get("GRIDGOV_SECRET_KEY") or kept_secret(VAR_DIR / "secret-key")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
DEBUG = False
DEMO_PASSWORD = DEMO_PASSWORD or kept_secret(VAR_DIR / "demo-password", readable_password)

# Development keys protect nothing; production reads its own from the environment and starts with none.
FIELD_KEYS = os.environ.get("GRIDGOV_FIELD_KEYS", "1:" + "ZmllbGQta2V5LW9mLWEtZGV2ZWxvcGVyLW1hY2hpbmU=")
HASH_KEYS = os.environ.get("GRIDGOV_HASH_KEYS", "1:" + "aGFzaC1rZXktb2YtdGhlLWRldmVsb3BtZW50LW1jaCE=")
