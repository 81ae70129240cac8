"""The leaders' pages: the ranking, a score, a number opened; and for assessors, computing and publishing."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.models import User
from apps.assessment import presentation, services
from apps.assessment.choices import SubjectKind
from apps.assessment.forms import DEFAULT_SIZE, BoardForm, RowsForm, RunForm
from apps.assessment.selectors import board as boards
from apps.assessment.selectors import opened, periods
from apps.core import clock
from apps.core.errors import InvalidInput, NotAllowed, NotVisible
from apps.grid.permissions import Permission
from apps.grid.selectors import first_unit, visible_unit

ACTIONS = {
    "review": services.review_period,
    "publish": services.publish_period,
    "seal": services.seal_period,
}


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@login_required
@require_GET
@never_cache
def leaders(request: HttpRequest) -> HttpResponse:
    """The ranking inside a unit beside its map; one click is one level down."""
    user = _user(request)
    wanted = BoardForm(request.GET).wanted()
    if wanted["unit"]:
        unit = visible_unit(user, wanted["unit"], Permission.SCORE_VIEW)
    else:
        first = first_unit(user, Permission.SCORE_VIEW)
        if first is None:
            raise NotAllowed
        unit = visible_unit(user, first.code, Permission.SCORE_VIEW)
    district = periods.district_of(unit)
    months = periods.periods_for(user, district)
    period = periods.choose_period(months, wanted["period"])
    kinds = boards.KINDS_UNDER[unit.kind]
    kind = wanted["kind"] if wanted["kind"] in kinds else kinds[0].value
    context: dict[str, Any] = {
        "unit": unit,
        "district": district,
        "period": period,
        "periods": months,
        "kind": SubjectKind(kind),
        "kinds": [(one.value, one.label) for one in kinds],
        "nav_active": "assessment",
        "may_run": periods.may_run(user, district),
        "may_publish": periods.may_publish(user, district),
        "run_form": RunForm(
            initial={"district": district.code, "period": presentation.month_to_run(months, clock.today())}
        ),
    }
    if period is None:
        return render(request, "assessment/empty.html", context)
    board = boards.board_of(
        user,
        period=period,
        periods=months,
        unit=unit,
        kind=kind,
        colour=wanted["color"],
        cursor=wanted["cursor"] or None,
        size=wanted["size"] or DEFAULT_SIZE,
    )
    context |= {
        "board": board,
        "size": wanted["size"] or DEFAULT_SIZE,
        "lines": presentation.lines(board, period, unit),
        "figures": presentation.figures(board),
        "outlines": reverse("api:unit-outlines", args=[unit.code]),
        **presentation.neighbours(months, period),
    }
    return render(request, "assessment/leaders.html", context)


@login_required
@require_GET
@never_cache
def score(request: HttpRequest, score_id: int) -> HttpResponse:
    """One score: its place, its months, and every indicator behind it."""
    user = _user(request)
    found = opened.visible_score(user, score_id)
    items = opened.items_of(found)
    trend = opened.trend_of(user, found)
    context = {
        "score": found,
        "period": found.period,
        "items": presentation.items(found, items),
        "trend": presentation.trend(trend),
        "down": presentation.down(found),
        "nav_active": "assessment",
    }
    return render(request, "assessment/score.html", context)


@login_required
@require_GET
@never_cache
def number(request: HttpRequest, score_id: int, indicator: str) -> HttpResponse:
    """A number opened: its formula in words and the very rows of numerator and denominator."""
    wanted = RowsForm(request.GET).wanted()
    found = opened.open_number(_user(request), score_id=score_id, code=indicator, **wanted)
    context = {
        "opened": found,
        "score": found.score,
        "period": found.score.period,
        "formula": presentation.formula(found.item),
        "rule": presentation.rule_in_words(found.item),
        "gain": presentation.gain_in_words(found),
        "parts": presentation.parts(found),
        "rows": presentation.rows(found),
        "size": wanted["size"],
        "nav_active": "assessment",
    }
    return render(request, "assessment/number.html", context)


@login_required
@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Have a month computed."""
    form = RunForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(fields={name: [str(error) for error in errors] for name, errors in form.errors.items()})
    user = _user(request)
    district = visible_unit(user, form.cleaned_data["district"], Permission.SCORE_VIEW)
    if district.kind != "district":
        raise NotVisible
    services.ask_for_run(
        actor=user,
        district=district,
        label=form.cleaned_data["period"],
        because=form.cleaned_data["because"],
        at=clock.now(),
    )
    messages.success(request, _("已开始计算，完成后刷新本页。"))
    return redirect(f"{reverse('assessment:leaders')}?unit={district.code}")


@login_required
@require_POST
def advance(request: HttpRequest, period_id: int, action: str) -> HttpResponse:
    """Review, publish or seal a month."""
    if action not in ACTIONS:
        raise NotVisible
    period = ACTIONS[action](period_id=period_id, actor=_user(request), at=clock.now())
    messages.success(
        request,
        _("%(month)s 考核：%(state)s") % {"month": period.label, "state": period.get_state_display()},
    )
    return redirect(f"{reverse('assessment:leaders')}?period={period.label}")
