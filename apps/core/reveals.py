"""What every reveal of a personal field asks for: a purpose that can be read later."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import InvalidInput

SHORTEST_PURPOSE = 4


def checked_purpose(purpose: str) -> str:
    """The purpose without blanks at its ends. Raises ``InvalidInput`` for one of fewer than four characters."""
    purpose = purpose.strip()
    if len(purpose) < SHORTEST_PURPOSE:
        raise InvalidInput(fields={"purpose": [_("请写明查看用途，至少四个字。")]})
    return purpose


class RevealForm(forms.Form):
    """Why somebody needs to see a person's full numbers."""

    purpose = forms.CharField(
        label=gettext_lazy("查看用途"),
        max_length=200,
        help_text=gettext_lazy("用途连同您的姓名和时间一起记录，审计员可见。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
