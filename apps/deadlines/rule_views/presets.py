"""Pages of the sets and of the units that go by them."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from apps.core import clock
from apps.core.errors import DomainError
from apps.core.form_errors import take_errors
from apps.deadlines import drafts, rules
from apps.deadlines import rule_presentation as words
from apps.deadlines.models import PresetChoice
from apps.deadlines.rule_forms import (
    ChoosePresetForm,
    EndRuleForm,
)
from apps.deadlines.rule_views.common import answer, form_page, frame, person, posted
from apps.deadlines.services import rules as changing
from apps.deadlines.views import for_administrators
from apps.grid.models import Unit


@require_GET
@for_administrators
def presets(request: HttpRequest) -> HttpResponse:
    """The sets there are, and which unit goes by which."""
    today = clock.today()
    return render(
        request,
        "deadlines/presets.html",
        frame("presets")
        | {"presets": rules.presets_with_counts(), "choices": list(rules.preset_choices(on=today)), "today": today},
    )


@form_page
@never_cache
@for_administrators
def choose_preset(request: HttpRequest, code: str) -> HttpResponse:
    """Let a unit go by a set: the form, and what it would change (``?unit=&effective_from=``)."""
    user, preset = person(request), rules.preset_of(code)
    units = rules.units_to_choose(user)
    asked = {"replace": "on", **request.GET.dict()} if request.GET.get("unit") else None
    data = request.POST if request.method == "POST" else asked
    form = ChoosePresetForm(data, units=units, initial={"effective_from": clock.today() + timedelta(days=1)})
    if request.method == "GET" and data is not None:
        form.fields["because"].required = False
        form.fields["because"].demanded = True  # type: ignore[attr-defined]
    preview: dict[str, Any] = {}
    if form.is_valid():
        given = dict(form.cleaned_data)
        unit = rules.unit_to_choose(user, given.pop("unit"))
        if request.method == "POST":
            try:
                changing.choose_preset(actor=user, unit=unit, preset=preset, at=clock.now(), **given)
            except DomainError as error:
                take_errors(form, error)
            else:
                chosen = {"unit": unit.name, "preset": preset.title}
                messages.success(request, _("%(unit)s 到生效日起用“%(preset)s”。") % chosen)
                return redirect("deadlines:presets")
        preview = _preview(unit, PresetChoice(unit=unit, preset=preset, effective_from=given["effective_from"]))
    context = {
        "form": form,
        "preset": preset,
        "policies": [
            words.policy_line(one, rules.Names(), clock.today())
            for one in rules.policy_list(on=clock.today(), preset=code, when="all")
            if one.active
        ],
        **preview,
    }
    status = 422 if request.method == "POST" and form.errors else 200
    return render(request, "deadlines/choose_preset.html", frame("presets") | context, status=status)


def _preview(unit: Unit, choice: PresetChoice) -> dict[str, Any]:
    book = rules.current_book()
    ending = drafts.rivals(book.rows, choice)
    then = rules.book_with_choice(book, choice, ending)
    place, day = rules.place_of(unit), choice.effective_from
    found = rules.changes_by(book, then, place=place, on=day)
    names = rules.names_in(row for one in found for row in (one.now, one.then) if row is not None)
    return {
        "unit": unit,
        "day": day,
        "ending": ending,
        "changes": [words.change_line(one, names) for one in found],
    }


@form_page
@never_cache
@for_administrators
def end_choice(request: HttpRequest, choice_id: int) -> HttpResponse:
    """The form that ends a unit's choice of a set."""
    choice = rules.choice_of(choice_id)
    form = EndRuleForm(posted(request), initial={"last_day": clock.today()})

    def act(given: dict[str, Any]) -> None:
        changing.end_choice(actor=person(request), choice_id=choice_id, at=clock.now(), **given)

    said = {"unit": choice.unit.name, "preset": choice.preset.title}
    return answer(
        request,
        form,
        act,
        done=_("已结束选用。"),
        back=reverse("deadlines:presets"),
        title=_("%(unit)s 不再用“%(preset)s”") % said,
        submit=_("结束"),
    )
