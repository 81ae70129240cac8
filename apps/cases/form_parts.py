"""Fields that several forms of this room are made of."""

from typing import Any

from django import forms


def yes_no(label: Any, yes: Any, no: Any) -> forms.TypedChoiceField:
    """A choice between two answers, given back as a truth value."""
    return forms.TypedChoiceField(
        label=label,
        choices=((True, yes), (False, no)),
        coerce=lambda given: str(given) == "True",
        widget=forms.RadioSelect,
    )


def day_field(label: Any, *, required: bool, explained: Any = "") -> forms.DateField:
    """A date, chosen from a calendar where the browser has one."""
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=explained,
    )
