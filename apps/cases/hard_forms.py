"""What the acts on hard cases ask for: the special list, joint meetings and their minutes, listed hazards."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.cases.actions import Action
from apps.cases.choices import HazardLevel
from apps.cases.form_parts import day_field
from apps.cases.models import JointMeeting
from apps.organisation.models import Agency

Options = Mapping[str, Sequence[tuple[str, str]]]


def hard_fields(action: Action, targets: Sequence[Agency], options: Options) -> dict[str, forms.Field]:
    """The fields of an act on a hard case beside its note, by name; none for other acts."""
    if action is Action.LIST_SPECIAL:
        return {
            "agency": _agency_field(_("责任单位"), targets, required=False),
            "leader": forms.ChoiceField(label=_("责任领导"), choices=options.get("leader", ()), required=False),
            "until": day_field(_("首次管控日期"), required=True, explained=_("到这一天前须记录一次管控。")),
        }
    if action is Action.RECORD_DECISION:
        return {
            "agency": _agency_field(_("责任单位"), targets, required=True),
            "until": day_field(_("完成期限"), required=True, explained=_("到期未办结的，自动转入下次会议。")),
        }
    if action is Action.LIST_HAZARD:
        return {
            "level": forms.ChoiceField(
                label=_("挂牌级别"), choices=HazardLevel.choices, initial=HazardLevel.DISTRICT.value
            ),
            "agency": _agency_field(_("督办单位"), targets, required=True),
            "party": forms.CharField(
                label=_("整改责任单位"), max_length=80, help_text=_("谁来消除隐患，如业主单位、施工单位。")
            ),
            "until": day_field(_("整改期限"), required=True),
        }
    if action is Action.EDIT_PUBLICATION:
        return {
            "public_title": forms.CharField(
                label=_("公示标题"), max_length=40, required=False, help_text=_("留空则用案件类别。")
            ),
            "public_words": forms.CharField(
                label=_("办理结果"),
                max_length=300,
                required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
                help_text=_("留空则只写由谁处置。不写姓名、电话、证件号和门牌。"),
            ),
        }
    if action is Action.RECORD_CONTROL:
        return {"until": day_field(_("下次管控日期"), required=True)}
    return {}


def _agency_field(label: Any, targets: Sequence[Agency], *, required: bool) -> forms.ChoiceField:
    """Agencies by the unit they belong to."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for agency in targets:
        groups.setdefault(agency.unit.name, []).append((agency.code, agency.name))
    choices: list[Any] = [("", _("请选择")), *groups.items()]
    return forms.ChoiceField(label=label, choices=choices, required=required)


class MinutesForm(forms.Form):
    """The minutes of a joint meeting."""

    held_on = day_field(_("会议日期"), required=True)
    chair = forms.CharField(label=_("主持人"), max_length=60)
    attended = forms.CharField(
        label=_("参会单位和人员"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    summary = forms.CharField(
        label=_("会议纪要"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )

    def __init__(self, data: Any, *, meeting: JointMeeting, day: date) -> None:
        kept = {
            "held_on": meeting.held_on or day,
            "chair": meeting.chair,
            "attended": meeting.attended,
            "summary": meeting.summary,
        }
        super().__init__(data, initial=kept)
