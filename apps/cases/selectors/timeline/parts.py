"""What the lines of a case's timeline are made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from apps.core.presentation import when_text


@dataclass(frozen=True)
class Entry:
    """One line: when, who (a person, and for whom), what, and the person's own words as ``note``."""

    at: datetime
    actor: str
    on_behalf: str
    text: str
    note: str = ""
    icon: str = ""
    tone: str = ""


Payload = Mapping[str, Any]
Say = Callable[[Payload, datetime], str]
Table = dict[str, tuple[Say, str, str]]


def when(value: Any, at: datetime) -> str:
    """A moment or date of a payload, as the reader writes it."""
    if not value:
        return ""
    text = str(value)
    return when_text(date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text), at)
