"""The form of a case taken in at a desk."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.cases.choices import INTAKE_SOURCES, Callback, Source, Urgency
from apps.cases.forms.fields import PhotosField
from apps.cases.models import Case, Category
from apps.core.clock import SHANGHAI
from apps.grid.models import Unit


def category_choices(leaves: Sequence[Category]) -> list[Any]:
    """Leaves grouped by their branch, for a select."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for leaf in leaves:
        branch = leaf.parent
        top = branch.parent if branch else None
        name = " › ".join(node.label for node in (top, branch) if node is not None)
        groups.setdefault(name, []).append((leaf.key, f"{leaf.code} {leaf.label}"))
    return [("", _("请选择")), *groups.items()]


class IntakeForm(forms.Form):
    """A case taken in at a desk: from a call, a letter, another department, or seen by the desk itself."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    reporter_phone = forms.CharField(
        label=_("来电号码"),
        max_length=20,
        required=False,
        help_text=_("加密保存；输入后显示此人以前反映的案件。"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    reporter_name = forms.CharField(
        label=_("反映人姓名"), max_length=60, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    reporter_anonymous = forms.BooleanField(label=_("要求匿名"), required=False)
    callback = forms.ChoiceField(label=_("回复方式"), choices=Callback.choices, initial=Callback.PHONE, required=False)
    category = forms.ChoiceField(label=_("类别"))
    title = forms.CharField(
        label=_("标题"),
        max_length=Case._meta.get_field("title").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    description = forms.CharField(
        label=_("情况说明"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    source = forms.ChoiceField(
        label=_("来源"),
        choices=[(source.value, source.label) for source in INTAKE_SOURCES],
        initial=Source.HOTLINE_12345,
    )
    source_number = forms.CharField(
        label=_("来源编号"), max_length=60, required=False, help_text=_("同一来源的同一编号只登记一次。")
    )
    urgency = forms.ChoiceField(label=_("紧急程度"), choices=[("", _("按类别")), *Urgency.choices], required=False)
    dual = forms.BooleanField(
        label=_("同时报部门联络员"), required=False, help_text=_("需要部门处理的，社区和部门同时收到。")
    )
    direct = forms.BooleanField(
        label=_("直报区中心"), required=False, help_text=_("重大、紧急、突发事项，直接到区中心，按紧急时限。")
    )
    direct_reason = forms.CharField(
        label=_("直报理由"),
        max_length=200,
        required=False,
        help_text=_("紧急类别可不填"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    occurred_at = forms.DateTimeField(
        label=_("发生时间"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    address = forms.CharField(
        label=_("地点"),
        max_length=160,
        required=False,
        help_text=_("输入路名、小区或单元名，从候选中选；点落在地图上，可拖动改正。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    unit = forms.ChoiceField(label=_("所在单元"), required=False, help_text=_("在地图上点出位置时可以不选。"))
    lon = forms.FloatField(
        label=_("经度"), required=False, min_value=-180, max_value=180, widget=forms.NumberInput(attrs={"step": "any"})
    )
    lat = forms.FloatField(
        label=_("纬度"), required=False, min_value=-90, max_value=90, widget=forms.NumberInput(attrs={"step": "any"})
    )
    at_once = forms.BooleanField(
        label=_("材料齐全，当场办结"),
        required=False,
        help_text=_("可申办事项登记并办结一步完成；材料不全的用一次性告知。"),
    )
    result = forms.CharField(
        label=_("办理结果"),
        max_length=2000,
        required=False,
        help_text=_("当场办结时必填。"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    photos = PhotosField()

    def __init__(
        self,
        *args: Any,
        leaves: Sequence[Category],
        units: Sequence[Unit],
        supplement: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.supplement = supplement
        for name in ("category", "title", "unit") if supplement else ():
            self.fields[name].required = False
        self.fields["category"].choices = category_choices(leaves)  # type: ignore[attr-defined]
        self.applications = [leaf.key for leaf in leaves if leaf.application]
        named = [(unit.code, f"{'　' * max(unit.level - units[0].level, 0)}{unit.name}") for unit in units]
        self.fields["unit"].choices = [("", _("按地图位置")), *named]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A place is needed, a point or a unit; of somebody who adds to a case only what was said. The preferred reply
        of one without a phone is none."""
        given = super().clean() or {}
        if not given.get("reporter_phone") or not given.get("callback"):
            given["callback"] = Callback.NONE
        if given.get("occurred_at") is not None and given["occurred_at"].tzinfo is None:
            given["occurred_at"] = given["occurred_at"].replace(tzinfo=SHANGHAI)
        self._check_at_once(given)
        if self.supplement:
            if not given.get("title") and not given.get("description"):
                self.add_error("description", _("请写明此次反映的情况。"))
        elif not given.get("unit") and (given.get("lon") is None or given.get("lat") is None):
            self.add_error("unit", _("请在地图上点出位置，或选择所在单元。"))
        return given

    def _check_at_once(self, given: dict[str, Any]) -> None:
        """Only an application is settled at once, and with words on the result."""
        if not given.get("at_once") or self.supplement:
            return
        if given.get("category") and given["category"] not in self.applications:
            self.add_error("at_once", _("该类别不是可申办事项，不能当场办结。"))
        if not given.get("result", "").strip():
            self.add_error("result", _("请写明办理结果。"))
