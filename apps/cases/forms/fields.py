"""Fields that take several things at once."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

MOST_PHOTOS = 6


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
