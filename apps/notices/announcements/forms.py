"""The shape of what is entered about announcements."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.grid.models import Unit
from apps.grid.permissions import Role
from apps.notices.announcements.models import Announcement
from apps.notices.announcements.services import Content
from apps.organisation.models import PostKind

ROLES = [role for role in Role if role is not Role.AGENCY_HANDLER]
LONGEST_TEXT = 10_000


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PhotosInput(forms.FileInput):
    """Several photos at once."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """A list of uploads, perhaps empty; their content is checked where they are kept."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Each upload by itself: not empty, with a name."""
        uploads = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(PhotosField, self).clean(upload, initial) for upload in uploads]


class AudienceForm(forms.Form):
    """Whom an announcement is for; the preview of the audience asks for no more."""

    unit = forms.ChoiceField(label=_("发布范围"), help_text=_("所选单元及其全部下级。"))
    roles = forms.MultipleChoiceField(
        label=_("角色"),
        choices=[(role.value, role.label) for role in ROLES],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("角色与岗位都不选，即范围内全体人员。"),
    )
    posts = forms.MultipleChoiceField(label=_("岗位"), widget=forms.CheckboxSelectMultiple, required=False)
    agencies = forms.BooleanField(label=_("同时发给范围内处置单位的经办人"), required=False)

    def __init__(self, units: Iterable[Unit], posts: Iterable[PostKind], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {unit.code: unit for unit in units}
        levels = [unit.level for unit in self.units.values()]
        top = min(levels, default=0)
        chinese = (get_language() or "zh").startswith("zh")
        unit_field: Any = self.fields["unit"]
        unit_field.choices = [(one.code, "　" * (one.level - top) + one.name) for one in self.units.values()]
        post_field: Any = self.fields["posts"]
        post_field.choices = [(post.code, post.name if chinese else post.name_en) for post in posts]

    def audience(self) -> dict[str, Any]:
        """The audience, from valid input: the unit, roles, posts and whether agencies are included."""
        given = self.cleaned_data
        narrowed = {"roles": tuple(given["roles"]), "posts": tuple(given["posts"]), "agencies": given["agencies"]}
        return {"unit": self.units[given["unit"]]} | narrowed


class AnnouncementForm(AudienceForm):
    """What is announced, to whom and for how long."""

    title = forms.CharField(label=_("标题"), max_length=100)
    text = forms.CharField(
        label=_("正文"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("空一行另起一段；以“- ”开头的行成为列表；网址自动成为链接。"),
    )
    urgent = forms.BooleanField(label=_("紧急：置顶显示，通知不受免打扰限制"), required=False)
    confirmation = forms.BooleanField(label=_("需要确认：收到的人要按“已阅知”才算已阅"), required=False)
    valid_from = forms.DateField(
        label=_("生效日期"),
        widget=DateInput(),
        required=False,
        help_text=_("留空即发布当日；定为以后的日期，当天早上 8 点通知。"),
    )
    valid_until = forms.DateField(
        label=_("截止日期"), widget=DateInput(), required=False, help_text=_("到这一天为止；留空表示长期。")
    )
    photos = PhotosField(
        label=_("照片"),
        widget=PhotosInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        required=False,
        help_text=_("JPEG、PNG 或 WebP，每张不超过 10 MB。"),
    )

    field_order = ("unit", "roles", "posts", "agencies", "title", "text", "urgent", "confirmation")

    def content(self) -> Content:
        """What the services take, from valid input."""
        given = self.cleaned_data
        return Content(
            title=given["title"],
            text=given["text"],
            valid_from=given["valid_from"],
            valid_until=given["valid_until"],
            urgent=given["urgent"],
            confirmation=given["confirmation"],
            roles=tuple(given["roles"]),
            posts=tuple(given["posts"]),
            agencies=given["agencies"],
        )


def values_of(draft: Announcement) -> dict[str, Any]:
    """What the form shows of a draft."""
    names = ("title", "text", "urgent", "confirmation", "roles", "posts", "agencies", "valid_from", "valid_until")
    return {name: getattr(draft, name) for name in names} | {"unit": draft.unit.code}


class WithdrawForm(forms.Form):
    """Why an announcement is taken back."""

    because = forms.CharField(label=_("撤回原因"), max_length=200, help_text=_("会告知每一位收到的人。"))
