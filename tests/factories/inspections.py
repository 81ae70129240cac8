"""Daily logs for tests, made by the services that people use."""

import uuid
from datetime import date, datetime
from typing import Any

from apps.accounts.models import User
from apps.inspections import services
from apps.inspections.models import DailyLog


def entry(text: str = "门口路灯不亮", subject: str = "urban", **more: Any) -> dict[str, Any]:
    """An entry as a phone sends it, with an identifier of its own."""
    return {"client_id": str(uuid.uuid4()), "subject": subject, "text": text, **more}


def make_log(worker: User, day: date, at: datetime, *entries: dict[str, Any], **more: Any) -> DailyLog:
    """A filed log of ``worker`` with the entries given, or with none."""
    return services.file_log(
        actor=worker, client_id=more.pop("client_id", uuid.uuid4()), date=day, entries=entries, at=at, **more
    )
