"""Settings of the test suite: the real database and Redis, fast password hashing."""

import os
import tempfile
from pathlib import Path

from apps.core.embedded.environment import attach_services

attach_services(var="var/test", durable=False)

from gridgov.settings.base import *  # noqa: E402, F403
from gridgov.settings.base import CACHES, CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES, REDIS_PREFIX  # noqa: E402

SECRET_KEY = "only-for-tests"  # noqa: S105 - guards nothing
ALLOWED_HOSTS = ["*"]
DEMO = True
DEMO_PASSWORD = "demo-password-of-the-tests"  # noqa: S105 - guards nothing
TEST_SUFFIX = os.environ.get("GRIDGOV_TEST_SUFFIX", "")
DATABASES["default"]["TEST"] = {"NAME": f"test_gridgov{TEST_SUFFIX}"}
REDIS_PREFIX = f"{REDIS_PREFIX}test:{os.environ.get('PYTEST_XDIST_WORKER', 'main')}:"
CACHES["default"]["KEY_PREFIX"] = REDIS_PREFIX
CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = REDIS_PREFIX
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MEDIA_ROOT = Path(tempfile.gettempdir()) / f"gridgov-test-media-{os.getpid()}"

FIELD_KEYS = "1:dGhpcnR5LXR3by1ieXRlcy1mb3ItdGVzdGluZy0wMDE="
HASH_KEYS = "1:dGhpcnR5LXR3by1ieXRlcy1mb3ItdGVzdGluZy0wMDI="
OUTBOX_WAKES_WORKERS = False
# Tests look by hand: a look in the middle of a page would count as its queries.
STANDSTILL_LOOK_SECONDS = 0
