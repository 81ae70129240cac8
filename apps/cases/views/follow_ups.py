"""Following up closed cases: the telephone sheet with one case opened beside it, what was said, rates and draws."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.cases import services
from apps.cases.actions import Action
from apps.cases.call_looks import (
    call_rows,
    done_cells,
    done_columns,
    in_vain,
    later_day,
    questions_of,
    rate_cells,
    rate_columns,
)
from apps.cases.calls import WhyCalled
from apps.cases.forms import ShareForm
from apps.cases.forms.calls import CallForm
from apps.cases.inputs import follow_ups_wanted
from apps.cases.models import FollowUp, FollowUpShare
from apps.cases.selectors import follow_ups
from apps.cases.selectors.choices import filter_choices
from apps.cases.selectors.lots import sets_shares, shares_of
from apps.cases.views.common import person, size_of, wants_pane
from apps.cases.views.shares import save_share, share_form
from apps.core import clock
from apps.core.errors import Conflict, InvalidInput, NotAllowed
from apps.core.form_errors import take_errors
from apps.core.workbooks import workbook_response
from apps.deadlines import rulebook

SPANS = (4, 12, 26, 52)
WIDEST = 20_000
WAITING, LATER, DONE, RATES, DRAWS, SHARES = "waiting", "later", "done", "rates", "draws", "shares"


@login_required
@require_GET
def sheet(request: HttpRequest) -> HttpResponse:
    """The telephone sheet with the first of it opened, or ``?show=later|done|rates|draws|shares``; narrowed by
    ``unit agency why result weeks size cursor``."""
    user = person(request)
    follow_ups.require_follow_up_right(user)
    show = _shown(request)
    if show in {WAITING, LATER}:
        return _calling(request, show, None)
    if show == SHARES:
        return _shares(request, share_form(request, FollowUpShare))
    wanted, weeks = _wanted(request)
    size, cursor = size_of(request), request.GET.get("cursor")
    context = _frame(request, show, wanted) | {"wanted": wanted, "weeks": weeks, "size": size}
    if show == RATES:
        context["table"] = follow_ups.rate_table(user, wanted)
    elif show == DRAWS:
        context["page"] = follow_ups.draw_page(user, wanted, cursor=cursor, size=size)
    else:
        page = follow_ups.done_page(user, wanted, cursor=cursor, size=size)
        context |= {"page": page, "rows": call_rows(page.rows, rulebook.current(), clock.now())}
    return render(request, "cases/follow_ups.html", context)


def _shown(request: HttpRequest) -> str:
    user, asked = person(request), request.GET.get("show", "")
    lists = [DONE, RATES, DRAWS]
    if follow_ups.makes_calls(user):
        lists = [WAITING, LATER, *lists]
    if sets_shares(user):
        lists.append(SHARES)
    return asked if asked in lists else lists[0]


def _wanted(request: HttpRequest) -> tuple[follow_ups.FollowUpsWanted, int]:
    asked = request.GET.get("weeks", "")
    weeks = int(asked) if asked in {str(span) for span in SPANS} else SPANS[1]
    return follow_ups_wanted(request.GET, since=clock.now() - timedelta(weeks=weeks)), weeks


def _frame(request: HttpRequest, show: str, wanted: follow_ups.FollowUpsWanted) -> dict[str, Any]:
    user, today = person(request), clock.today()
    labels: list[tuple[str, Any, int | None]] = [(DONE, _("回访结果"), None), (RATES, _("三率"), None)]
    labels.append((DRAWS, _("抽取批次"), None))
    if follow_ups.makes_calls(user):
        now, later = follow_ups.calls_waiting(user, wanted, day=today)
        labels = [(WAITING, _("待回访"), now), (LATER, _("改日再打"), later), *labels]
    if sets_shares(user):
        labels.append((SHARES, _("回访比例"), None))
    base = reverse("cases:follow-ups")
    tabs = [
        {"label": label, "url": f"{base}?show={name}", "active": name == show, "count": count}
        for name, label, count in labels
    ]
    return {
        "nav_active": "follow-ups",
        "show": show,
        "tabs": tabs,
        "spans": SPANS,
        "choices": filter_choices(user, on=today),
        "reasons": WhyCalled.choices,
        "results": follow_ups.result_labels(),
        "chips": _chips(wanted),
    }


def _chips(wanted: follow_ups.FollowUpsWanted) -> list[tuple[str, str, str]]:
    chips: list[tuple[str, str, str]] = []
    if wanted.unit is not None:
        chips.append(("unit", wanted.unit.code, wanted.unit.name))
    if wanted.agency is not None:
        chips.append(("agency", wanted.agency.code, wanted.agency.name))
    if wanted.why:
        chips.append(("why", wanted.why, str(WhyCalled(wanted.why).label)))
    if wanted.result:
        chips.append(("result", wanted.result, dict(follow_ups.result_labels())[wanted.result]))
    return chips


# One call


@login_required
@require_http_methods(["GET", "POST"])
def call(request: HttpRequest, follow_up_id: int) -> HttpResponse:
    """One case opened beside the sheet, with what was done and whom to call; writing down what came of a call, after
    which the next one is opened."""
    if request.method == "POST":
        return _record(request, follow_up_id)
    show = LATER if request.GET.get("show") == LATER else WAITING
    return _calling(request, show, follow_up_id)


def _record(request: HttpRequest, follow_up_id: int) -> HttpResponse:
    user = person(request)
    case = follow_ups.case_of(user, follow_up_id)
    form = CallForm(request.POST)
    if not form.is_valid():
        return _calling(request, WAITING, follow_up_id, form=form, status=422)
    try:
        services.perform(number=case.number, action=Action.FOLLOW_UP, actor=user, at=clock.now(), **form.inputs())
    except InvalidInput as error:
        take_errors(form, error)
        return _calling(request, WAITING, follow_up_id, form=form, status=422)
    except Conflict as error:
        messages.error(request, str(error.message))
        return redirect(_here(request, reverse("cases:follow-up", args=[follow_up_id])))
    messages.success(request, _("已记下：%(number)s") % {"number": case.number})
    following = follow_ups.next_call(user, _wanted(request)[0], day=clock.today())
    where = reverse("cases:follow-up", args=[following.pk]) if following else reverse("cases:follow-ups")
    return redirect(_here(request, where))


def _here(request: HttpRequest, path: str) -> str:
    """``path`` with the filters of the list."""
    query = request.GET.copy()
    for name in ("cursor", "show"):
        query.pop(name, None)
    return f"{path}?{query.urlencode()}" if query else path


def _calling(
    request: HttpRequest, show: str, follow_up_id: int | None, *, form: CallForm | None = None, status: int = 200
) -> HttpResponse:
    user, at = person(request), clock.now()
    detail = follow_ups.call_detail(user, follow_up_id, at=at) if follow_up_id is not None else None
    wanted, size = _wanted(request)[0], size_of(request)
    context = _frame(request, show, wanted)
    context |= {"wanted": wanted, "size": size, "opened": follow_up_id is not None}
    if follow_ups.makes_calls(user):
        page = follow_ups.sheet_page(
            user,
            wanted,
            day=clock.today(),
            later=show == LATER,
            cursor=request.GET.get("cursor"),
            size=size,
        )
        if detail is None and page.rows:
            detail = follow_ups.call_detail(user, page.rows[0].pk, at=at)
        context |= {"page": page} | _neighbours(page.rows, detail.row.pk if detail else 0, at)
    if detail is not None:
        context |= _opened(detail, form)
    return render(request, "cases/follow_up.html", context, status=status)


def _neighbours(rows: list[FollowUp], current: int, at: Any) -> dict[str, Any]:
    """The list, and what stands before and after the one that is open."""
    keys = [row.pk for row in rows]
    place = keys.index(current) if current in keys else -1
    return {
        "rows": call_rows(rows, rulebook.current(), at, current=current),
        "before": keys[place - 1] if place > 0 else None,
        "after": keys[place + 1] if place + 1 < len(keys) else None,
    }


def _opened(detail: follow_ups.CallDetail, form: CallForm | None) -> dict[str, Any]:
    form = form or CallForm(version=detail.row.case.version)
    purpose = _("电话回访 %(number)s") % {"number": detail.row.case.number}
    return {
        "detail": detail,
        "one": call_rows([detail.row], rulebook.current(), clock.now())[0],
        "form": form,
        "questions": questions_of(form),
        "in_vain": in_vain(),
        "later_on": later_day(detail, clock.today()),
        "purpose": purpose,
    }


@login_required
@require_POST
@never_cache
def phone(request: HttpRequest, follow_up_id: int) -> HttpResponse:
    """The name and phone of whom to call, once and for the purpose given, which is written into the case's chain."""
    user = person(request)
    detail = follow_ups.call_detail(user, follow_up_id, at=clock.now())
    if not detail.may_call:
        raise NotAllowed
    context: dict[str, Any] = {"detail": detail, "purpose": request.POST.get("purpose", "")}
    status = 200
    try:
        context["shown"] = services.reveal_reporter(
            number=detail.row.case.number,
            reporter_id=detail.row.reporter.pk,
            actor=user,
            purpose=context["purpose"],
            at=clock.now(),
        )
    except InvalidInput as error:
        context["wrong"], status = error.fields.get("purpose", []), 422
    if wants_pane(request):
        return render(request, "cases/_call_phone.html", context, status=status)
    return render(request, "cases/follow_up_phone.html", context, status=status)


# The lists given out, the draws, the share


@login_required
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """What was said, or with ``?show=rates`` the rates, by the filters of the list, as a workbook."""
    user, wanted = person(request), _wanted(request)[0]
    if request.GET.get("show") == RATES:
        lines = rate_cells(follow_ups.rate_table(user, wanted))
        return workbook_response(name=_("回访三率"), columns=rate_columns(), rows=lines)
    rows = (done_cells(row) for row in follow_ups.done_rows(user, wanted, most=WIDEST))
    return workbook_response(name=_("回访结果"), columns=done_columns(), rows=rows)


@login_required
@require_GET
def draw(request: HttpRequest, draw_id: int) -> HttpResponse:
    """One draw: its seed, all that could be drawn, what was, and whether drawing again gives the same."""
    detail = follow_ups.draw_detail(person(request), draw_id)
    rows = call_rows(detail.rows, rulebook.current(), clock.now())
    return render(request, "cases/follow_up_draw.html", {"nav_active": "follow-ups", "detail": detail, "rows": rows})


@login_required
@require_POST
def share(request: HttpRequest) -> HttpResponse:
    """Set the share of a unit."""
    form = share_form(request, FollowUpShare)
    if save_share(request, form, FollowUpShare, said=_("回访比例已保存，下一次抽取起生效。")):
        return redirect(f"{reverse('cases:follow-ups')}?show={SHARES}")
    return _shares(request, form, status=422)


def _shares(request: HttpRequest, form: ShareForm, status: int = 200) -> HttpResponse:
    context = _frame(request, SHARES, _wanted(request)[0]) | {
        "form": form,
        "shares": shares_of(FollowUpShare, person(request)),
        "save_url": reverse("cases:follow-up-share"),
    }
    return render(request, "cases/follow_ups.html", context, status=status)
