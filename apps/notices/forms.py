"""The form of preferences: one page with addresses, groups and hours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.notices import kinds
from apps.notices.addresses import LONGEST
from apps.notices.choices import CHANNEL_ICONS, Channel, Group, Timing
from apps.notices.hours import Hours
from apps.notices.models import ContactAddress
from apps.notices.selectors_preferences import Preferences
from apps.notices.services_preferences import Chosen

INBOX = "inbox"
INPUTS = {Channel.MAIL: "email", Channel.SMS: "tel", Channel.WECOM: "text", Channel.DINGTALK: "text"}
NAMES = {
    Channel.MAIL: gettext_lazy("邮箱"),
    Channel.SMS: gettext_lazy("手机号"),
    Channel.WECOM: gettext_lazy("企业微信账号"),
    Channel.DINGTALK: gettext_lazy("钉钉账号"),
}


@dataclass(frozen=True, slots=True)
class AddressRow:
    """An address as the page draws it."""

    channel: Channel
    icon: str
    known: ContactAddress | None
    field: forms.BoundField
    remove: forms.BoundField


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group as the page draws it, with the names of its kinds."""

    label: str
    kinds: list[str]
    timing: forms.BoundField
    channels: forms.BoundField


def _clock(label: Any, *, required: bool = True) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, required=required, widget=widget)


class PreferencesForm(forms.Form):
    """Fields: ``address_<channel>``, ``remove_<channel>``, ``timing_<group>``, ``channels_<group>`` and the hours."""

    def __init__(self, data: Any, *, preferences: Preferences, offered: list[Channel]) -> None:
        self._preferences, self._offered = preferences, offered
        super().__init__(data, initial=self._initial())
        for channel in offered:
            known = preferences.addresses.get(channel)
            attrs = {"type": INPUTS[channel], "autocomplete": "off", "placeholder": known.masked if known else ""}
            self.fields[f"address_{channel}"] = forms.CharField(
                label=NAMES[channel], required=False, max_length=LONGEST, widget=forms.TextInput(attrs=attrs)
            )
            self.fields[f"remove_{channel}"] = forms.BooleanField(
                label=_("删除"), required=False, widget=forms.CheckboxInput(attrs={"class": "form-check-input"})
            )
        timings = [(INBOX, _("仅站内")), *(Timing.choices if offered else [])]
        ways = [(channel.value, channel.label) for channel in offered]
        for group in Group:
            self.fields[f"timing_{group}"] = forms.ChoiceField(
                label=group.label, choices=timings, widget=forms.Select(attrs={"class": "form-select"})
            )
            self.fields[f"channels_{group}"] = forms.MultipleChoiceField(
                label=group.label,
                choices=ways,
                required=False,
                widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
            )
        self.fields["quiet_from"] = _clock(_("免打扰开始"))
        self.fields["quiet_until"] = _clock(_("免打扰结束"))
        self.fields["digest_first"] = _clock(_("第一次汇总"))
        self.fields["digest_second"] = _clock(_("第二次汇总"), required=False)

    def _initial(self) -> dict[str, Any]:
        chosen, hours = self._preferences.groups, self._preferences.hours
        initial: dict[str, Any] = {"quiet_from": hours.quiet_from, "quiet_until": hours.quiet_until}
        for group in Group:
            timing, ways = chosen.get(group, (INBOX, frozenset()))
            initial[f"timing_{group}"] = str(timing)
            initial[f"channels_{group}"] = sorted(way.value for way in ways)
        digests: list[time | None] = [*sorted(hours.digests), None]
        return initial | {"digest_first": digests[0], "digest_second": digests[1]}

    @property
    def addresses(self) -> Iterator[AddressRow]:
        """The rows of the page's first part."""
        for channel in self._offered:
            known = self._preferences.addresses.get(channel)
            bound = self[f"address_{channel}"], self[f"remove_{channel}"]
            yield AddressRow(channel, CHANNEL_ICONS[channel], known, *bound)

    @property
    def groups(self) -> Iterator[GroupRow]:
        """The rows of the page's second part."""
        for group in Group:
            names = list(dict.fromkeys(kinds.look_of(kind).name for kind in kinds.kinds_of(group)))
            yield GroupRow(str(group.label), names, self[f"timing_{group}"], self[f"channels_{group}"])

    def chosen(self) -> Chosen:
        """What the person sent in; for a form that is valid."""
        given = self.cleaned_data
        timings = {group: given[f"timing_{group}"] for group in Group}
        digests = [one for one in (given["digest_first"], given["digest_second"]) if one is not None]
        return Chosen(
            groups={
                group: (Timing(timing), frozenset(Channel(way) for way in given[f"channels_{group}"]))
                for group, timing in timings.items()
                if timing != INBOX
            },
            hours=Hours(given["quiet_from"], given["quiet_until"], digests),
            addresses={
                channel: given[f"address_{channel}"] for channel in self._offered if given[f"address_{channel}"]
            },
            removed=frozenset(channel for channel in self._offered if given[f"remove_{channel}"]),
        )
