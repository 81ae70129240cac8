"""Pages of the ladders."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from apps.core import clock
from apps.deadlines import explanations, rules
from apps.deadlines import rule_presentation as words
from apps.deadlines.choices import Measure
from apps.deadlines.rule_forms import (
    AddLadderForm,
    ChangeLadderForm,
    EndRuleForm,
)
from apps.deadlines.rule_views.common import answer, form_page, frame, matters_from, person, posted
from apps.deadlines.services import rules as changing
from apps.deadlines.views import for_administrators


@require_GET
@for_administrators
def ladders(request: HttpRequest) -> HttpResponse:
    """Every ladder with its versions, and the newest drawn for a sample limit; ``?amount=&measure=`` choose it."""
    today, at = clock.today(), clock.now()
    amount, measure = words.sample_of(request.GET)
    listed = rules.ladder_list()
    names = rules.names_in(ladder for ladder, _rungs in listed)
    book = rules.current_book()
    lines = [
        words.LadderLine(
            ladder=ladder,
            rungs=rungs,
            standing=rules.standing_of(ladder, today),
            matters=words.matters_of(ladder, names),
            sample=explanations.sample(book, ladder, amount=amount, measure=measure, at=at),
        )
        for ladder, rungs in listed
    ]
    return render(
        request,
        "deadlines/ladders.html",
        frame("ladders")
        | {
            "lines": [
                line for line in lines if line.standing in ("now", "planned") or request.GET.get("when") == "all"
            ],
            "everything": request.GET.get("when") == "all",
            "amount": words.plain(amount),
            "measure": measure,
            "measures": Measure.choices,
        },
    )


@form_page
@never_cache
@for_administrators
def add_ladder(request: HttpRequest) -> HttpResponse:
    """The form of a ladder of one's own."""
    user = person(request)
    form = AddLadderForm(posted(request), units=rules.units_to_choose(user))

    def act(given: dict[str, Any]) -> None:
        kept = {name: given[name] for name in ("name", "name_en", "effective_from", "because")}
        changing.add_ladder(actor=user, matters=matters_from(user, given), rungs=form.rungs(), at=clock.now(), **kept)

    return answer(request, form, act, done=_("已新增阶梯。"), back=reverse("deadlines:ladders"), title=_("新增阶梯"))


@form_page
@never_cache
@for_administrators
def change_ladder(request: HttpRequest, ladder_id: int) -> HttpResponse:
    """The form of a ladder's next version."""
    ladder = rules.ladder_of(ladder_id)
    form = ChangeLadderForm(posted(request), rungs=rules.rungs_of(ladder))

    def act(given: dict[str, Any]) -> None:
        changing.change_ladder(
            actor=person(request),
            ladder_id=ladder_id,
            rungs=form.rungs(),
            effective_from=given["effective_from"],
            because=given["because"],
            at=clock.now(),
        )

    return answer(
        request,
        form,
        act,
        done=_("已写成新的版本，到生效日起用。"),
        back=reverse("deadlines:ladders"),
        title=_("改阶梯：%(name)s") % {"name": ladder.title},
        note=_("已在计时的时限仍走原来的阶梯。早于起点、或不晚于前一步的步骤会被略过。"),
    )


@form_page
@never_cache
@for_administrators
def end_ladder(request: HttpRequest, ladder_id: int) -> HttpResponse:
    """The form that ends a ladder."""
    ladder = rules.ladder_of(ladder_id)
    form = EndRuleForm(posted(request), initial={"last_day": clock.today()})

    def act(given: dict[str, Any]) -> None:
        changing.end_ladder(actor=person(request), ladder_id=ladder_id, at=clock.now(), **given)

    return answer(
        request,
        form,
        act,
        done=_("已结束该阶梯。"),
        back=reverse("deadlines:ladders"),
        title=_("结束阶梯：%(name)s") % {"name": ladder.title},
        submit=_("结束"),
    )
