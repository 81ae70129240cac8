"""The shape of what is entered about rules; what may be said, the services decide."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.clock import SHANGHAI
from apps.deadlines.choices import Anchor, Complexity, Level, Measure, Stage, StepKind, Urgency
from apps.deadlines.models import Ladder, LadderRung, LimitPreset
from apps.deadlines.reckoning import Rung
from apps.grid.models import Unit

STEPS = 8
ANY = [("", _("不限"))]
MOMENT = "%Y-%m-%dT%H:%M"


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def unit_choices(units: Sequence[Unit], empty: Any) -> list[tuple[str, Any]]:
    """Units by code, set in as they lie in the tree."""
    top = min((unit.level for unit in units), default=0)
    return [("", empty), *((unit.code, f"{'　' * (unit.level - top)}{unit.name}") for unit in units)]


def _amount() -> forms.DecimalField:
    return forms.DecimalField(
        label=_("时限"), min_value=Decimal("0.01"), max_digits=6, decimal_places=2, localize=False
    )


class WhyForm(forms.Form):
    """From when and why."""

    effective_from = forms.DateField(label=_("自哪天起"), widget=DateInput(), help_text=_("明天或以后。"))
    because = forms.CharField(label=_("理由"), max_length=200)


class ChangePolicyForm(WhyForm):
    """Another time for the same matters."""

    amount = _amount()
    measure = forms.ChoiceField(label=_("计时单位"), choices=Measure.choices)
    field_order = ["amount", "measure", "effective_from", "because"]


class MattersForm(WhyForm):
    """What a rule is for; what is left empty matches everything."""

    name = forms.CharField(label=_("名称"), max_length=100)
    name_en = forms.CharField(label=_("英文名称"), max_length=100, required=False)
    stage = forms.ChoiceField(label=_("环节"), choices=Stage.choices)
    unit = forms.ChoiceField(label=_("单元"), required=False)
    urgency = forms.ChoiceField(label=_("紧急程度"), choices=ANY + Urgency.choices, required=False)
    complexity = forms.ChoiceField(label=_("复杂程度"), choices=ANY + Complexity.choices, required=False)

    def __init__(self, *args: Any, units: Sequence[Unit] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = unit_choices(units, _("处处"))  # type: ignore[attr-defined]


class AddPolicyForm(MattersForm):
    """A policy of one's own."""

    level = forms.ChoiceField(label=_("层级"), choices=ANY + Level.choices, required=False)
    category_prefix = forms.CharField(
        label=pgettext_lazy("rule", "类别"),
        max_length=60,
        required=False,
        help_text=_("类别代码或其开头，例如 gbt47678:event:06010；留空为不限。"),
        widget=forms.TextInput(attrs={"list": "categories", "autocomplete": "off"}),
    )
    amount = _amount()
    measure = forms.ChoiceField(label=_("计时单位"), choices=Measure.choices)
    effective_to = forms.DateField(
        label=_("最后一天"), widget=DateInput(), required=False, help_text=_("留空表示长期。")
    )
    field_order = [
        "name",
        "name_en",
        "stage",
        "amount",
        "measure",
        "unit",
        "category_prefix",
        "level",
        "urgency",
        "complexity",
        "effective_from",
        "effective_to",
        "because",
    ]


class EndRuleForm(forms.Form):
    """When and why a rule or a choice ends."""

    last_day = forms.DateField(label=_("最后一天"), widget=DateInput())
    because = forms.CharField(label=_("理由"), max_length=200)


class ChoosePresetForm(WhyForm):
    """Which unit goes by a set."""

    unit = forms.ChoiceField(label=_("单元"), help_text=_("对本单元及其全部下级有效。"))
    replace = forms.BooleanField(label=_("本单元已选、内容相抵的方案随之结束"), required=False, initial=True)
    field_order = ["unit", "effective_from", "replace", "because"]

    def __init__(self, *args: Any, units: Sequence[Unit] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = unit_choices(units, _("请选择"))  # type: ignore[attr-defined]


class StepsMixin(forms.Form):
    """The steps of a ladder, a line each; a line without a kind is none."""

    def add_steps(self, rungs: Sequence[LadderRung]) -> None:
        """Lines for the steps there are, and empty ones to the usual number."""
        for number in range(1, max(STEPS, len(rungs) + 2) + 1):
            rung = rungs[number - 1] if number <= len(rungs) else None
            self.fields[f"kind_{number}"] = forms.ChoiceField(
                label=_("做什么"), choices=[("", "—"), *StepKind.choices], required=False, initial=rung and rung.kind
            )
            self.fields[f"anchor_{number}"] = forms.ChoiceField(
                label=_("何时"), choices=[("", "—"), *Anchor.choices], required=False, initial=rung and rung.anchor
            )
            self.fields[f"amount_{number}"] = forms.DecimalField(
                label=_("数量"),
                required=False,
                min_value=0,
                max_digits=6,
                decimal_places=2,
                initial=rung and rung.amount.normalize().__format__("f"),
            )
            self.fields[f"measure_{number}"] = forms.ChoiceField(
                label=_("计时单位"),
                choices=[("", "—"), *Measure.choices],
                required=False,
                initial=rung and rung.measure,
            )
            for part in ("kind", "anchor", "measure"):
                self.fields[f"{part}_{number}"].widget.attrs["class"] = "form-select"
            self.fields[f"amount_{number}"].widget.attrs["class"] = "form-control"

    @property
    def step_lines(self) -> list[list[Any]]:
        """The four bound fields of every line."""
        numbers = [name.removeprefix("kind_") for name in self.fields if name.startswith("kind_")]
        return [[self[f"{part}_{number}"] for part in ("kind", "anchor", "amount", "measure")] for number in numbers]

    @property
    def other_fields(self) -> list[Any]:
        """The bound fields that are no step."""
        parts = ("kind_", "anchor_", "amount_", "measure_")
        return [bound for bound in self.visible_fields() if not bound.name.startswith(parts)]

    def rungs(self) -> list[Rung]:
        """The steps as entered, numbered in their order."""
        given = self.cleaned_data
        numbers = [name.removeprefix("kind_") for name in given if name.startswith("kind_")]
        filled = [number for number in numbers if given[f"kind_{number}"]]
        return [
            Rung(
                step=place,
                kind=given[f"kind_{number}"],
                anchor=given[f"anchor_{number}"],
                amount=given[f"amount_{number}"] or Decimal(0),
                measure=given[f"measure_{number}"],
            )
            for place, number in enumerate(filled, start=1)
        ]


class ChangeLadderForm(WhyForm, StepsMixin):
    """Other steps."""

    def __init__(self, *args: Any, rungs: Sequence[LadderRung], **options: Any) -> None:
        super().__init__(*args, **options)
        self.add_steps(rungs)


class AddLadderForm(MattersForm, StepsMixin):
    """A ladder of one's own."""

    field_order = ["name", "name_en", "stage", "unit", "urgency", "complexity", "effective_from", "because"]

    def __init__(self, *args: Any, units: Sequence[Unit] = (), **options: Any) -> None:
        super().__init__(*args, units=units, **options)
        self.fields["stage"].required = False
        self.fields["stage"].choices = ANY + Stage.choices  # type: ignore[attr-defined]
        self.add_steps([])


class SimulateForm(forms.Form):
    """A matter, and a draft that might hold; everything has a sensible beginning."""

    category = forms.CharField(
        label=pgettext_lazy("rule", "类别"),
        max_length=60,
        required=False,
        help_text=_("输入名称查找。"),
        widget=forms.TextInput(attrs={"list": "categories", "autocomplete": "off"}),
    )
    unit = forms.CharField(
        label=_("地点"),
        max_length=15,
        required=False,
        help_text=_("单元代码或从列表选择。"),
        widget=forms.TextInput(attrs={"list": "units", "autocomplete": "off"}),
    )
    level = forms.ChoiceField(label=_("层级"), choices=Level.choices)
    urgency = forms.ChoiceField(label=_("紧急程度"), choices=Urgency.choices)
    complexity = forms.ChoiceField(label=_("复杂程度"), choices=Complexity.choices)
    at = forms.DateTimeField(
        label=_("起算时间"),
        input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
    )
    draft = forms.ChoiceField(
        label=_("假设"),
        required=False,
        choices=[
            ("", _("不作假设")),
            ("policy", _("另定一条时限")),
            ("preset", _("改用一个方案")),
            ("ladder", _("改用一套阶梯")),
        ],
    )
    draft_stage = forms.ChoiceField(label=_("哪个环节"), choices=Stage.choices, required=False, initial=Stage.HANDLING)
    draft_amount = forms.DecimalField(
        label=_("时限"), min_value=Decimal("0.01"), max_digits=6, decimal_places=2, required=False
    )
    draft_measure = forms.ChoiceField(label=_("计时单位"), choices=Measure.choices, required=False)
    draft_preset = forms.ChoiceField(label=_("哪个方案"), required=False)
    draft_ladder = forms.ChoiceField(label=_("哪套阶梯"), required=False)

    def __init__(
        self, *args: Any, presets: Sequence[LimitPreset] = (), ladders: Sequence[Ladder] = (), **options: Any
    ) -> None:
        super().__init__(*args, **options)
        named = [("", _("请选择")), *((preset.code, preset.title) for preset in presets)]
        self.fields["draft_preset"].choices = named  # type: ignore[attr-defined]
        versions = [("", _("请选择")), *((str(one.pk), f"{one.title} v{one.version}") for one in ladders)]
        self.fields["draft_ladder"].choices = versions  # type: ignore[attr-defined]

    def clean_at(self) -> datetime:
        """The moment as Shanghai's clocks show it."""
        at: datetime = self.cleaned_data["at"]
        return at.replace(tzinfo=SHANGHAI) if at.tzinfo is None else at.astimezone(SHANGHAI)

    def clean(self) -> dict[str, Any]:
        """A draft needs what it is about."""
        given = super().clean() or {}
        needed = {
            "policy": ("draft_stage", "draft_amount", "draft_measure"),
            "preset": ("draft_preset", "unit"),
            "ladder": ("draft_ladder",),
        }
        for name in needed.get(given.get("draft", ""), ()):
            if not given.get(name) and name not in self.errors:
                self.add_error(name, _("此项必填。"))
        return given

    def matter(self) -> dict[str, Any]:
        """What is asked, as ``simulation.simulate`` takes it."""
        names = ("category", "unit", "level", "urgency", "complexity", "at")
        return {name: self.cleaned_data[name] for name in names}

    def wanted_draft(self) -> dict[str, Any] | None:
        """The draft, as ``simulation.simulate`` takes it; ``None`` for none."""
        given = self.cleaned_data
        drafts: dict[str, Any] = {
            "policy": (given["draft_stage"], given["draft_amount"], given["draft_measure"]),
            "preset": given["draft_preset"],
            "ladder": given["draft_ladder"],
        }
        wanted = given["draft"]
        return {wanted: drafts[wanted]} if wanted else None
