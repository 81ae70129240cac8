"""Forms of the dispatch centre: one action on many cases, standard replies, filters."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.cases.actions import ACTION_LABELS, Action
from apps.cases.forms import short_name
from apps.cases.selectors.batch import Batch
from apps.organisation.models import Agency


class BatchForm(forms.Form):
    """What one action asks for when it is taken on many cases."""

    def __init__(self, data: Any = None, *, batch: Batch) -> None:
        super().__init__(data)
        if batch.action is Action.DISPATCH:
            choices = [(agency.code, short_name(agency)) for agency in batch.targets]
            self.fields["agency"] = forms.ChoiceField(
                label=_("主办单位"), choices=[("", _("按各件的建议")), *choices], required=False
            )
        self.fields["note"] = forms.CharField(
            label=_("说明") if batch.needs_note else _("备注"),
            required=batch.needs_note,
            widget=forms.Textarea(attrs={"rows": 2, "maxlength": 2000}),
            max_length=2000,
            help_text=_("每件都写上这段话。"),
        )


class ReplyForm(forms.Form):
    """A new standard reply of one of the person's desks."""

    text = forms.CharField(
        label=_("内容"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300}),
    )
    action = forms.ChoiceField(
        label=_("用于"),
        required=False,
        choices=[("", _("任何办理")), *((action.value, label) for action, label in ACTION_LABELS.items())],
    )

    def __init__(self, data: Any = None, *, desks: Sequence[Agency]) -> None:
        super().__init__(data)
        self.desks = desks
        if len(desks) > 1:
            choices = [(str(desk.unit_id), desk.name) for desk in desks]  # type: ignore[attr-defined]
            self.fields["unit"] = forms.ChoiceField(label=_("调度台"), choices=choices)

    def inputs(self) -> dict[str, Any]:
        """The arguments of ``add_reply``."""
        given = self.cleaned_data
        unit_id = given.get("unit") or next((desk.unit_id for desk in self.desks), 0)  # type: ignore[attr-defined]
        return {"unit_id": int(unit_id), "action": given["action"], "text": given["text"]}
