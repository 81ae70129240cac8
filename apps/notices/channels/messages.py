"""What an adapter is given and what it answers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from apps.notices.choices import Failure


@dataclass(frozen=True, slots=True)
class Message:
    """A message in the form of its channel. ``key`` is the same at every attempt; ``subject`` is one line."""

    key: str
    address: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Sent:
    """The gateway took it, under its own number where it gave one."""

    gateway_id: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """Not taken, perhaps later. ``outage`` when the gateway itself seems ill; ``pause`` when it asked for a rest."""

    failure: Failure
    detail: str = ""
    outage: bool = True
    pause: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Final:
    """Refused for good: sending the same again cannot help."""

    failure: Failure
    detail: str = ""


Outcome = Sent | Retry | Final


class Adapter(Protocol):
    """Speaks to one gateway. Safe in several threads at once; touches no database."""

    def send(self, message: Message, *, at: datetime) -> Outcome:
        """Hand over one message and judge the answer. Never raises for what the gateway does."""
        ...
