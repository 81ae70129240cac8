"""Settings of ``make run`` and of management commands on a developer's machine."""

import os

from gridgov.settings.base import *  # noqa: F403

SECRET_KEY = os.environ.get("GRIDGOV_SECRET_KEY", "only-for-development-on-this-machine-and-never-in-production")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
DEBUG = False

# Development keys protect nothing; production reads its own from the environment and starts with none.
FIELD_KEYS = os.environ.get("GRIDGOV_FIELD_KEYS", "1:" + "ZmllbGQta2V5LW9mLWEtZGV2ZWxvcGVyLW1hY2hpbmU=")
HASH_KEYS = os.environ.get("GRIDGOV_HASH_KEYS", "1:" + "aGFzaC1rZXktb2YtdGhlLWRldmVsb3BtZW50LW1jaCE=")
