"""What the forms of mediation ask for, beside the note."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.cases.actions import Action
from apps.cases.choices import PartyRole, WayOn
from apps.cases.form_parts import day_field, yes_no

SIDES = (("applicant", PartyRole.APPLICANT), ("respondent", PartyRole.RESPONDENT))
LATER = ("party_role", "party_name", "party_phone")


def _name(label: Any, *, required: bool) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=60, required=required, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


def _phone(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )


def dispute_fields(action: Action, *, first: bool) -> Mapping[str, forms.Field]:
    """The fields of ``mediate`` and ``conclude_mediation``; of any other action none. ``first`` says whether the
    sitting begins a mediation and therefore names the mediator and both sides."""
    if action is Action.MEDIATE:
        held = forms.DateTimeField(
            label=_("调解时间"),
            input_formats=["%Y-%m-%dT%H:%M"],
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        )
        return {"held_at": held} | (_first_fields() if first else _later_fields())
    if action is Action.CONCLUDE_MEDIATION:
        return {
            "agreed": yes_no(_("调解结果"), _("达成协议"), _("调解不成")),
            "performance_on": day_field(_("履行期限"), required=False, explained=_("达成协议时须填。")),
            "way_on": forms.ChoiceField(
                label=_("后续途径"),
                choices=[("", _("请选择")), *WayOn.choices],
                required=False,
                help_text=_("调解不成时须填。"),
            ),
        }
    return {}


def _first_fields() -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {"mediator": _name(_("调解员"), required=True)}
    for side, role in SIDES:
        fields[f"{side}_name"] = _name(role.label, required=True)
        fields[f"{side}_phone"] = _phone(_("%(role)s电话") % {"role": role.label})
    return fields


def _later_fields() -> dict[str, forms.Field]:
    return {
        "party_role": forms.ChoiceField(
            label=_("新增当事人"), choices=[("", _("没有")), *PartyRole.choices], required=False
        ),
        "party_name": _name(_("姓名"), required=False),
        "party_phone": _phone(_("电话")),
    }


def take_parties(given: dict[str, Any]) -> dict[str, Any]:
    """The inputs of ``mediate`` with the fields of its parties put together as ``parties``."""
    sides = [
        {"role": role.value, "name": given.pop(f"{side}_name"), "phone": given.pop(f"{side}_phone", "")}
        for side, role in SIDES
        if f"{side}_name" in given
    ]
    later = {name.removeprefix("party_"): given.pop(name, "") for name in LATER}
    if any(later.values()):
        sides.append(later)
    return given | ({"parties": sides} if sides else {})
