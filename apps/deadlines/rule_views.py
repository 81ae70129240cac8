"""Pages on which system administrators keep policies, ladders and sets, and try what they would do."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.models import User
from apps.core import clock
from apps.core.errors import DomainError, InvalidInput
from apps.deadlines import drafts, explanations, rules, simulation
from apps.deadlines import presentation as clock_presentation
from apps.deadlines import rule_presentation as words
from apps.deadlines.categories import search_categories
from apps.deadlines.choices import Complexity, Level, Measure, RuleKind, Stage, Urgency
from apps.deadlines.models import PresetChoice
from apps.deadlines.rule_forms import (
    AddLadderForm,
    AddPolicyForm,
    ChangeLadderForm,
    ChangePolicyForm,
    ChoosePresetForm,
    EndRuleForm,
    SimulateForm,
)
from apps.deadlines.services import rules as changing
from apps.deadlines.views import for_administrators
from apps.grid.models import Unit

SIZES = (20, 50, 100)
form_page = require_http_methods(["GET", "POST"])


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _frame(active: str) -> dict[str, Any]:
    return {
        "nav_active": "manage",
        "tabs": clock_presentation.tabs("limits"),
        "parts": words.rule_tabs(active),
        "today": clock.today(),
    }


@require_GET
@for_administrators
def policies(request: HttpRequest) -> HttpResponse:
    """The policies by stage; ``?stage=&preset=&unit=&when=`` narrow them."""
    given, today = request.GET, clock.today()
    stage = given.get("stage", "") if given.get("stage") in Stage.values else ""
    when = given.get("when", "") if given.get("when") in rules.WHENS else "now"
    unit = rules.unit_to_choose(_user(request), given["unit"]) if given.get("unit") else None
    found = list(rules.policy_list(on=today, stage=stage, preset=given.get("preset", ""), unit=unit, when=when))
    names = rules.names_in(found)
    groups = [
        (Stage(value).label, [words.policy_line(one, names, today) for one in found if one.stage == value])
        for value in Stage.values
    ]
    return render(
        request,
        "deadlines/limits.html",
        _frame("limits")
        | {
            "groups": [(label, lines) for label, lines in groups if lines],
            "total": len(found),
            "loaded": rules.presets().exists(),
            "stages": [("", _("全部环节")), *Stage.choices],
            "presets": [("", _("全部方案")), *((one.code, one.title) for one in rules.presets()), ("own", _("自定"))],
            "units": rules.units_to_choose(_user(request)),
            "whens": words.when_choices(),
            "stage": stage,
            "preset": given.get("preset", ""),
            "unit": unit,
            "when": when,
        },
    )


@form_page
@never_cache
@for_administrators
def add_policy(request: HttpRequest) -> HttpResponse:
    """The form of a policy of one's own."""
    user = _user(request)
    form = AddPolicyForm(
        request.POST or None, units=rules.units_to_choose(user), initial={"unit": request.GET.get("unit")}
    )

    def act(given: dict[str, Any]) -> None:
        matters = _matters(user, given, level=given.pop("level"), category_prefix=given.pop("category_prefix").strip())
        changing.add_policy(actor=user, matters=matters, at=clock.now(), **given)

    return _answer(
        request,
        form,
        act,
        done=_("已新增时限规则。"),
        back=reverse("deadlines:limits") + "?when=planned",
        title=_("新增时限规则"),
        categories=search_categories(),
    )


@form_page
@never_cache
@for_administrators
def change_policy(request: HttpRequest, policy_id: int) -> HttpResponse:
    """The form of another time for the same matters."""
    policy = rules.policy_of(policy_id)
    initial = {"amount": words.plain(policy.amount), "measure": policy.measure}
    form = ChangePolicyForm(request.POST or None, initial=initial)

    def act(given: dict[str, Any]) -> None:
        changing.change_policy(actor=_user(request), policy_id=policy_id, at=clock.now(), **given)

    return _answer(
        request,
        form,
        act,
        done=_("已改为新的时限，到生效日起用。"),
        back=reverse("deadlines:limits") + "?when=planned",
        title=_("改时限"),
        about=words.policy_line(policy, rules.names_in([policy]), clock.today()),
        note=_("现行规则到新规则生效的前一天为止；已在计时的时限不变。"),
    )


@form_page
@never_cache
@for_administrators
def end_policy(request: HttpRequest, policy_id: int) -> HttpResponse:
    """The form that ends a policy."""
    policy = rules.policy_of(policy_id)
    form = EndRuleForm(request.POST or None, initial={"last_day": clock.today()})

    def act(given: dict[str, Any]) -> None:
        changing.end_policy(actor=_user(request), policy_id=policy_id, at=clock.now(), **given)

    return _answer(
        request,
        form,
        act,
        done=_("已结束该规则。"),
        back=reverse("deadlines:limits"),
        title=_("结束时限规则"),
        about=words.policy_line(policy, rules.names_in([policy]), clock.today()),
        note=_("之后由其余适用的规则计算；尚未生效的规则即行撤回。"),
        submit=_("结束"),
    )


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
        _frame("ladders")
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
    user = _user(request)
    form = AddLadderForm(request.POST or None, units=rules.units_to_choose(user))

    def act(given: dict[str, Any]) -> None:
        kept = {name: given[name] for name in ("name", "name_en", "effective_from", "because")}
        changing.add_ladder(actor=user, matters=_matters(user, given), rungs=form.rungs(), at=clock.now(), **kept)

    return _answer(request, form, act, done=_("已新增阶梯。"), back=reverse("deadlines:ladders"), title=_("新增阶梯"))


@form_page
@never_cache
@for_administrators
def change_ladder(request: HttpRequest, ladder_id: int) -> HttpResponse:
    """The form of a ladder's next version."""
    ladder = rules.ladder_of(ladder_id)
    form = ChangeLadderForm(request.POST or None, rungs=rules.rungs_of(ladder))

    def act(given: dict[str, Any]) -> None:
        changing.change_ladder(
            actor=_user(request),
            ladder_id=ladder_id,
            rungs=form.rungs(),
            effective_from=given["effective_from"],
            because=given["because"],
            at=clock.now(),
        )

    return _answer(
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
    form = EndRuleForm(request.POST or None, initial={"last_day": clock.today()})

    def act(given: dict[str, Any]) -> None:
        changing.end_ladder(actor=_user(request), ladder_id=ladder_id, at=clock.now(), **given)

    return _answer(
        request,
        form,
        act,
        done=_("已结束该阶梯。"),
        back=reverse("deadlines:ladders"),
        title=_("结束阶梯：%(name)s") % {"name": ladder.title},
        submit=_("结束"),
    )


@require_GET
@for_administrators
def presets(request: HttpRequest) -> HttpResponse:
    """The sets there are, and which unit goes by which."""
    today = clock.today()
    return render(
        request,
        "deadlines/presets.html",
        _frame("presets")
        | {"presets": rules.presets_with_counts(), "choices": list(rules.preset_choices(on=today)), "today": today},
    )


@form_page
@never_cache
@for_administrators
def choose_preset(request: HttpRequest, code: str) -> HttpResponse:
    """Let a unit go by a set: the form, and what it would change (``?unit=&effective_from=``)."""
    user, preset = _user(request), rules.preset_of(code)
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
                _take_errors(form, error)
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
    return render(request, "deadlines/choose_preset.html", _frame("presets") | context, status=status)


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
    form = EndRuleForm(request.POST or None, initial={"last_day": clock.today()})

    def act(given: dict[str, Any]) -> None:
        changing.end_choice(actor=_user(request), choice_id=choice_id, at=clock.now(), **given)

    said = {"unit": choice.unit.name, "preset": choice.preset.title}
    return _answer(
        request,
        form,
        act,
        done=_("已结束选用。"),
        back=reverse("deadlines:presets"),
        title=_("%(unit)s 不再用“%(preset)s”") % said,
        submit=_("结束"),
    )


@require_GET
@for_administrators
def rule_changes(request: HttpRequest) -> HttpResponse:
    """Who changed which rule, when and why; ``?kind=``."""
    given = request.GET
    kind = given.get("kind", "") if given.get("kind") in RuleKind.values else ""
    size = int(given["size"]) if given.get("size") in {str(one) for one in SIZES} else SIZES[0]
    page = rules.rule_changes(cursor=given.get("cursor"), size=size, kind=kind)
    return render(
        request,
        "deadlines/rule_changes.html",
        _frame("rule-changes")
        | {
            "page": page,
            "lines": [words.rule_change_line(change) for change in page.rows],
            "size": size,
            "kinds": [("", _("全部")), *((one.value, one.label) for one in RuleKind if one != RuleKind.CALENDAR)],
            "kind": kind,
        },
    )


@require_GET
@for_administrators
def simulate(request: HttpRequest) -> HttpResponse:
    """Which limits a matter would get and why, now and under a draft. The state is in the URL."""
    user, now = _user(request), clock.now()
    start: dict[str, Any] = {
        "level": Level.COMMUNITY,
        "urgency": Urgency.NORMAL,
        "complexity": Complexity.GENERAL,
        "at": clock.local(now).strftime("%Y-%m-%dT%H:%M"),
    }
    asked = {name: value for name, value in request.GET.items() if value}
    ladders = [ladder for ladder, _rungs in rules.ladder_list() if ladder.active]
    form = SimulateForm(start | asked, presets=list(rules.presets()), ladders=ladders)
    result = None
    if form.is_valid():
        try:
            result = simulation.simulate(user, **form.matter(), draft=form.wanted_draft())
        except InvalidInput as error:
            _take_errors(form, error)
    shown = words.simulation_lines(result, now) if result else []
    return render(
        request,
        "deadlines/simulate.html",
        _frame("simulate")
        | {
            "form": form,
            "result": result,
            "lines": shown,
            "categories": search_categories(),
            "units": rules.units_to_choose(user),
        },
        status=422 if form.errors else 200,
    )


def _matters(user: User, given: dict[str, Any], **more: str) -> changing.Matters:
    code = given.pop("unit")
    return changing.Matters(
        stage=given.pop("stage"),
        urgency=given.pop("urgency"),
        complexity=given.pop("complexity"),
        unit=rules.unit_to_choose(user, code) if code else None,
        **more,
    )


def _answer(
    request: HttpRequest,
    form: forms.Form,
    act: Callable[[dict[str, Any]], None],
    *,
    done: str,
    back: str,
    title: str,
    **more: Any,
) -> HttpResponse:
    """The form, or where it was good its act and the way back."""
    if request.method == "POST" and form.is_valid():
        try:
            act(dict(form.cleaned_data))
        except DomainError as error:
            if error.status in (403, 404):
                raise
            _take_errors(form, error)
        else:
            messages.success(request, done)
            return redirect(back)
    context = {"form": form, "title": title, "back": back, "submit": _("保存"), **more}
    template = "deadlines/ladder_form.html" if hasattr(form, "step_lines") else "deadlines/rule_form.html"
    return render(request, template, _frame("") | context, status=422 if form.errors else 200)


def _take_errors(form: forms.Form, error: DomainError) -> None:
    for name, texts in error.fields.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)
    if not error.fields:
        form.add_error(None, str(error.message))
