"""Taking a case in at a desk: the operator's form and what it shows while somebody is on the phone."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.models import User
from apps.cases import services
from apps.cases.forms import IntakeForm
from apps.cases.inputs import intake_inputs, point_of, supplement_inputs
from apps.cases.models import Case
from apps.cases.selectors import choices, intake, similar
from apps.cases.views.common import person
from apps.core import clock
from apps.core.errors import DomainError, NotAllowed
from apps.grid.permissions import Permission
from apps.grid.scopes import holds

LONGEST_TEXT = 2100
FIELDS = {"photo": "photos", "lon": "unit", "note": "result"}


def _operator(request: HttpRequest) -> User:
    user = person(request)
    if not holds(user, Permission.CASE_REGISTER):
        raise NotAllowed
    return user


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def new_case(request: HttpRequest) -> HttpResponse:
    """The intake form of a station or centre; ``supplement`` adds to a case that is there instead of making one."""
    user = _operator(request)
    units, leaves = choices.report_units(user), choices.leaves(user, on=clock.today())
    into = request.POST.get("supplement", "")
    repeated = ""
    if request.method == "POST":
        form = IntakeForm(request.POST, request.FILES, units=units, leaves=leaves, supplement=bool(into))
        if form.is_valid():
            try:
                case = _take_in(user, form, into, units, leaves)
            except DomainError as error:
                _take_errors(form, error)
                repeated = str(error.extra.get("number", ""))
            else:
                said = _("已补充到 %(number)s。") if into else _("已登记 %(number)s。")
                said = said if case.open else _("已登记并当场办结 %(number)s。")
                messages.success(request, said % {"number": case.number})
                return redirect(reverse("cases:dispatch-case" if case.open else "cases:case", args=[case.number]))
    else:
        form = IntakeForm(units=units, leaves=leaves, initial={"client_id": uuid.uuid4()})
    context = {
        "form": form,
        "nav_active": "dispatch",
        "map_unit": units[0].code if units else "",
        "repeated": repeated,
        "again": form.is_bound,
    }
    return render(request, "cases/new.html", context, status=422 if form.errors else 200)


def _take_in(user: User, form: IntakeForm, into: str, units: Any, leaves: Any) -> Case:
    if into:
        return services.supplement_case(number=into, actor=user, at=clock.now(), **supplement_inputs(form.cleaned_data))
    given = form.cleaned_data
    report = services.report_and_settle if given["at_once"] else services.report_with_photos
    more = {"result": given["result"]} if given["at_once"] else {}
    inputs = intake_inputs(given, units, leaves)
    return report(actor=user, at=clock.now(), photos=given["photos"], **more, **inputs)


def _take_errors(form: IntakeForm, error: DomainError) -> None:
    for name, texts in error.fields.items():
        field = FIELDS.get(name, name)
        for text in texts:
            form.add_error(field if field in form.fields else None, text)
    if not error.fields:
        form.add_error("source_number" if error.code == "source-repeated" else None, str(error.message))


@login_required
@require_POST
@never_cache
def caller(request: HttpRequest) -> HttpResponse:
    """What the caller of this phone reported before; the phone comes in the body and is said nowhere."""
    history = intake.caller_history(_operator(request), request.POST.get("reporter_phone", "")[:30], at=clock.now())
    return render(request, "cases/_caller.html", {"history": history})


@login_required
@require_POST
@never_cache
def places(request: HttpRequest) -> HttpResponse:
    """Where the words of an address may be."""
    words = request.POST.get("address", "")[:80]
    found = intake.place_candidates(_operator(request), words)
    return render(request, "cases/_places.html", {"found": found, "words": words.strip()})


@login_required
@require_POST
@never_cache
def categories(request: HttpRequest) -> HttpResponse:
    """The categories that what was typed points to, and why."""
    text = f"{request.POST.get('title', '')} {request.POST.get('description', '')}"[:LONGEST_TEXT]
    found = intake.category_hints(_operator(request), words="", text=text, at=clock.now())
    return render(request, "cases/_hints.html", {"found": found, "chosen": request.POST.get("category", "")})


@login_required
@require_POST
@never_cache
def alike(request: HttpRequest) -> HttpResponse:
    """Cases that may be the same as what is being typed."""
    user = _operator(request)
    found = similar.alike(
        user,
        category=intake.category_chosen(request.POST.get("category", "")[:60]),
        point=point_of(request.POST),
        text=f"{request.POST.get('title', '')} {request.POST.get('description', '')}"[:LONGEST_TEXT],
        at=clock.now(),
    )
    return render(request, "cases/_alike.html", {"found": found})


@login_required
@require_GET
def duplicates(request: HttpRequest) -> HttpResponse:
    """Probable duplicates among the open cases of the desk's area."""
    groups = similar.duplicate_groups(_operator(request), at=clock.now())
    context = {"groups": groups, "nav_active": "dispatch", "most": similar.MOST_OPEN}
    return render(request, "cases/duplicates.html", context)
