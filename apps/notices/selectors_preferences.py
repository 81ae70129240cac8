"""Reading what a person chose."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.notices.choices import Channel, Group, Timing
from apps.notices.hours import Hours
from apps.notices.models import ContactAddress, NoticeHours, NoticePreference
from apps.notices.planning import hours_of

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True, slots=True)
class Preferences:
    """Addresses by channel, timing and channels by group (a group that is not there: the inbox only), and the hours."""

    addresses: dict[Channel, ContactAddress]
    groups: dict[Group, tuple[Timing, frozenset[Channel]]]
    hours: Hours


def preferences_of(user: "User") -> Preferences:
    """What ``user`` chose, in three queries."""
    return Preferences(
        {Channel(one.channel): one for one in ContactAddress.objects.visible_to(user)},
        {
            Group(one.group): (Timing(one.timing), frozenset(Channel(way) for way in one.channels))
            for one in NoticePreference.objects.visible_to(user)
        },
        hours_of(NoticeHours.objects.filter(user=user).first()),
    )
