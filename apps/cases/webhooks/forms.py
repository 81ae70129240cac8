"""The shape of what is entered about subscribers."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.cases.webhooks.choices import EVENT_LABELS, EVENT_TYPES
from apps.cases.webhooks.models import WebhookSubscriber
from apps.cases.webhooks.services import LONGEST_URL
from apps.grid.models import Unit
from apps.organisation.models import Agency

MOMENT = "%Y-%m-%dT%H:%M"


class SubscriberForm(forms.Form):
    """Who is told, where, of what."""

    name = forms.CharField(label=_("名称"), max_length=60)
    url = forms.CharField(
        label=_("接收地址"),
        max_length=LONGEST_URL,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text=_("必须是 https://；不能指向未列入允许范围的内部地址。"),
    )
    scope = forms.ChoiceField(
        label=_("案件范围"), help_text=_("层级单元包括其全部下级；处置单位指其经办或经办过的案件。")
    )
    events = forms.MultipleChoiceField(
        label=_("事件"),
        choices=[(name, EVENT_LABELS[name]) for name in EVENT_TYPES.values()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("都不选，即推送全部事件。"),
    )

    def __init__(self, units: Iterable[Unit], agencies: Iterable[Agency], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(units)
        top = min((unit.level for unit in rows), default=0)
        field: Any = self.fields["scope"]
        field.choices = [
            ("", "—"),
            (
                _now("层级单元"),
                [(f"unit:{unit.code}", "　" * (unit.level - top) + unit.name) for unit in rows],
            ),
            (_now("处置单位"), [(f"agency:{agency.code}", f"{agency.name} {agency.code}") for agency in agencies]),
        ]

    def scope_codes(self) -> dict[str, str]:
        """The code of the unit and of the agency, one of them empty; from valid input."""
        kind, _colon, code = self.cleaned_data["scope"].partition(":")
        return {"unit": "", "agency": ""} | {kind: code}

    def add_errors(self, fields: dict[str, list[str]]) -> None:
        """Show what the services found amiss."""
        shown: dict[str, list[str]] = defaultdict(list)
        for name, words in fields.items():
            shown["scope" if name in {"unit", "agency"} else name] += words
        for name, words in shown.items():
            self.add_error(name if name in self.fields else None, words)


def values_of(subscriber: WebhookSubscriber) -> dict[str, Any]:
    """What the form shows of a subscriber."""
    scope = f"unit:{subscriber.unit.code}" if subscriber.unit else ""
    if subscriber.agency:
        scope = f"agency:{subscriber.agency.code}"
    return {"name": subscriber.name, "url": subscriber.url, "scope": scope, "events": subscriber.events}


class ReplayForm(forms.Form):
    """Which stretch of time is sent again, on Shanghai's clocks."""

    since = forms.DateTimeField(
        label=_("从"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
    )
    until = forms.DateTimeField(
        label=_("到"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
    )

    def moments(self) -> dict[str, datetime]:
        """The stretch, from valid input."""
        return {"since": self.cleaned_data["since"], "until": self.cleaned_data["until"]}
