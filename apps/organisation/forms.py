"""The shape of what is entered about roles."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.grid.models import Unit
from apps.grid.permissions import ROLES, Role
from apps.organisation.models import Agency


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class GrantForm(forms.Form):
    """Who gets which role on a unit, or on one of its agencies, from when, to when and why."""

    username = forms.CharField(label=_("用户名"), max_length=60, help_text=_("已有账号的用户名。"))
    role = forms.ChoiceField(label=_("角色"))
    agency = forms.ModelChoiceField(
        label=_("处置单位"),
        queryset=Agency.objects.none(),
        to_field_name="code",
        required=False,
        help_text=_("仅处置单位经办人需要选择。"),
    )
    valid_from = forms.DateField(label=_("起"), widget=DateInput())
    valid_to = forms.DateField(label=_("止"), widget=DateInput(), required=False, help_text=_("留空表示长期。"))
    because = forms.CharField(label=_("缘由"), max_length=200)

    def __init__(self, unit: Unit, agencies: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fitting = [role for role in Role if unit.kind in ROLES[role].kinds]
        if agencies:
            fitting.append(Role.AGENCY_HANDLER)
        role = self.fields["role"]
        role.choices = [(one.value, one.label) for one in fitting]  # type: ignore[attr-defined]
        agency = self.fields["agency"]
        agency.queryset = agencies  # type: ignore[attr-defined]
        if not agencies:
            del self.fields["agency"]
        self.fields["username"].widget.attrs |= {"list": "people-here", "autocomplete": "off"}

    def arguments(self) -> dict[str, Any]:
        """What ``services.grant_on_unit`` takes, from valid input."""
        given = dict(self.cleaned_data)
        given.setdefault("agency", None)
        return given | {"role": Role(given["role"])}


class EndForm(forms.Form):
    """When and why a role ends."""

    last_day = forms.DateField(label=_("最后一天"), widget=DateInput())
    because = forms.CharField(label=_("缘由"), max_length=200)


class LiaisonForm(forms.Form):
    """Who is the liaison of which agency, from when."""

    person = forms.ChoiceField(label=_("部门与联络员"), help_text=_("该社区所属街道和区的处置单位经办人。"))
    valid_from = forms.DateField(label=_("起"), widget=DateInput())

    def __init__(self, candidates: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [
            (f"{grant.agency_id}-{grant.user_id}", f"{grant.agency.name} · {grant.user.name}") for grant in candidates
        ]
        self.fields["person"].choices = [("", _("请选择")), *named]  # type: ignore[attr-defined]

    def arguments(self) -> dict[str, Any]:
        """What ``name_liaison`` takes, from valid input."""
        agency, person = self.cleaned_data["person"].split("-")
        return {"agency_id": int(agency), "user_id": int(person), "valid_from": self.cleaned_data["valid_from"]}
