"""The shape of what is entered about categories and routing rules; what may be said, the services decide."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.cases.choices import CodeScheme, DeskLevel, Evidence, Urgency
from apps.cases.models import Category, RoutingRule
from apps.cases.routing import By
from apps.cases.routing_words import centre_text, duty_names, duty_text
from apps.cases.services.routing import Targets
from apps.grid.models import Unit
from apps.organisation.models import Agency

Choices = list[Any]


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class WhyForm(forms.Form):
    """From when and why."""

    effective_from = forms.DateField(label=_("自哪天起"), widget=DateInput(), help_text=_("明天或以后。"))
    because = forms.CharField(label=_("理由"), max_length=200)


class CategoryForm(WhyForm):
    """What a category is."""

    name = forms.CharField(label=_("名称"), max_length=80)
    name_en = forms.CharField(label=_("英文名称"), max_length=160, required=False, help_text=_("留空则用中文名称。"))
    urgency = forms.ChoiceField(label=_("紧急程度"), choices=Urgency.choices)
    evidence = forms.ChoiceField(label=_("证据要求"), choices=Evidence.choices)
    on_the_spot = forms.BooleanField(label=_("网格员可当场处置"), required=False)
    self_governed = forms.BooleanField(label=_("可居民自治"), required=False)
    application = forms.BooleanField(
        label=_("可申办事项"), required=False, help_text=_("居民申办的事项，材料齐全的可当场办结。")
    )
    standard = forms.CharField(
        label=_("工作标准"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("做什么、先后次序、怎样算办结；小类留空则用大类的。"),
    )
    field_order = [
        "name",
        "name_en",
        "urgency",
        "evidence",
        "on_the_spot",
        "self_governed",
        "application",
        "standard",
        "effective_from",
        "because",
    ]

    def fields_given(self) -> dict[str, Any]:
        """The category's fields as entered."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("effective_from", "because")}


class ChangeCategoryForm(CategoryForm):
    """What it is to be; without the tick it is retired."""

    active = forms.BooleanField(
        label=_("启用"), required=False, help_text=_("停用后不能再用于新案件，已有案件保持不变。")
    )
    field_order = [*CategoryForm.field_order[:-2], "active", "effective_from", "because"]

    def __init__(self, *args: Any, category: Category, **options: Any) -> None:
        initial = {name: getattr(category, name) for name in self.base_fields if hasattr(category, name)}
        super().__init__(*args, **options | {"initial": initial})


class NewCategoryForm(CategoryForm):
    """A category below a branch."""

    code = forms.CharField(label=_("代码"), max_length=20, help_text=_("在本方案中不重复；停用的代码也不再用。"))
    icon = forms.CharField(label=_("图标"), max_length=40, required=False, help_text=_("Tabler 图标名；留空用上级的。"))
    field_order = ["code", *CategoryForm.field_order[:-2], "icon", "effective_from", "because"]


class SchemeForm(WhyForm):
    """Which scheme of codes a district goes by."""

    scheme = forms.ChoiceField(label=_("编码方案"))
    field_order = ["scheme", "effective_from", "because"]

    def __init__(self, *args: Any, loaded: Mapping[str, int], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["scheme"].choices = [  # type: ignore[attr-defined]
            (
                scheme.value,
                gettext("%(scheme)s（%(number)d 个小类）") % {"scheme": scheme.label, "number": loaded[scheme]},
            )
            for scheme in CodeScheme
            if loaded.get(scheme)
        ]


class AdmitForm(WhyForm):
    """Which categories are put on a unit's admission list."""

    categories = forms.MultipleChoiceField(
        label=_("类别"),
        widget=forms.SelectMultiple(attrs={"size": 14}),
        help_text=_("可多选；选大类即包括其全部小类。"),
    )
    field_order = ["categories", "effective_from", "because"]

    def __init__(self, *args: Any, categories: Sequence[Category], **options: Any) -> None:
        super().__init__(*args, **options)
        groups: dict[str, list[tuple[str, str]]] = {}
        for category in categories:
            branch = category.parent if category.is_leaf else category
            rows = groups.setdefault(branch.label if branch else "", [])
            text = category.label if category.is_leaf else gettext("整个大类：%(name)s") % {"name": category.label}
            rows.append((category.key, text))
        self.fields["categories"].choices = list(groups.items())  # type: ignore[attr-defined]


class EndRuleForm(forms.Form):
    """When and why a rule ends."""

    last_day = forms.DateField(label=_("最后一天"), widget=DateInput())
    because = forms.CharField(label=_("理由"), max_length=200)


class ChangeRuleForm(WhyForm):
    """Whom a rule names."""

    lead = forms.ChoiceField(label=_("主办单位"), required=False)
    assisting = forms.MultipleChoiceField(
        label=_("协办单位"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("派遣时预先勾选。")
    )
    fallback = forms.ChoiceField(label=_("托底单位"), required=False, help_text=_("没有主办单位可派时，由它先办。"))
    field_order = ["lead", "assisting", "fallback", "effective_from", "because"]

    def __init__(self, *args: Any, agencies: Sequence[Agency], rule: RoutingRule | None = None, **options: Any) -> None:
        if rule is not None:
            initial = {"lead": rule.lead, "assisting": rule.assisting, "fallback": rule.fallback}
            options["initial"] = initial | options.get("initial", {})
        super().__init__(*args, **options)
        named = target_choices(agencies)
        known = {value for _group, rows in named for value, _label in rows}
        kept = [target for target in (rule.lead, *rule.assisting, rule.fallback) if target] if rule else []
        elsewhere = [(target, target.partition(":")[2]) for target in kept if target not in known]
        if elsewhere:
            named.append((gettext("现行规则所指"), elsewhere))
        for name in ("lead", "fallback"):
            self.fields[name].choices = [("", gettext("不指定")), *named]  # type: ignore[attr-defined]
        self.fields["assisting"].choices = [row for _group, rows in named for row in rows]  # type: ignore[attr-defined]

    def targets(self) -> Targets:
        """Whom it names."""
        given = self.cleaned_data
        return Targets(given["lead"], tuple(given["assisting"]), given["fallback"])


class RulingForm(ChangeRuleForm):
    """Whose duty a category is to be."""

    field_order = ["lead", "assisting", "because"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["effective_from"]
        del self.fields["fallback"]
        self.fields["lead"].required = True

    def targets(self) -> Targets:
        """Whom it names."""
        return Targets(self.cleaned_data["lead"], tuple(self.cleaned_data["assisting"]))


class AddRuleForm(ChangeRuleForm):
    """What a rule is for, and whom it names."""

    level = forms.ChoiceField(
        label=_("哪一级调度时"),
        choices=[("", _("各级"))],
        required=False,
        help_text=_("由哪一级的中心派遣时用这条规则。"),
    )
    area = forms.ChoiceField(label=_("范围"), required=False)
    effective_to = forms.DateField(
        label=_("最后一天"), widget=DateInput(), required=False, help_text=_("留空表示长期。")
    )
    field_order = ["level", "area", "lead", "assisting", "fallback", "effective_from", "effective_to", "because"]

    def __init__(self, *args: Any, unit: Unit, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["level"].choices = [("", gettext("各级")), *DeskLevel.choices]  # type: ignore[attr-defined]
        self.fields["area"].choices = [(unit.code, unit.name), ("", gettext("处处"))]  # type: ignore[attr-defined]
        self.initial.setdefault("area", unit.code)


def target_choices(agencies: Sequence[Agency]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a rule can name, in groups: agencies of the desk, lines of duty, the centres of the case's own units."""
    return [
        (gettext("本级单位"), [(f"{By.AGENCY}:{agency.code}", agency.name) for agency in agencies]),
        (gettext("按职责"), [(f"{By.DUTY}:{duty}", duty_text(name)) for duty, name in duty_names().items()]),
        (
            gettext("案件所在单元"),
            [(f"{By.CENTRE}:{level}", centre_text(level)) for level in (DeskLevel.STREET, DeskLevel.COMMUNITY)],
        ),
    ]
