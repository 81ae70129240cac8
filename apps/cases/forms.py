"""Forms of the pages: one per action, made from the workflow's table, and the intake form."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.cases.actions import UNVERSIONED, Action
from apps.cases.choices import INTAKE_SOURCES, Callback, Evidence, Source, Urgency
from apps.cases.dispute_forms import dispute_fields, take_parties
from apps.cases.enforcement_forms import enforcement_fields
from apps.cases.form_parts import day_field, yes_no
from apps.cases.hard_forms import hard_fields
from apps.cases.models import Case, Category
from apps.cases.workflow import Transition
from apps.core.clock import SHANGHAI
from apps.deadlines.choices import Complexity
from apps.grid.models import Unit
from apps.organisation.models import Agency, AgencyKind

WITH_PHOTOS = frozenset(
    {
        Action.SETTLE,
        Action.FEEDBACK,
        Action.VERIFY,
        Action.REWORK,
        Action.APPEAL,
        Action.SPOT_CHECK,
        Action.DISSUADE,
        Action.HAND_OVER,
        Action.DECIDE_PENALTY,
    }
)
WEIGHED = frozenset({Action.REGISTER, Action.DISPATCH})
PAUSING = frozenset({Action.SUSPEND, Action.ASK_SUSPENSION, Action.DECIDE_SUSPENSION})
RESULTS = frozenset({Action.SETTLE, Action.FEEDBACK})
NOTE_HELP = {
    Action.REFUSE: _("上报人会看到这段理由。"),
    Action.RETURN: _("写明为何不属本单位或无法办理。"),
    Action.ESCALATE: _("写明本级已做了什么、为何需要上级。"),
    Action.SUSPEND: _("写明缺少什么条件。"),
    Action.ASK_SUSPENSION: _("写明缺少什么条件。"),
    Action.DECIDE_SUSPENSION: _("不批准时须写明理由。"),
    Action.FEEDBACK: _("写明如何处置、结果如何。"),
    Action.SUPERVISE: _("写明要求办成什么。"),
    Action.ASK_EXTENSION: _("写明为何需要更多时间。"),
    Action.DECIDE_EXTENSION: _("不批准时须写明理由。"),
    Action.PROPOSE_SPECIAL: _("写明历史成因、已做的工作和目前的困难。"),
    Action.LIST_SPECIAL: _("写明为何须区级专案管控。"),
    Action.ACCEPT_HAZARD: _("写明谁验收、隐患是否消除；摘牌后案件才能结案。"),
    Action.TABLE: _("写明难在哪里、要会议解决什么。"),
    Action.RESOLVE_ITEM: _("写明如何解决；办结后不再转入下次会议。"),
    Action.RECORD_CONTROL: _("写明这一次做了什么、情况如何。"),
    Action.APPEAL: _("写明为何不应发牌，可附照片为证。"),
    Action.MEDIATE: _("写明各方说法和商定的事项；不写证件号码。"),
    Action.CONCLUDE_MEDIATION: _("达成协议的写协议内容，调解不成的写原因。"),
    Action.DISSUADE: _("写明对谁、劝导了什么。"),
    Action.HAND_OVER: _("写明违法事实；证据照片可在此上传。"),
    Action.DECIDE_PENALTY: _("不予处罚时须写明理由。"),
    Action.WHISTLE: _("写明现场情况、需要部门做什么。"),
    Action.RATE_SUMMONED: _("两星及以下须写明理由。"),
    Action.SPOT_CHECK: _("写明现场所见，或附照片；不通过须写明情况。"),
}
NOTE_LABELS = {
    Action.SUSPEND: _("挂起理由"),
    Action.ASK_SUSPENSION: _("挂起理由"),
    Action.DECIDE_SUSPENSION: _("批复意见"),
    Action.LIST_SPECIAL: _("列入理由"),
    Action.PROPOSE_SPECIAL: _("提请理由"),
    Action.RECORD_CONTROL: _("管控情况"),
    Action.UNLIST: _("移出理由"),
    Action.TABLE: _("提交理由"),
    Action.LIST_HAZARD: _("隐患和整改要求"),
    Action.ACCEPT_HAZARD: _("验收意见"),
    Action.WITHHOLD: _("不予公示的理由"),
    Action.RECORD_DECISION: _("会议决定"),
    Action.RESOLVE_ITEM: _("办结情况"),
    Action.SUPERVISE: _("督办要求"),
    Action.REPLY: _("答复"),
    Action.ASK_EXTENSION: _("延期理由"),
    Action.DECIDE_EXTENSION: _("批复意见"),
    Action.APPEAL: _("申诉理由"),
    Action.DECIDE_APPEAL: _("裁定理由"),
    Action.MEDIATE: _("调解记录"),
    Action.CONCLUDE_MEDIATION: _("协议内容或原因"),
    Action.DISSUADE: _("劝导情况"),
    Action.HAND_OVER: _("违法事实"),
    Action.SPOT_CHECK: _("现场情况"),
    Action.WHISTLE: _("吹哨事由"),
    Action.SUPPLY: _("补正情况"),
    Action.TRANSFER: _("移交理由"),
    Action.REPORT_RESULT: _("到场结果"),
}
CHOSEN = {
    Action.REPLY: ("order", _("哪一件督办")),
    Action.WITHDRAW: ("order", _("哪一件督办")),
    Action.APPEAL: ("card", _("哪一张牌")),
    Action.DECIDE_APPEAL: ("appeal", _("哪一件申诉")),
    Action.RATE_SUMMONED: ("summons", _("哪个单位")),
}
STARS = ((5, _("五星")), (4, _("四星")), (3, _("三星")), (2, _("二星")), (1, _("一星")))
MOST_PHOTOS = 6


MOMENTS = {
    Action.EXTEND: (_("延期至"), True),
    Action.ASK_EXTENSION: (_("申请延期至"), True),
    Action.DECIDE_EXTENSION: (_("延期至"), False),
    Action.SUPERVISE: (_("答复期限"), False),
}
MOMENT_HELP = {
    Action.DECIDE_EXTENSION: _("可改为另一时间；不批准时不用填。"),
    Action.SUPERVISE: _("不填则按督办时限。"),
}


class ManyFiles(forms.ClearableFileInput):
    """A chooser of several files."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Any number of photos up to six."""

    def __init__(self, **options: Any) -> None:
        widget = ManyFiles(attrs={"accept": "image/*", "capture": "environment"})
        super().__init__(required=False, widget=widget, label=_("照片"), **options)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """The files, each as one would be cleaned."""
        files = [super(PhotosField, self).clean(one, initial) for one in data or []]
        if len(files) > MOST_PHOTOS:
            raise forms.ValidationError(_("一次最多 %(most)d 张照片。") % {"most": MOST_PHOTOS})
        return files


class LinesField(forms.CharField):
    """Several things, each on a line of its own."""

    widget = forms.Textarea(attrs={"rows": 4})

    def clean(self, value: Any) -> Any:
        """The lines with something on them."""
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


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
        elif action is Action.MERGE:
            self.fields["into"] = forms.CharField(label=_("并入案件编号"), max_length=20)
        elif action is Action.RATE:
            self.fields["solved"] = yes_no(_("问题解决了吗"), _("解决了"), _("没有解决"))
            self.fields["satisfied"] = yes_no(_("满意吗"), _("满意"), _("不满意"))
        self.fields |= hard_fields(action, targets, self.options)

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
        if self.row.action in {*MOMENTS, Action.WHISTLE} and given.get("until") and given["until"].tzinfo is None:
            given["until"] = given["until"].replace(tzinfo=SHANGHAI)
        return take_parties(given) if self.row.action is Action.MEDIATE else given

    def photos(self) -> list[Any]:
        """The files sent with it."""
        return list(self.cleaned_data.get("photos") or [])


class ShareForm(forms.Form):
    """How many in a hundred of what is settled on the spot in a unit are drawn."""

    unit = forms.ChoiceField(label=_("单元"))
    percent = forms.IntegerField(
        label=_("抽查比例（%）"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=_("每周至少抽一件；0 为不抽，空着则随上级单元。"),
    )

    def __init__(self, *args: Any, units: Sequence[Unit], **options: Any) -> None:
        super().__init__(*args, **options)
        named = [(unit.code, f"{'　' * max(unit.level - units[0].level, 0)}{unit.name}") for unit in units]
        self.fields["unit"].choices = [("", _("请选择")), *named]  # type: ignore[attr-defined]


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
        if self.supplement:
            if not given.get("title") and not given.get("description"):
                self.add_error("description", _("请写明此次反映的情况。"))
        elif not given.get("unit") and (given.get("lon") is None or given.get("lat") is None):
            self.add_error("unit", _("请在地图上点出位置，或选择所在单元。"))
        return given
