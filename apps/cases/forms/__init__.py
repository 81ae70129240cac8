"""Forms of the pages: one per action, made from the workflow's table, and the intake form."""

from apps.cases.forms.action import ActionForm, short_name
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
from apps.cases.forms.fields import MOST_PHOTOS, LinesField, ManyFiles, PhotosField
from apps.cases.forms.intake import IntakeForm, category_choices
from apps.cases.forms.spot import ShareForm

__all__ = (
    "CHOSEN",
    "MOMENTS",
    "MOMENT_HELP",
    "MOST_PHOTOS",
    "NOTE_HELP",
    "NOTE_LABELS",
    "PAUSING",
    "RESULTS",
    "STARS",
    "WEIGHED",
    "WITH_PHOTOS",
    "ActionForm",
    "IntakeForm",
    "LinesField",
    "ManyFiles",
    "PhotosField",
    "ShareForm",
    "category_choices",
    "short_name",
)
