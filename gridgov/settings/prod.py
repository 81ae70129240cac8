"""Settings of production: everything secret comes from the environment (config/env.example)."""

import os

from gridgov.settings.base import *  # noqa: F403

SECRET_KEY = os.environ["GRIDGOV_SECRET_KEY"]
HOSTS = os.environ["GRIDGOV_HOSTS"].split(",")
# The machine's own health check asks by number.
ALLOWED_HOSTS = [*HOSTS, "127.0.0.1"]
SITE_ADDRESS = os.environ.get("GRIDGOV_SITE_ADDRESS", f"https://{HOSTS[0]}").rstrip("/")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in HOSTS]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz/$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
