"""Pages of the limit policies."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from apps.core import clock
from apps.deadlines import rule_presentation as words
from apps.deadlines import rules
from apps.deadlines.categories import search_categories
from apps.deadlines.choices import Stage
from apps.deadlines.rule_forms import (
    AddPolicyForm,
    ChangePolicyForm,
    EndRuleForm,
)
from apps.deadlines.rule_views.common import answer, form_page, frame, matters_from, person, posted
from apps.deadlines.services import rules as changing
from apps.deadlines.views import for_administrators


@require_GET
@for_administrators
def policies(request: HttpRequest) -> HttpResponse:
    """The policies by stage; ``?stage=&preset=&unit=&when=`` narrow them."""
    given, today = request.GET, clock.today()
    stage = given.get("stage", "") if given.get("stage") in Stage.values else ""
    when = given.get("when", "") if given.get("when") in rules.WHENS else "now"
    unit = rules.unit_to_choose(person(request), given["unit"]) if given.get("unit") else None
    found = list(rules.policy_list(on=today, stage=stage, preset=given.get("preset", ""), unit=unit, when=when))
    names = rules.names_in(found)
    groups = [
        (Stage(value).label, [words.policy_line(one, names, today) for one in found if one.stage == value])
        for value in Stage.values
    ]
    return render(
        request,
        "deadlines/limits.html",
        frame("limits")
        | {
            "groups": [(label, lines) for label, lines in groups if lines],
            "total": len(found),
            "loaded": rules.presets().exists(),
            "stages": [("", _("全部环节")), *Stage.choices],
            "presets": [("", _("全部方案")), *((one.code, one.title) for one in rules.presets()), ("own", _("自定"))],
            "units": rules.units_to_choose(person(request)),
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
    user = person(request)
    form = AddPolicyForm(posted(request), units=rules.units_to_choose(user), initial={"unit": request.GET.get("unit")})

    def act(given: dict[str, Any]) -> None:
        matters = matters_from(
            user, given, level=given.pop("level"), category_prefix=given.pop("category_prefix").strip()
        )
        changing.add_policy(actor=user, matters=matters, at=clock.now(), **given)

    return answer(
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
    form = ChangePolicyForm(posted(request), initial=initial)

    def act(given: dict[str, Any]) -> None:
        changing.change_policy(actor=person(request), policy_id=policy_id, at=clock.now(), **given)

    return answer(
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
    form = EndRuleForm(posted(request), initial={"last_day": clock.today()})

    def act(given: dict[str, Any]) -> None:
        changing.end_policy(actor=person(request), policy_id=policy_id, at=clock.now(), **given)

    return answer(
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
