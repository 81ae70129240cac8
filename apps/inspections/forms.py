"""What the phone and the desk fill in."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.cases.models import Category
from apps.inspections import rules, selectors
from apps.inspections.choices import Rating, Subject
from apps.inspections.services import PhonePhoto

MOST_PHOTOS = 9


class CategoryField(forms.CharField):
    """The key of a category that cases can have; gives the category."""

    def clean(self, value: Any) -> Category:
        """The leaf of that key."""
        leaf = selectors.leaf_of(super().clean(value))
        if leaf is None:
            raise forms.ValidationError(_("请选择具体的案件类别。"))
        return leaf


class PlaceForm(forms.Form):
    """Where something is and of what category."""

    lon = forms.FloatField(
        min_value=-180,
        max_value=180,
        widget=forms.HiddenInput,
        error_messages={"required": _("还没有位置：请允许定位，或在图上点选。")},
    )
    lat = forms.FloatField(min_value=-90, max_value=90, widget=forms.HiddenInput, required=False)
    address = forms.CharField(label=_("地点"), max_length=160, required=False)
    category = CategoryField(label=_("类别"), error_messages={"required": _("请选择类别。")})

    def clean(self) -> dict[str, Any]:
        """Half a position is none."""
        cleaned = super().clean() or {}
        if cleaned.get("lon") is not None and cleaned.get("lat") is None:
            self.add_error("lon", _("还没有位置：请允许定位，或在图上点选。"))
        return cleaned


class ReportForm(PlaceForm):
    """A report from the phone."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("情况"),
        max_length=rules.LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明情况。")},
    )
    dual = forms.BooleanField(label=_("同时报部门联络员"), required=False)
    direct = forms.BooleanField(label=_("直报区中心"), required=False)
    direct_reason = forms.CharField(label=_("直报理由"), max_length=200, required=False)


class EntryForm(forms.Form):
    """One entry of a log. Its content is judged by the service."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    date = forms.DateField(widget=forms.HiddenInput)
    subject = forms.ChoiceField(
        label=_("事项"), choices=Subject.choices, error_messages={"required": _("请选择事项。")}
    )
    text = forms.CharField(
        label=_("内容"),
        max_length=rules.LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("请写明内容。")},
    )


class FilingForm(forms.Form):
    """Handing in the log of a day."""

    client_id = forms.UUIDField()
    date = forms.DateField()
    phone_at = forms.DateTimeField(required=False, input_formats=["%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z"])


class VerifyForm(forms.Form):
    """What was found on site."""

    version = forms.IntegerField(min_value=0)
    passed = forms.TypedChoiceField(
        label=_("结果"),
        choices=[("yes", _("已处置，通过")), ("no", _("未处置好，不通过"))],
        coerce=lambda value: value == "yes",
        error_messages={"required": _("请选择结果。")},
    )
    note = forms.CharField(
        label=_("现场情况"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class SettleForm(forms.Form):
    """How a matter was settled on the spot."""

    version = forms.IntegerField(min_value=0)
    note = forms.CharField(
        label=_("处置情况"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("请写明怎样处置的。")},
    )


class DissuadeForm(forms.Form):
    """What was said to whoever is at fault, and whether it was heeded."""

    version = forms.IntegerField(min_value=0)
    heeded = forms.TypedChoiceField(
        label=_("当事人"),
        choices=[("yes", _("听从劝导")), ("no", _("不听从"))],
        coerce=lambda value: value == "yes",
        error_messages={"required": _("请选择当事人是否听从。")},
    )
    note = forms.CharField(
        label=_("劝导情况"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("请写明怎样劝导的。")},
    )


RATINGS = sorted(Rating.choices, reverse=True)


class ReviewForm(forms.Form):
    """Rating a log. Its content is judged by the service."""

    rating = forms.TypedChoiceField(
        label=_("评价"),
        choices=RATINGS,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择评价。")},
    )
    comment = forms.CharField(label=_("评语"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))


def read_photos(data: Any, files: Any) -> list[PhonePhoto]:
    """The photos of a request, each with the identifier the phone gave it. Raises ``ValidationError`` for too many."""
    uploads, ids = files.getlist("photo"), data.getlist("photo_id")
    if len(uploads) > MOST_PHOTOS:
        raise forms.ValidationError(_("一次最多 %(most)d 张照片。") % {"most": MOST_PHOTOS})
    return [PhonePhoto(upload, _id(ids[place] if place < len(ids) else "")) for place, upload in enumerate(uploads)]


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
