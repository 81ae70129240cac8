"""A case on a page of its own, the list of all, and taking an action."""

from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.cases import services
from apps.cases.actions import ACTION_LABELS
from apps.cases.callers import seal
from apps.cases.choices import Card, CaseState
from apps.cases.forms import ActionForm
from apps.cases.inputs import LONGEST_WORDS, list_wanted
from apps.cases.presentation import rows_of
from apps.cases.selectors import case_detail, case_page
from apps.cases.selectors.acting import Acting, acting_on, entries_since
from apps.cases.selectors.archive import may_see_archive
from apps.cases.selectors.choices import filter_choices
from apps.cases.selectors.limits import limits_explained
from apps.cases.selectors.meetings import may_see_meetings
from apps.cases.selectors.samples import sees_findings
from apps.cases.selectors.special import may_see_special
from apps.cases.selectors.spot import sees_spot_checks
from apps.cases.views.common import announce, case_context, chips_of, person, safe_next, size_of, wants_pane
from apps.core import clock
from apps.core.errors import Conflict, InvalidInput, NotAllowed, StaleVersion, WrongState
from apps.core.form_errors import take_errors
from apps.core.phones import is_phone
from apps.deadlines import rulebook
from apps.grid.permissions import Permission
from apps.grid.scopes import holds
from apps.organisation.models import agency_ids_of


@login_required
@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """All cases of the scope; ``?state=&unit=&category=&holder=&card=&supervised=&q=&size=&cursor=``."""
    user = person(request)
    if not holds(user, Permission.CASE_VIEW) and not agency_ids_of(user):
        raise NotAllowed
    wanted = list_wanted(request.GET)
    size, at = size_of(request), clock.now()
    page = case_page(user, wanted, cursor=request.GET.get("cursor"), size=size)
    context = {
        "nav_active": "cases",
        "page": page,
        "rows": rows_of(page.rows, rulebook.current(), at),
        "size": size,
        "chips": chips_of(wanted),
        "wanted": wanted,
        "states": CaseState.choices,
        "cards": [choice for choice in Card.choices if choice[0]],
        "choices": filter_choices(user, on=clock.today()),
        "may_report": holds(user, Permission.CASE_REGISTER),
        "sees_spot": sees_spot_checks(user),
        "sees_archive": may_see_archive(user),
        "sees_samples": sees_findings(user),
        "may_see_hard": may_see_special(user),
        "may_publish": holds(user, Permission.CASE_CLOSE),
        "may_see_meetings": may_see_meetings(user),
    }
    return render(request, "cases/list.html", context)


KEPT = (
    "queue",
    "state",
    "unit",
    "category",
    "holder",
    "card",
    "supervised",
    "source",
    "urgency",
    "from",
    "to",
    "sort",
    "view",
    "size",
)


@login_required
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Go on to a list with what was searched for; a phone goes into its address only sealed."""
    where = "cases:dispatch" if request.POST.get("in") == "dispatch" else "cases:list"
    words = request.POST.get("q", "").strip()[:LONGEST_WORDS]
    asked = {name: request.POST[name] for name in KEPT if request.POST.get(name)}
    if is_phone(words):
        asked["caller"] = seal(words)
    elif words:
        asked["q"] = words
    return redirect(f"{reverse(where)}?{urlencode(asked)}" if asked else reverse(where))


@login_required
@require_GET
def case(request: HttpRequest, number: str) -> HttpResponse:
    """The case with everything known of it; printable."""
    at = clock.now()
    detail = case_detail(person(request), number, at=at)
    back = reverse("cases:case", args=[number])
    context = case_context(detail, at=at, back=back)
    return render(request, "cases/case.html", context | {"nav_active": "cases", "alone": True})


CHOSEN_BY_LINK = ("card", "appeal", "order", "summons", "sample")


@login_required
@require_GET
def limits(request: HttpRequest, number: str) -> HttpResponse:
    """Why the limits of a case are what they are: a dialog for htmx, a page without."""
    at = clock.now()
    found, lines = limits_explained(person(request), number, at=at)
    context = {"case": found, "lines": lines, "nav_active": "cases"}
    template = "cases/_limits.html" if wants_pane(request) else "cases/limits.html"
    return render(request, template, context | {"modal": wants_pane(request)})


@login_required
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """The form of an action, and taking it: a panel for htmx, a page without."""
    acting = acting_on(person(request), number, action, at=clock.now())
    if request.method == "POST":
        return _take(request, acting)
    if acting.row is None:
        return _panel(request, acting, None, status=409)
    form = ActionForm(
        acting.row,
        targets=acting.targets,
        suggested=acting.suggested,
        into=acting.into,
        version=acting.version,
        evidence=acting.case.category.evidence,
        complexity=acting.case.complexity,
        options=acting.options,
        first=not acting.case.mediating,
        typed=acting.typed | {name: request.GET[name] for name in CHOSEN_BY_LINK if name in request.GET},
    )
    return _panel(request, acting, form, status=200)


def _take(request: HttpRequest, acting: Acting) -> HttpResponse:
    evidence = acting.case.category.evidence
    form = ActionForm(
        acting.any_row,
        request.POST,
        request.FILES,
        targets=acting.targets,
        evidence=evidence,
        options=acting.options,
        first=not acting.case.mediating,
    )
    if acting.row is None or not form.is_of(acting.version):
        return _conflict(request, acting, WrongState() if form.is_of(acting.version) else StaleVersion())
    if not form.is_valid():
        return _panel(request, acting, form, status=422)
    try:
        services.perform_with_photos(
            number=acting.case.number,
            action=acting.action.value,
            actor=person(request),
            at=clock.now(),
            photos=form.photos(),
            **form.inputs(),
        )
    except InvalidInput as error:
        take_errors(form, error, shown_at=SHOWN_AT)
        return _panel(request, acting, form, status=422)
    except Conflict as error:
        now = acting_on(person(request), acting.case.number, acting.action.value, at=clock.now())
        return _conflict(request, now, error)
    return _done(request, acting)


SHOWN_AT = {"photo": "photos", "parties": "applicant_name"}


def _conflict(request: HttpRequest, now: Acting, error: Conflict) -> HttpResponse:
    """Somebody was faster: what happened meanwhile, and what was typed, against the case as it stands ``now``."""
    typed = {name: request.POST.getlist(name) if name == "assisting" else request.POST[name] for name in request.POST}
    form = ActionForm(
        now.any_row,
        targets=now.targets,
        suggested=now.suggested,
        version=now.version,
        typed=typed,
        options=now.options,
        first=not now.case.mediating,
    )
    read = request.POST.get("version", "")
    since = entries_since(now.case, int(read) if now.version_of_case and read.isdecimal() else None, at=clock.now())
    return _panel(request, now, form, status=409, error=error, since=since)


def _panel(request: HttpRequest, acting: Acting, form: ActionForm | None, *, status: int, **more: Any) -> HttpResponse:
    number = acting.case.number
    context = {
        "case": acting.case,
        "action": acting.action.value,
        "label": ACTION_LABELS[acting.action],
        "available": acting.row is not None,
        "about": acting.about,
        "form": form,
        "replies": acting.replies,
        "next": safe_next(request, reverse("cases:case", args=[number])),
        "modal": request.headers.get("HX-Target") == "modal-body" or "modal" in request.POST,
        "nav_active": "cases",
        **more,
    }
    if not wants_pane(request):
        return render(request, "cases/action.html", context, status=status)
    response = render(request, "cases/_action.html", context, status=status)
    if request.method == "POST":
        response["HX-Retarget"] = "#modal-body" if context["modal"] else "#action-panel"
        response["HX-Reswap"] = "innerHTML"
    return response


def _done(request: HttpRequest, acting: Acting) -> HttpResponse:
    number = acting.case.number
    back = safe_next(request, reverse("cases:case", args=[number]))
    said = _("已办理：%(action)s") % {"action": ACTION_LABELS[acting.action]}
    if not wants_pane(request) or "modal" in request.POST:
        messages.success(request, said)
        if wants_pane(request):
            return HttpResponse(headers={"HX-Redirect": back})
        return redirect(back)
    at = clock.now()
    context = case_context(case_detail(person(request), number, at=at), at=at, back=back)
    response = render(request, "cases/_case.html", context | {"alone": not back.startswith("/dispatch/")})
    return announce(response, **{"toast": {"text": said, "tone": "success"}, "case:changed": number})


@login_required
@require_POST
def attach(request: HttpRequest, number: str) -> HttpResponse:
    """Add photos to a case from its page."""
    back = safe_next(request, reverse("cases:case", args=[number]))
    try:
        services.attach_case_photos(
            number=number,
            actor=person(request),
            uploads=[cast(BinaryIO, photo) for photo in request.FILES.getlist("photos")],
            at=clock.now(),
        )
    except InvalidInput as error:
        messages.error(request, " ".join(text for texts in error.fields.values() for text in texts))
    else:
        messages.success(request, _("照片已上传。"))
    return redirect(back)
