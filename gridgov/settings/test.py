"""Settings of the test suite: the real database and Redis, fast password hashing."""

import os
import tempfile
from pathlib import Path

from gridgov.settings.base import *  # noqa: F403
from gridgov.settings.base import DATABASES

SECRET_KEY = "only-for-tests"
ALLOWED_HOSTS = ["*"]
DEMO = True
TEST_SUFFIX = os.environ.get("GRIDGOV_TEST_SUFFIX", "")
DATABASES["default"]["TEST"] = {"NAME": f"test_gridgov{TEST_SUFFIX}"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MEDIA_ROOT = Path(tempfile.gettempdir()) / f"gridgov-test-media-{os.getpid()}"

FIELD_KEYS = "1:dGhpcnR5LXR3by1ieXRlcy1mb3ItdGVzdGluZy0wMDE="
HASH_KEYS = "1:dGhpcnR5LXR3by1ieXRlcy1mb3ItdGVzdGluZy0wMDI="
OUTBOX_WAKES_WORKERS = False
