"""What the inbox and the preferences know of each kind of notice; the room that sends a kind registers it."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext

from apps.notices.choices import Group

# The kind of a message by which somebody tries a channel.
TEST_KIND = "system.test"
TONES = ("late", "near", "hold", "info", "ok", "plain")


@dataclass(frozen=True, slots=True)
class Look:
    """A Tabler icon, and a tone (``ok, near, late, hold, info`` or ``plain``) where the kind has a meaning colour.

    ``label`` is the message id of the kind's name, ``group`` where people choose its channels.
    """

    icon: str = "bell"
    tone: str = "plain"
    label: str = ""
    group: Group = Group.SYSTEM

    @property
    def name(self) -> str:
        """The kind's name in the language in use."""
        return gettext(self.label) if self.label else ""

    @property
    def gravity(self) -> int:
        """0 for the gravest tone; the order of a digest."""
        return TONES.index(self.tone)


_looks: dict[str, Look] = {}
PLAIN = Look()


def register(kind: str, *, icon: str, tone: str = "plain", label: str = "", group: Group = Group.SYSTEM) -> None:
    """Announce a kind with its look, its name (a message id) and its group; called from ``AppConfig.ready``.

    Raises ``ValueError`` for a tone that is none.
    """
    if tone not in TONES:
        raise ValueError(f"no tone {tone}")
    _looks[kind] = Look(icon, tone, label, Group(group))


def look_of(kind: str) -> Look:
    """The look of a kind, a plain bell where none was announced."""
    return _looks.get(kind, PLAIN)


def kinds_of(group: Group) -> list[str]:
    """The registered kinds of a group, in the order in which they were announced."""
    return [kind for kind, look in _looks.items() if look.group == group]


def condition(group: Group, column: str = "kind") -> Q:
    """What holds of the notices of a group; a kind that nobody announced is a system message."""
    if group == Group.SYSTEM:
        return ~Q(**{f"{column}__in": [kind for kind, look in _looks.items() if look.group != group]})
    return Q(**{f"{column}__in": kinds_of(group)})


def registered() -> dict[str, Look]:
    """Every kind that was announced."""
    return dict(_looks)
