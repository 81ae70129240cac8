"""Driving a real browser: people at screens of their own, and what their pages complain of.

The browser itself is the fixture ``browser`` of ``tests/conftest.py``, one for each file of tests.
"""

from typing import Any

from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page

from apps.accounts.models import User
from tests.factories.accounts import client_of

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


def screen_of(browser: Browser, url: str, user: User | None = None, **options: Any) -> BrowserContext:
    """A screen of its own at the live server ``url``, a desk's unless ``options`` say otherwise, with ``user`` signed
    in. Whoever opens it closes it."""
    context = browser.new_context(**({"base_url": url, "viewport": DESK} | options))
    if user is not None:
        session = client_of(user).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
    return context


def complaints(page: Page) -> list[str]:
    """A list that from now on fills with the errors and warnings of the page."""
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text) if line.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said
