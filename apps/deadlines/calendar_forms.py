"""The form of a calendar's page: days, hours and the announcement of a year, read into rules."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.deadlines.calendar import Periods
from apps.deadlines.edits import Day, Rules, Year, read_days, read_periods
from apps.deadlines.library import LIBRARY, NOT_ANNOUNCED

FIRST_YEAR, LAST_YEAR = 2000, 2098
PROBLEMS = {
    "form": _("第 %(number)s 行“%(text)s”看不懂；请写成“2027-02-06 至 2027-02-12 休 春节”。"),
    "date": _("第 %(number)s 行“%(text)s”里没有这一天。"),
    "order": _("第 %(number)s 行“%(text)s”的止日早于起日。"),
    "name": _("第 %(number)s 行的名称超过 40 个字。"),
    "twice": _("第 %(number)s 行“%(text)s”与前面的行说法不同。"),
    "many": _("第 %(number)s 行起超过 800 天，请分几次填写。"),
}


class CalendarForm(forms.Form):
    """What shall hold of a unit's calendar. ``drop_hours`` names a date whose own hours are taken away."""

    days = forms.CharField(
        label=_("日期清单"),
        required=False,
        strip=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "calendar-list"}),
        help_text=_("每行一天或一段：日期、休或班、名称。“平”取消已有的标记。"),
    )
    hours_from = forms.DateField(
        label=_("自何日起"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    hours = forms.CharField(
        label=_("上班时段"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"placeholder": "08:30-12:00, 13:30-18:00"}),
        help_text=_("最多四段，用逗号分开。"),
    )
    inherit = forms.BooleanField(label=_("自该日起沿用上级的时段"), required=False)
    drop_hours = forms.DateField(required=False, widget=forms.HiddenInput)
    announced = forms.ChoiceField(
        label=_("放假安排"), required=False, choices=[("", _("不改")), ("yes", _("已公布")), ("no", _("尚未公布"))]
    )
    origin = forms.CharField(
        label=_("公布文件"), required=False, max_length=200, help_text=_("例如：国办发明电〔2026〕7 号")
    )

    def __init__(self, *args: Any, year: int, year_stands: Year | None, for_all: bool, **options: Any) -> None:
        """``for_all`` is the calendar of all units: only there years are announced and hours not inherited."""
        super().__init__(*args, **options)
        self.year, self.year_stands, self.for_all = year, year_stands, for_all
        if year_stands and year_stands.origin not in {NOT_ANNOUNCED, LIBRARY}:
            self.initial.setdefault("origin", year_stands.origin)
        if for_all:
            del self.fields["inherit"]
        else:
            del self.fields["announced"], self.fields["origin"]

    def clean_days(self) -> dict[date, Day | None]:
        """The lines as rules; every bad line is named."""
        days, bad = read_days(self.cleaned_data["days"], self.year)
        if bad:
            raise forms.ValidationError(
                [
                    forms.ValidationError(PROBLEMS[line.problem], params={"number": line.number, "text": line.text})
                    for line in bad[:10]
                ]
            )
        if any(not FIRST_YEAR <= day.year <= LAST_YEAR for day in days):
            raise forms.ValidationError(_("日期须在 2000 年至 2098 年之间。"))
        return days

    def clean_hours(self) -> Periods:
        """The periods, in order and apart."""
        try:
            return read_periods(self.cleaned_data["hours"])
        except ValueError as error:
            raise forms.ValidationError(
                _("请写成“08:30-12:00, 13:30-18:00”，按先后排列，互不重叠，最多四段。")
            ) from error

    def clean(self) -> dict[str, Any]:
        """Hours need their date and a date its hours; an announcement needs its source."""
        cleaned: dict[str, Any] = super().clean() or {}
        given = cleaned.get("hours") or cleaned.get("inherit")
        if given and not cleaned.get("hours_from") and "hours_from" not in self.errors:
            self.add_error("hours_from", _("请选择新时段从哪一天起执行。"))
        if cleaned.get("hours_from") and not given and "hours" not in self.errors:
            self.add_error("hours", _("请填写上班时段。"))
        if cleaned.get("hours") and cleaned.get("inherit"):
            self.add_error("inherit", _("时段和沿用上级只能选一样。"))
        start = cleaned.get("hours_from")
        if start and not FIRST_YEAR <= start.year <= LAST_YEAR:
            self.add_error("hours_from", _("日期须在 2000 年至 2098 年之间。"))
        if self.for_all and cleaned.get("announced") == "yes" and not cleaned.get("origin", "").strip():
            self.add_error("origin", _("请写明依据哪份文件。"))
        return cleaned

    def wanted(self) -> Rules:
        """The rules that shall hold, of a valid form."""
        cleaned = self.cleaned_data
        hours: dict[date, Periods | None] = {}
        if cleaned["hours_from"]:
            hours[cleaned["hours_from"]] = cleaned["hours"]
        if cleaned["drop_hours"]:
            hours[cleaned["drop_hours"]] = None
        years: dict[int, Year | None] = {}
        if self.for_all:
            if cleaned["announced"] == "yes":
                years[self.year] = Year(True, cleaned["origin"].strip())
            elif cleaned["announced"] == "no":
                years[self.year] = Year(False, NOT_ANNOUNCED)
        return Rules(cleaned["days"], hours, years)


class ConfirmForm(forms.Form):
    """The reason, and the prepared change that the preview carries along."""

    edit = forms.JSONField(widget=forms.HiddenInput)
    undoes = forms.IntegerField(required=False, widget=forms.HiddenInput)
    because = forms.CharField(label=_("修改理由"), max_length=200)
