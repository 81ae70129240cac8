"""What the leaders' page and its API are asked for, read and checked."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.assessment.choices import Part, SubjectKind

SIZES = (20, 50, 100)
DEFAULT_SIZE = 50


class BoardForm(forms.Form):
    """The query of the leaders' page; what is wrong falls back to the default."""

    period = forms.CharField(required=False)
    unit = forms.CharField(required=False)
    kind = forms.ChoiceField(required=False, choices=SubjectKind.choices)
    color = forms.SlugField(required=False)
    size = forms.TypedChoiceField(required=False, coerce=int, choices=[(size, size) for size in SIZES])
    cursor = forms.CharField(required=False)

    def wanted(self) -> dict[str, Any]:
        """The usable part of the query."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}


class RowsForm(forms.Form):
    """The query of a number opened."""

    part = forms.ChoiceField(required=False, choices=Part.choices)
    size = forms.TypedChoiceField(required=False, coerce=int, choices=[(size, size) for size in SIZES])
    cursor = forms.CharField(required=False)

    def wanted(self) -> dict[str, Any]:
        """The usable part of the query."""
        self.is_valid()
        given = {name: self.cleaned_data.get(name, "") for name in self.fields}
        return {
            "part": given["part"] or Part.NUMERATOR.value,
            "size": given["size"] or DEFAULT_SIZE,
            "cursor": given["cursor"] or None,
        }


class RunForm(forms.Form):
    """Which month to compute, and for a published one, why again."""

    district = forms.CharField(widget=forms.HiddenInput)
    period = forms.RegexField(
        r"^\d{4}-(0[1-9]|1[0-2])$",
        label=_("月份"),
        widget=forms.TextInput(attrs={"type": "month"}),
        error_messages={"invalid": _("月份请写成 2026-10 的样子。")},
    )
    because = forms.CharField(
        label=_("更正理由"), required=False, max_length=200, help_text=_("该月已发布时必填，另立新版本。")
    )
