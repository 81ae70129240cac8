"""Taking a case in at a desk."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.cases import services
from apps.cases.forms import IntakeForm
from apps.cases.inputs import intake_inputs
from apps.cases.selectors import choices
from apps.cases.views.common import person
from apps.core import clock
from apps.core.errors import DomainError, NotAllowed
from apps.grid.permissions import Permission
from apps.grid.scopes import holds


@login_required
@require_http_methods(["GET", "POST"])
def new_case(request: HttpRequest) -> HttpResponse:
    """The intake form of a station or centre."""
    user = person(request)
    if not holds(user, Permission.CASE_REGISTER):
        raise NotAllowed
    units, leaves = choices.report_units(user), choices.leaves()
    if request.method == "POST":
        form = IntakeForm(request.POST, request.FILES, units=units, leaves=leaves)
        if form.is_valid():
            try:
                case = services.report_with_photos(
                    actor=user,
                    at=clock.now(),
                    photos=form.cleaned_data["photos"],
                    **intake_inputs(form.cleaned_data, units, leaves),
                )
            except DomainError as error:
                _take_errors(form, error)
            else:
                messages.success(request, _("已登记 %(number)s。") % {"number": case.number})
                return redirect(reverse("cases:dispatch-case", args=[case.number]))
    else:
        form = IntakeForm(units=units, leaves=leaves, initial={"client_id": uuid.uuid4()})
    context = {"form": form, "nav_active": "dispatch", "map_unit": units[0].code if units else ""}
    return render(request, "cases/new.html", context, status=422 if form.errors else 200)


def _take_errors(form: IntakeForm, error: DomainError) -> None:
    for name, texts in error.fields.items():
        field = {"photo": "photos", "lon": "unit"}.get(name, name)
        for text in texts:
            form.add_error(field if field in form.fields else None, text)
    if not error.fields:
        form.add_error("source_number" if error.code == "source-repeated" else None, str(error.message))
