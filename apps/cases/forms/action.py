"""The form of an action, made from its row of the workflow's table."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.cases.actions import UNVERSIONED, Action
from apps.cases.choices import Evidence
from apps.cases.dispute_forms import dispute_fields, take_parties
from apps.cases.enforcement_forms import enforcement_fields
from apps.cases.form_parts import day_field, yes_no
from apps.cases.forms.asked import (
    CHOSEN,
    MOMENT_HELP,
    MOMENTS,
    NOTE_HELP,
    NOTE_LABELS,
    PAUSING,
    RESULTS,
    STARS,
    WEIGHED,
    WITH_PHOTOS,
)
from apps.cases.forms.calls import call_fields
from apps.cases.forms.fields import LinesField, PhotosField
from apps.cases.hard_forms import hard_fields
from apps.cases.sample_forms import sample_fields
from apps.cases.workflow import Transition
from apps.core.clock import SHANGHAI
from apps.deadlines.choices import Complexity
from apps.organisation.models import Agency, AgencyKind


def short_name(agency: Agency) -> str:
    """An agency's name without that of its unit, where the unit is plain from the desk."""
    if agency.kind == AgencyKind.CENTRE:
        return agency.name
    return agency.name.removeprefix(agency.unit.name) or agency.name


class ActionForm(forms.Form):
    """What one action asks for, as its row of the workflow's table says."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        row: Transition,
        data: Any = None,
        files: Any = None,
        *,
        targets: Sequence[Agency] = (),
        suggested: Agency | None = None,
        into: str = "",
        version: int | None = None,
        typed: dict[str, Any] | None = None,
        evidence: str = Evidence.NONE,
        complexity: str = Complexity.GENERAL,
        options: Mapping[str, Sequence[tuple[str, str]]] | None = None,
        first: bool = True,
    ) -> None:
        initial = {"into": into, "complexity": complexity} | (typed or {}) | {"version": version}
        super().__init__(data, files, initial=initial)
        self.row = row
        self.options = options or {}
        self._add_choices(options or {})
        self._add_inputs(targets, suggested, options or {})
        self.fields.update(enforcement_fields(row.action, targets))
        self.fields.update(dispute_fields(row.action, first=first))
        self.fields["note"] = forms.CharField(
            label=NOTE_LABELS.get(row.action) or (_("说明") if row.note else _("备注")),
            required=row.note,
            strip=True,
            widget=forms.Textarea(attrs={"rows": 2, "maxlength": 2000}),
            help_text=NOTE_HELP.get(row.action, ""),
        )
        if "absent" in self.fields:
            # a file that lacks a piece is put away with each of them ticked and a reason; the service says which
            for name in ("absent", "note"):
                self.fields[name].demanded = True  # type: ignore[attr-defined]
        if row.action in WITH_PHOTOS:
            self.fields["photos"] = PhotosField()
            if row.action in RESULTS and evidence in {Evidence.PHOTO_AFTER, Evidence.BOTH}:
                # one added beforehand counts as well, so the service decides, not the form
                self.fields["photos"].demanded = True  # type: ignore[attr-defined]
                self.fields["photos"].help_text = _("该类别要求处置后照片。")

    def _add_choices(self, options: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        """Which of several orders, cards or appeals; a single one goes without asking."""
        name, label = CHOSEN.get(self.row.action, ("", ""))
        rows = options.get(name, ())
        if len(rows) > 1:
            self.fields[name] = forms.ChoiceField(label=label, choices=rows)
        elif rows:
            self.fields[name] = forms.CharField(initial=rows[0][0], widget=forms.HiddenInput, required=False)
        if options.get("office"):
            self.fields["office"] = forms.ChoiceField(label=_("以谁的名义"), choices=options["office"], required=False)

    def _add_inputs(
        self,
        targets: Sequence[Agency],
        suggested: Agency | None,
        options: Mapping[str, Sequence[tuple[str, str]]],
    ) -> None:
        action = self.row.action
        if action is Action.DISPATCH:
            choices = [(agency.code, short_name(agency)) for agency in targets]
            self.fields["agency"] = forms.ChoiceField(
                label=_("主办单位"),
                choices=[("", _("请选择")), *choices],
            )
            self.initial.setdefault("agency", suggested.code if suggested else "")
            self.fields["assisting"] = forms.MultipleChoiceField(
                label=_("协办单位"), choices=choices, required=False, widget=forms.CheckboxSelectMultiple
            )
            self.fields["unclear"] = forms.BooleanField(
                label=_("职责不明"), required=False, help_text=_("由托底单位先办，并请区中心裁定由谁负责。")
            )
        if action in WEIGHED:
            self.fields["complexity"] = forms.ChoiceField(
                label=_("复杂程度"), choices=Complexity.choices, required=False, help_text=_("时限按复杂程度计算。")
            )
        if action is Action.VERIFY:
            self.fields["passed"] = yes_no(_("核查结果"), _("通过"), _("不通过，返工"))
        elif action is Action.ASK_MISSING:
            self.fields["missing"] = LinesField(label=_("所缺材料或信息"), help_text=_("一行一项，一次列全。"))
        elif action is Action.TRANSFER:
            self.fields["to"] = forms.ChoiceField(label=_("移交给"), choices=options.get("to", ()))
        elif action is Action.WHISTLE:
            self._add_whistle(options.get("agencies", ()))
        elif action is Action.ARRIVE:
            for name in ("lon", "lat"):
                widget = forms.HiddenInput(attrs={"data-position": name})
                self.fields[name] = forms.FloatField(required=False, widget=widget)
        elif action is Action.RATE_SUMMONED:
            self.fields["stars"] = forms.TypedChoiceField(
                label=_("评价"), choices=STARS, coerce=int, widget=forms.RadioSelect
            )
        elif action is Action.PRESENCE:
            self.fields["present"] = yes_no(_("在场情况"), _("仍在现场"), _("已离开"))
        elif action is Action.SPOT_CHECK:
            self.fields["passed"] = yes_no(_("抽查结果"), _("通过"), _("不通过，重开"))
        elif action is Action.FOLLOW_UP:
            self.fields |= call_fields()
        elif action in PAUSING:
            self._add_pause(action)
        elif action in MOMENTS:
            if action is Action.DECIDE_EXTENSION:
                self.fields["approved"] = yes_no(_("批复"), _("批准"), _("不批准"))
            label, required = MOMENTS[action]
            self.fields["until"] = forms.DateTimeField(
                label=label,
                required=required,
                input_formats=["%Y-%m-%dT%H:%M"],
                widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
                help_text="" if required else MOMENT_HELP.get(action, ""),
            )
        elif action is Action.DECIDE_APPEAL:
            self.fields["upheld"] = yes_no(_("裁定"), _("成立，撤销该牌"), _("不成立，维持该牌"))
        elif action is Action.ARCHIVE and options.get("absent"):
            self.fields["absent"] = forms.MultipleChoiceField(
                label=_("确认缺少的材料"),
                choices=options["absent"],
                widget=forms.CheckboxSelectMultiple,
                required=False,
                help_text=_("逐项确认，并写明理由；能补齐的请补齐后再归档。"),
            )
        elif action is Action.UNARCHIVE and self.row.also:
            self.fields["reopen"] = forms.BooleanField(
                label=_("同时重开案件"), required=False, help_text=_("交原中心重新办理，时限重新计算。")
            )
        elif action is Action.MERGE:
            self.fields["into"] = forms.CharField(label=_("并入案件编号"), max_length=20)
        elif action is Action.RATE:
            self.fields["solved"] = yes_no(_("问题解决了吗"), _("解决了"), _("没有解决"))
            self.fields["satisfied"] = yes_no(_("满意吗"), _("满意"), _("不满意"))
        self.fields |= hard_fields(action, targets, self.options) | sample_fields(action)

    def _add_whistle(self, agencies: Sequence[tuple[str, str]]) -> None:
        self.fields["agencies"] = forms.MultipleChoiceField(
            label=_("请谁到场"), choices=agencies, widget=forms.CheckboxSelectMultiple
        )
        self.fields["until"] = forms.DateTimeField(
            label=_("到场时限"),
            required=False,
            input_formats=["%Y-%m-%dT%H:%M"],
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            help_text=_("不填则一般 4 工作时，紧急 1 小时。"),
        )

    def _add_pause(self, action: Action) -> None:
        deciding = action is Action.DECIDE_SUSPENSION
        if deciding:
            self.fields["approved"] = yes_no(_("批复"), _("批准"), _("不批准"))
        for name, label, explained in (
            ("until", _("复核日期"), _("到这一天再看条件是否具备。")),
            ("promised", _("承诺办结日期"), _("向公众承诺，会对外公布。")),
        ):
            self.fields[name] = day_field(label, required=not deciding, explained=explained)

    def is_of(self, version: int) -> bool:
        """Whether the form was made for ``version``; one that says none, or of what is only said, is of any."""
        read = str(self.data.get("version", ""))
        return self.row.action in UNVERSIONED or not read.isdecimal() or int(read) == version

    def inputs(self) -> dict[str, Any]:
        """The arguments of ``perform``, photos apart."""
        given = {
            name: value for name, value in self.cleaned_data.items() if name != "photos" and value not in ("", [], None)
        }
        given["version"] = self.cleaned_data.get("version") if self.row.action not in UNVERSIONED else None
        given.setdefault("note", "")
        if (
            self.row.action in {*MOMENTS, Action.WHISTLE, Action.REVIEW_SAMPLE}
            and given.get("until")
            and given["until"].tzinfo is None
        ):
            given["until"] = given["until"].replace(tzinfo=SHANGHAI)
        return take_parties(given) if self.row.action is Action.MEDIATE else given

    def photos(self) -> list[Any]:
        """The files sent with it."""
        return list(self.cleaned_data.get("photos") or [])
