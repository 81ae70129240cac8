"""Notices are kept as message ids with parameters and put into the reader's language when read."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext, pgettext

from apps.core.presentation import when_text

Parameter = str | int | Mapping[str, str]


def text(message: str, context: str = "") -> dict[str, str]:
    """A parameter that is itself a message id, with its context, and is translated for the reader."""
    return {"text": message, "context": context} if context else {"text": message}


def moment(at: datetime) -> dict[str, str]:
    """A parameter that is a moment and is written as the reader's language writes moments."""
    return {"at": at.isoformat()}


def day(on: date) -> dict[str, str]:
    """A parameter that is a date and is written as the reader's language writes dates."""
    return {"on": on.isoformat()}


def render(message: str, parameters: Mapping[str, Any], *, at: datetime) -> str:
    """The message in the language in use; ``at`` is now and decides whether a moment shows its year."""
    return gettext(message) % {name: _shown(value, at) for name, value in parameters.items()} if message else ""


def _shown(value: Any, at: datetime) -> Any:
    if not isinstance(value, Mapping):
        return value
    message = value.get("text")
    if message is not None:
        return pgettext(value["context"], message) if "context" in value else gettext(message)
    if "on" in value:
        return when_text(date.fromisoformat(value["on"]), at)
    return when_text(datetime.fromisoformat(value["at"]), at)
