"""The return of a unit: which of its disputes it found, or none, and who signs."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.cases.models import Case
from apps.core.errors import DomainError
from apps.core.form_errors import take_errors


class ReturnForm(forms.Form):
    """What a unit found in a period."""

    cases = forms.MultipleChoiceField(
        label=_("发现的纠纷"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("本期内登记的纠纷案件；一件不选即为零报告。"),
    )
    signature = forms.CharField(
        label=_("签名"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("填报人姓名。"),
    )
    note = forms.CharField(label=_("说明"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, cases: Sequence[Case], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(case.number, f"{case.number} {case.title}（{case.category.label}）") for case in cases]
        self.fields["cases"].choices = choices  # type: ignore[attr-defined]
        self.fields["cases"].initial = [case.number for case in cases]

    def inputs(self) -> dict[str, Any]:
        """The arguments of ``file_return``."""
        given = self.cleaned_data
        return {"numbers": given["cases"], "signature": given["signature"], "note": given["note"]}

    def take(self, error: DomainError) -> None:
        """Show what the service refused at its fields."""
        take_errors(self, error)
