"""The shape of what is entered into the residents' ledger."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.residents.choices import Document, Relation, ResidenceKind, Sex
from apps.residents.services import Particulars, Stay


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ResidentForm(forms.Form):
    """A dwelling and the person who moves in; the grid is chosen before."""

    building = forms.CharField(label=_("楼栋"), max_length=60, help_text=_("如：江宁路 838 弄 3 号"))
    entrance = forms.CharField(label=pgettext_lazy("dwelling", "单元"), max_length=20, required=False)
    room = forms.CharField(label=_("室号"), max_length=20)
    name = forms.CharField(label=_("姓名"), max_length=60)
    document = forms.ChoiceField(label=_("证件类型"), choices=Document.choices, initial=Document.ID_CARD)
    identity = forms.CharField(
        label=_("证件号码"), max_length=30, help_text=_("加密保存；性别和年龄由身份证号码得出。")
    )
    sex = forms.ChoiceField(label=_("性别"), choices=[("", "—"), *Sex.choices], required=False)
    birth_date = forms.DateField(label=_("出生日期"), widget=DateInput(), required=False)
    phone = forms.CharField(label=_("电话"), max_length=20, required=False)
    kind = forms.ChoiceField(label=_("居住类型"), choices=ResidenceKind.choices, initial=ResidenceKind.REGISTERED)
    relation = forms.ChoiceField(label=_("与户主关系"), choices=Relation.choices, initial=Relation.HEAD)
    since = forms.DateField(label=_("入住日期"), widget=DateInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("identity", "phone", "name"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.fields["phone"].widget.attrs["inputmode"] = "tel"

    def arguments(self) -> dict[str, Any]:
        """What ``services.register_resident`` takes, from valid input."""
        given = self.cleaned_data
        names = ("name", "identity", "document", "phone", "sex", "birth_date")
        return {
            "building": given["building"],
            "entrance": given["entrance"],
            "room": given["room"],
            "who": Particulars(**{name: given[name] for name in names}),
            "stay": Stay(kind=given["kind"], relation=given["relation"], since=given["since"]),
        }


class MoveOutForm(forms.Form):
    """The last day at a dwelling."""

    last_day = forms.DateField(label=_("迁出日期"), widget=DateInput())
