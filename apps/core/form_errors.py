"""Showing in a form why the services refused what was entered."""

from collections.abc import Mapping

from django.forms import BaseForm

from apps.core.errors import DomainError


def take_errors(form: BaseForm, error: DomainError, *, shown_at: Mapping[str, str] | None = None) -> None:
    """Put a refusal at the fields it names, else above the form; ``shown_at`` gives the form's name of a field where it
    has another one."""
    for name, texts in error.fields.items():
        field = (shown_at or {}).get(name, name)
        for text in texts:
            form.add_error(field if field in form.fields else None, text)
    if not error.fields:
        form.add_error(None, str(error.message))
