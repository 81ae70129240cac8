"""Subscribers of webhooks for tests."""

from datetime import datetime
from itertools import count
from typing import Any

from apps.accounts.models import User
from apps.cases.webhooks.models import WebhookSubscriber

SECRET = "the-secret-of-the-tests"
_numbers = count(1)


def make_subscriber(creator: User, url: str, *, at: datetime, **fields: Any) -> WebhookSubscriber:
    """A subscriber at a unit or an agency, which must be given."""
    values: dict[str, Any] = {"name": f"接收方 {next(_numbers)}", "url": url, "secret": SECRET}
    return WebhookSubscriber.objects.create(created_by=creator, created_at=at, **(values | fields))
