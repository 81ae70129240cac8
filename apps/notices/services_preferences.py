"""Choosing by which channels, and when, notices leave the inbox."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import InvalidInput
from apps.notices import addresses, channels, kinds
from apps.notices.choices import OPEN_STATES, Channel, DeliveryState, Failure, Group, Timing
from apps.notices.delivery_models import MOST_DIGESTS
from apps.notices.hours import Hours
from apps.notices.kinds import TEST_KIND
from apps.notices.models import ContactAddress, Delivery, NoticeHours, NoticePreference


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person sends in: ``addresses`` holds new ones only, ``groups`` those that leave the inbox."""

    groups: Mapping[Group, tuple[Timing, frozenset[Channel]]]
    hours: Hours
    addresses: Mapping[Channel, str] = field(default_factory=dict)
    removed: frozenset[Channel] = frozenset()


@transaction.atomic
def save_preferences(*, user: User, chosen: Chosen, at: datetime) -> None:
    """Keep all of a person's choices in place of the former ones; what waits for a channel now turned off is not sent.

    Raises ``InvalidInput`` whose fields are ``address_<channel>``, ``channels_<group>`` and ``digest_second``.
    """
    User.objects.select_for_update(no_key=True, of=("self",)).get(pk=user.pk)
    known = {Channel(one.channel): one for one in ContactAddress.objects.visible_to(user)}
    cleaned = _checked(chosen, known)
    ContactAddress.objects.visible_to(user).filter(channel__in=chosen.removed).delete()
    for channel, address in cleaned.items():
        if channel in chosen.removed or channel not in known or known[channel].text != address:
            ContactAddress.objects.update_or_create(
                user=user, channel=channel, defaults={"address": address, "changed_at": at}
            )
    NoticePreference.objects.visible_to(user).delete()
    NoticePreference.objects.bulk_create(
        NoticePreference(user=user, group=group, timing=timing, channels=sorted(ways))
        for group, (timing, ways) in chosen.groups.items()
    )
    hours = chosen.hours
    NoticeHours.objects.update_or_create(
        user=user,
        defaults={
            "quiet_from": hours.quiet_from,
            "quiet_until": hours.quiet_until,
            "digest_hours": sorted(set(hours.digests)),
        },
    )
    _hold_back(user, chosen)


def _checked(chosen: Chosen, known: Mapping[Channel, ContactAddress]) -> dict[Channel, str]:
    """The new addresses as they are kept."""
    wrong: dict[str, list[str]] = {}
    cleaned: dict[Channel, str] = {}
    offered = channels.configured()
    for channel, text in chosen.addresses.items():
        try:
            if channel not in offered:
                raise InvalidInput(fields={channel.value: [_("本系统没有开通这个渠道。")]})
            cleaned[channel] = addresses.clean(channel, text)
        except InvalidInput as error:
            wrong[f"address_{channel.value}"] = error.fields[channel.value]
    reachable = (set(known) - chosen.removed) | set(chosen.addresses)
    for group, (_timing, ways) in chosen.groups.items():
        missing = [channel for channel in offered if channel in ways and channel not in reachable]
        if not ways or not ways <= set(offered):
            wrong[f"channels_{group.value}"] = [_("请至少选择一个渠道，或选“仅站内”。")]
        elif missing:
            names = _("、").join(str(channel.label) for channel in missing)
            wrong[f"channels_{group.value}"] = [_("请先填写联系方式：%(channels)s。") % {"channels": names}]
    if not 0 < len(set(chosen.hours.digests)) <= MOST_DIGESTS:
        wrong["digest_second"] = [_("请填写 1 到 %(most)d 个汇总时间。") % {"most": MOST_DIGESTS}]
    if wrong:
        raise InvalidInput(fields=wrong)
    return cleaned


def _hold_back(user: User, chosen: Chosen) -> None:
    """Close what was planned for channels that the person has just turned off, except a test asked for."""
    turned_off = Q(pk__in=[])
    for group in Group:
        _timing, ways = chosen.groups.get(group, (None, frozenset()))
        turned_off |= kinds.condition(group, "notice__kind") & ~Q(channel__in=ways)
    Delivery.objects.visible_to(user).filter(
        turned_off, notice__isnull=False, bundle=None, state__in=OPEN_STATES
    ).exclude(notice__kind=TEST_KIND).update(state=DeliveryState.SKIPPED, failure=Failure.TURNED_OFF)
