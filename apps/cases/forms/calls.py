"""The fields of a call to a reporter: what came of it, and his answers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.cases.calls import CallOutcome
from apps.cases.form_parts import yes_no


def call_fields() -> dict[str, Any]:
    """What came of the call, and the answers, for a form that asks for all of it at once."""
    outcome = forms.ChoiceField(label=_("接通情况"), choices=CallOutcome.choices, widget=forms.RadioSelect)
    return {"outcome": outcome} | answer_fields()


def answer_fields() -> dict[str, Any]:
    """The answers, which are given only where somebody was reached: the service says which are missing."""
    rejected = forms.BooleanField(
        label=_("反映人不认可，退回重办"), required=False, help_text=_("限没有解决的；反映人只能退回一次。")
    )
    answers = {
        "contacted": yes_no(_("有人及时联系过您吗"), _("及时联系了"), _("没有及时联系")),
        "solved": yes_no(_("问题解决了吗"), _("解决了"), _("没有解决")),
        "satisfied": yes_no(_("满意吗"), _("满意"), _("不满意")),
    }
    for field in answers.values():
        field.required = False
    return answers | {"rejected": rejected}


class CallForm(forms.Form):
    """One call from the telephone sheet: the button says what came of it; answers count only where it was reached."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(choices=CallOutcome.choices)

    def __init__(self, data: Any = None, *, version: int | None = None) -> None:
        super().__init__(data, initial={"version": version})
        self.fields |= answer_fields()
        self.fields["note"] = forms.CharField(
            label=_("反映人怎么说"), required=False, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000})
        )

    def inputs(self) -> dict[str, Any]:
        """The arguments of ``perform``."""
        given = {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
        if given.get("outcome") != CallOutcome.REACHED:
            for name in ("contacted", "solved", "satisfied", "rejected"):
                given.pop(name, None)
        return {"version": None, "note": ""} | given
