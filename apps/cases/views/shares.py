"""Setting the share that is drawn, from the form that the lists of spot checks and of follow-ups have in common."""

from django.contrib import messages
from django.http import HttpRequest

from apps.cases.forms import ShareForm
from apps.cases.models.lots import Share
from apps.cases.selectors.lots import shares_of
from apps.cases.services.lots import set_share
from apps.cases.views.common import person
from apps.core import clock
from apps.core.errors import DomainError
from apps.core.form_errors import take_errors


def share_form(request: HttpRequest, rows: type[Share]) -> ShareForm:
    """The form that was sent, or an empty one, with the units that one may set. Raises ``NotAllowed``."""
    units = shares_of(rows, person(request)).units
    return ShareForm(request.POST, units=units) if request.method == "POST" else ShareForm(units=units)


def save_share(request: HttpRequest, form: ShareForm, rows: type[Share], *, said: str) -> bool:
    """Whether the share was set, which ``said`` then tells; else the form holds what is wrong."""
    if not form.is_valid():
        return False
    given = form.cleaned_data
    try:
        set_share(rows, actor=person(request), code=given["unit"], percent=given["percent"], at=clock.now())
    except DomainError as error:
        take_errors(form, error)
        return False
    messages.success(request, said)
    return True
