"""The form of the share that is spot-checked."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.grid.models import Unit


class ShareForm(forms.Form):
    """How many in a hundred of what is settled on the spot in a unit are drawn."""

    unit = forms.ChoiceField(label=_("单元"))
    percent = forms.IntegerField(
        label=_("抽查比例（%）"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=_("每周至少抽一件；0 为不抽，空着则随上级单元。"),
    )

    def __init__(self, *args: Any, units: Sequence[Unit], **options: Any) -> None:
        super().__init__(*args, **options)
        named = [(unit.code, f"{'　' * max(unit.level - units[0].level, 0)}{unit.name}") for unit in units]
        self.fields["unit"].choices = [("", _("请选择")), *named]  # type: ignore[attr-defined]
