"""The phone's five tabs."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.cases.selectors import case_detail
from apps.cases.services import perform
from apps.core import clock
from apps.core.errors import Conflict, DomainError, InvalidInput
from apps.inspections import selectors, services
from apps.inspections.choices import SUBJECT_ICONS, Subject
from apps.inspections.forms import (
    DissuadeForm,
    EntryForm,
    FilingForm,
    PlaceForm,
    ReportForm,
    SettleForm,
    VerifyForm,
    read_photos,
)
from apps.inspections.views.answers import done, field_worker, fresh_id, refused, signed_in, take_refusal, wants_json

SUBJECTS = [(value, label, SUBJECT_ICONS[Subject(value)]) for value, label in Subject.choices]


@field_worker
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """What is due today."""
    day = selectors.today_page(signed_in(request), clock.now())
    return render(request, "inspections/field/today.html", {"field_tab": "today", "day": day, "filing_id": fresh_id()})


@field_worker
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Report a case: photo first."""
    user = signed_in(request)
    template, context = "inspections/field/report.html", {"field_tab": "report"}
    if request.method == "GET":
        unit = selectors.logging_unit(user)
        form: forms.Form = ReportForm(initial={"client_id": fresh_id()})
        return render(request, template, context | {"form": form, "unit": unit, "outline": selectors.outline_of(unit)})
    form = ReportForm(request.POST)
    status = 400
    if form.is_valid():
        given = form.cleaned_data
        try:
            case = services.report_from_phone(
                actor=user, photos=read_photos(request.POST, request.FILES), at=clock.now(), **given
            )
        except forms.ValidationError as error:
            form.add_error(None, error)
        except DomainError as error:
            take_refusal(form, error)
            status = error.status
        else:
            messages.success(request, _("已上报，编号 %(number)s。") % {"number": case.number})
            return done(request, reverse("field:case", args=[case.number]))
    return _refused_with_map(request, template, context, form, status)


def _refused_with_map(
    request: HttpRequest, template: str, context: dict[str, Any], form: forms.Form, status: int
) -> HttpResponse:
    if not wants_json(request):
        unit = selectors.logging_unit(signed_in(request))
        context = context | {"unit": unit, "outline": selectors.outline_of(unit)}
    return refused(request, template, context, form, status)


@field_worker
@require_GET
def categories(request: HttpRequest) -> HttpResponse:
    """Categories that match what was typed, as rows to choose from."""
    words, text = request.GET.get("words", "")[:60], request.GET.get("text", "")[:1000]
    found = selectors.category_suggestions(signed_in(request), words=words, text=text, on=clock.today())
    chosen = request.GET.get("category", "")
    context = {"found": found, "words": words, "chosen": chosen, "kept": selectors.leaf_of(chosen)}
    return render(request, "inspections/field/_categories.html", context)


@field_worker
@require_GET
def case_progress(request: HttpRequest, number: str) -> HttpResponse:
    """A case the worker reported or may verify, and how far it has come."""
    return _case_page(request, number)


def _case_page(request: HttpRequest, number: str, form: forms.Form | None = None) -> HttpResponse:
    shown = case_detail(signed_in(request), number, at=clock.now())
    context = {
        "field_tab": "me",
        "shown": shown,
        "form": form if isinstance(form, SettleForm) else SettleForm(),
        "dissuasion": form if isinstance(form, DissuadeForm) else DissuadeForm(),
        "spot": shown.may("settle"),
        "may_dissuade": shown.may("dissuade"),
        "present": shown.may("presence"),
    }
    return render(request, "inspections/field/case.html", context, status=422 if form and form.errors else 200)


@field_worker
@require_POST
def settle_case(request: HttpRequest, number: str) -> HttpResponse:
    """Record that a simple matter was settled on the spot, with a photo of the result."""
    said = _("已当场处置并结案。")
    return _take_act(request, number, SettleForm(request.POST), services.settle_from_phone, said)


@field_worker
@require_POST
def dissuade(request: HttpRequest, number: str) -> HttpResponse:
    """Record that whoever is at fault was talked to, and whether it was heeded."""
    said = _("劝导情况已记录。")
    return _take_act(request, number, DissuadeForm(request.POST), services.dissuade_from_phone, said)


def _take_act(
    request: HttpRequest, number: str, form: forms.Form, service: Callable[..., object], said: str
) -> HttpResponse:
    """Take an act with photos from the page of a case, and say so there."""
    status = 400
    if form.is_valid():
        try:
            photos = read_photos(request.POST, request.FILES)
            service(actor=signed_in(request), number=number, photos=photos, at=clock.now(), **form.cleaned_data)
        except forms.ValidationError as error:
            form.add_error(None, error)
        except (InvalidInput, Conflict) as error:
            take_refusal(form, error)
            status = error.status
        else:
            messages.success(request, said)
            return done(request, reverse("field:case", args=[number]))
    if wants_json(request):
        return refused(request, "", {}, form, status)
    return _case_page(request, number, form)


@field_worker
@require_POST
def tell_presence(request: HttpRequest, number: str) -> HttpResponse:
    """Whoever reported straight to the district says that he is still on the scene, or that he left (``present``)."""
    said = request.POST.get("present", "")
    wrong = {} if said in {"yes", "no"} else {"present": [_("请选择是否仍在现场。")]}
    perform(
        number=number,
        action="presence",
        actor=signed_in(request),
        at=clock.now(),
        version=None,
        wrong=wrong,
        present=said == "yes",
    )
    messages.success(request, _("已告知区中心。"))
    return redirect("field:case", number)


@field_worker
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """The log of today, or of ``?date=``."""
    return _log_page(request, None)


def _log_page(request: HttpRequest, form: EntryForm | None, status: int = 200) -> HttpResponse:
    try:
        on = parse_date(request.POST.get("date") or request.GET.get("date") or "") or clock.today()
    except ValueError as error:
        raise InvalidInput(fields={"date": ["2026-11-21"]}) from error
    day = selectors.log_day(signed_in(request), on, clock.now())
    form = form or EntryForm(initial={"client_id": fresh_id(), "date": on.isoformat()})
    context = {"field_tab": "log", "day": day, "form": form, "subjects": SUBJECTS, "filing_id": fresh_id()}
    return render(request, "inspections/field/log.html", context, status=status)


@field_worker
@require_POST
def add_entry(request: HttpRequest) -> HttpResponse:
    """Note one thing on the log."""
    form = EntryForm(request.POST)
    if form.is_valid():
        try:
            services.add_entry(actor=signed_in(request), at=clock.now(), **form.cleaned_data)
        except (InvalidInput, Conflict) as error:
            take_refusal(form, error)
        else:
            return redirect(f"{reverse('field:log')}?date={form.cleaned_data['date']}")
    return _log_page(request, form, status=422)


@field_worker
@require_POST
def remove_entry(request: HttpRequest, client_id: uuid.UUID) -> HttpResponse:
    """Take back an entry of a draft."""
    services.remove_entry(actor=signed_in(request), client_id=client_id, at=clock.now())
    return redirect(f"{reverse('field:log')}?date={request.POST.get('date', '')}")


@field_worker
@require_POST
def file_log(request: HttpRequest) -> HttpResponse:
    """Hand in the log of a day."""
    form = FilingForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(fields={name: [str(text) for text in texts] for name, texts in form.errors.items()})
    given = form.cleaned_data
    filed = services.file_log(actor=signed_in(request), entries=[], at=clock.now(), **given)
    if filed.late:
        messages.warning(request, _("日志已提交，记为迟交。"))
    else:
        messages.success(request, _("日志已提交。"))
    return redirect(f"{reverse('field:log')}?date={filed.date}")


@field_worker
@require_http_methods(["GET", "POST"])
def entry_case(request: HttpRequest, client_id: uuid.UUID) -> HttpResponse:
    """Turn an entry into a case: place and category are all that is asked."""
    user = signed_in(request)
    entry = selectors.entry_of(user, client_id)
    template, context = "inspections/field/entry_case.html", {"field_tab": "log", "entry": entry}
    if request.method == "GET":
        if entry.case is not None:
            return redirect("field:case", entry.case.number)
        unit = selectors.logging_unit(user)
        shown = context | {"form": PlaceForm(), "unit": unit, "outline": selectors.outline_of(unit)}
        return render(request, template, shown)
    form = PlaceForm(request.POST)
    status = 400
    if form.is_valid():
        try:
            case = services.entry_to_case(
                actor=user,
                client_id=client_id,
                photos=read_photos(request.POST, request.FILES),
                at=clock.now(),
                **form.cleaned_data,
            )
        except forms.ValidationError as error:
            form.add_error(None, error)
        except DomainError as error:
            take_refusal(form, error)
            status = error.status
        else:
            messages.success(request, _("已转为案件 %(number)s。") % {"number": case.number})
            return done(request, reverse("field:case", args=[case.number]))
    return _refused_with_map(request, template, context, form, status)


@field_worker
@require_GET
def verify(request: HttpRequest) -> HttpResponse:
    """The handled cases that wait to be seen on site, and those drawn for a spot check."""
    user = signed_in(request)
    context = {
        "field_tab": "verify",
        "cases": list(selectors.cases_to_verify(user)[:100]),
        "drawn": list(selectors.cases_to_spot_check(user)[:100]),
    }
    return render(request, "inspections/field/verify.html", context)


@field_worker
@require_http_methods(["GET", "POST"])
def verify_case(request: HttpRequest, number: str) -> HttpResponse:
    """One case before and after, and the verdict."""
    user = signed_in(request)
    template = "inspections/field/verify_case.html"
    form: forms.Form = VerifyForm(request.POST or None)
    status = 200 if request.method == "GET" else 400
    if request.method == "POST" and form.is_valid():
        try:
            services.verify_from_phone(
                actor=user,
                number=number,
                photos=read_photos(request.POST, request.FILES),
                at=clock.now(),
                **form.cleaned_data,
            )
        except forms.ValidationError as error:
            form.add_error(None, error)
        except (InvalidInput, Conflict) as error:
            take_refusal(form, error)
            status = error.status
        else:
            messages.success(request, _("核查结果已提交。"))
            return done(request, reverse("field:verify"))
    context = {"field_tab": "verify", "shown": selectors.case_on_site(user, number)}
    if request.method == "GET":
        return render(request, template, context | {"form": form})
    return refused(request, template, context, form, status)


@field_worker
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """Who I am, where I work and what became of my reports."""
    user = signed_in(request)
    context = {
        "field_tab": "me",
        "unit": selectors.logging_unit(user),
        "reports": list(selectors.own_reports(user)[:30]),
    }
    return render(request, "inspections/field/me.html", context)
