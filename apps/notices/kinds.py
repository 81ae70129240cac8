"""How each kind of notice looks in the inbox; the room that sends a kind registers its look."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """A Tabler icon, and a tone (``ok, near, late, hold, info`` or ``plain``) where the kind has a meaning colour."""

    icon: str = "bell"
    tone: str = "plain"


_looks: dict[str, Look] = {}
PLAIN = Look()


def register(kind: str, *, icon: str, tone: str = "plain") -> None:
    """Announce the look of a kind; called from ``AppConfig.ready``."""
    _looks[kind] = Look(icon, tone)


def look_of(kind: str) -> Look:
    """The look of a kind, a plain bell where none was announced."""
    return _looks.get(kind, PLAIN)
