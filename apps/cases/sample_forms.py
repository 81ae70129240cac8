"""What drawing a sample and reviewing a sampled case ask for."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.cases.actions import Action
from apps.cases.form_parts import day_field, yes_no
from apps.cases.models import Category
from apps.cases.sampling import ALWAYS_CHECKED, MOST_DRAWN, Consequence, Finding, Point, SampleKind, point_column
from apps.grid.models import Unit
from apps.organisation.models import Agency

Options = Mapping[str, Sequence[tuple[str, str]]]
POINT_HELP = {
    Point.RECORD: _("每一步有记录，意见写明情况。"),
    Point.EVIDENCE: _("照片与案件相符，前后能对照。"),
    Point.LIMIT: _("没有借延期、挂起或退回拖延。"),
    Point.REPORTER: _("问过反映人的才填。"),
    Point.RESULT: _("到现场看过的才填。"),
}


def sample_fields(action: Action) -> dict[str, forms.Field]:
    """The fields of a review beside its note and photos, by name; of any other action none."""
    if action is not Action.REVIEW_SAMPLE:
        return {}
    fields: dict[str, forms.Field] = {
        point_column(point): forms.ChoiceField(
            label=point.label,
            choices=[
                choice for choice in Finding.choices if choice[0] != Finding.SKIPPED or point not in ALWAYS_CHECKED
            ],
            initial=None if point in ALWAYS_CHECKED else Finding.SKIPPED,
            help_text=POINT_HELP[point],
            widget=forms.RadioSelect,
        )
        for point in Point
    }
    fields["qualified"] = yes_no(_("评查结论"), _("合格"), _("不合格"))
    fields["consequence"] = forms.ChoiceField(
        label=_("不合格的处理"), choices=[("", _("合格不用选")), *Consequence.choices], required=False
    )
    fields["until"] = forms.DateTimeField(
        label=_("督办答复期限"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("只在督办时用；不填则按督办时限。"),
    )
    return fields


class SampleForm(forms.Form):
    """What a sample is drawn from and how much of it."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("名称"), max_length=60, help_text=_("如“一季度市容案件抽查”。"))
    unit = forms.ChoiceField(label=_("单元"))
    kind = forms.ChoiceField(label=_("范围"), choices=SampleKind.choices, initial=SampleKind.ALL.value)
    since = day_field(_("结案起"), required=True)
    until = day_field(_("结案止"), required=True, explained=_("在今天之前。"))
    due_on = day_field(_("评查期限"), required=True)
    category = forms.ChoiceField(label=_("类别"), required=False)
    agency = forms.ChoiceField(label=_("处置单位"), required=False, help_text=_("由中心自行处置的，选该中心。"))
    size = forms.IntegerField(
        label=_("件数"), required=False, min_value=1, max_value=MOST_DRAWN, help_text=_("件数和比例填一项。")
    )
    percent = forms.IntegerField(label=_("比例（%）"), required=False, min_value=1, max_value=100)

    def __init__(
        self,
        *args: Any,
        units: Sequence[Unit],
        branches: Sequence[Category],
        agencies: Sequence[Agency],
        **options: Any,
    ) -> None:
        super().__init__(*args, **{"initial": {"client_id": uuid.uuid4()}} | options)
        top = min((unit.level for unit in units), default=0)
        named = [(unit.code, f"{'　' * (unit.level - top)}{unit.name}") for unit in units]
        self.fields["unit"].choices = named  # type: ignore[attr-defined]
        kept = [(one.key, one.label) for one in branches]
        self.fields["category"].choices = [("", _("全部类别")), *kept]  # type: ignore[attr-defined]
        groups: dict[str, list[tuple[str, str]]] = {}
        for agency in agencies:
            groups.setdefault(agency.unit.name, []).append((agency.code, agency.name))
        self.fields["agency"].choices = [("", _("全部单位")), *groups.items()]  # type: ignore[attr-defined]
