"""Forms of the routing rules, in the catalogue tab of the unit administration."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from apps.cases.catalogue_forms import AddRuleForm, ChangeRuleForm, EndRuleForm
from apps.cases.models import Category, RoutingRule
from apps.cases.selectors import catalogue_pages as reading
from apps.cases.selectors.routing import rule_of, targets_at
from apps.cases.services import routing
from apps.cases.views.catalogue import answer, form_page
from apps.cases.views.common import person
from apps.core import clock
from apps.grid.models import Unit
from apps.grid.selectors import visible_unit


def _back(unit: Unit, category: Category | None) -> str:
    if category is None:
        return reverse("cases:catalogue", args=[unit.code])
    return reverse("cases:category", args=[unit.code, category.key])


def _about(rule: RoutingRule) -> reading.RuleLine:
    return reading.rule_lines([rule], on=clock.today())[0]


@login_required
@form_page
@never_cache
def add_rule(request: HttpRequest, code: str) -> HttpResponse:
    """The form of a rule for ``?category=``, here or everywhere."""
    user = person(request)
    unit = visible_unit(user, code)
    routing.check_catalogue_right(user)
    category = reading.category_named(request.GET["category"]) if request.GET.get("category") else None
    form = AddRuleForm(request.POST if request.method == "POST" else None, unit=unit, agencies=targets_at(unit))

    def act(given: dict[str, Any]) -> None:
        routing.add_rule(
            actor=user,
            matters=routing.Matters(category, level=given["level"], unit=unit if given["area"] else None),
            targets=form.targets(),
            effective_from=given["effective_from"],
            effective_to=given["effective_to"],
            because=given["because"],
            at=clock.now(),
        )

    return answer(
        request,
        unit,
        form,
        act,
        done=_("已新增派遣规则，到生效日起用。"),
        back=_back(unit, category),
        title=_("新增派遣规则"),
        about=category,
    )


@login_required
@form_page
@never_cache
def change_rule(request: HttpRequest, code: str, rule_id: int) -> HttpResponse:
    """The form of other agencies for the matters of a rule."""
    user = person(request)
    unit = visible_unit(user, code)
    routing.check_catalogue_right(user)
    rule = rule_of(rule_id)
    form = ChangeRuleForm(
        request.POST if request.method == "POST" else None, agencies=targets_at(rule.unit or unit), rule=rule
    )

    def act(given: dict[str, Any]) -> None:
        routing.change_rule(
            actor=user,
            rule_id=rule_id,
            targets=form.targets(),
            effective_from=given["effective_from"],
            because=given["because"],
            at=clock.now(),
        )

    return answer(
        request,
        unit,
        form,
        act,
        done=_("已改为新的规则，到生效日起用。"),
        back=_back(unit, rule.category),
        title=_("改派遣规则"),
        rule=_about(rule),
        note=_("现行规则到新规则生效的前一天为止，不改写。"),
    )


@login_required
@form_page
@never_cache
def end_rule(request: HttpRequest, code: str, rule_id: int) -> HttpResponse:
    """The form that ends a rule."""
    user = person(request)
    unit = visible_unit(user, code)
    routing.check_catalogue_right(user)
    rule = rule_of(rule_id)
    form = EndRuleForm(request.POST if request.method == "POST" else None, initial={"last_day": clock.today()})

    def act(given: dict[str, Any]) -> None:
        routing.end_rule(actor=user, rule_id=rule_id, at=clock.now(), **given)

    return answer(
        request,
        unit,
        form,
        act,
        done=_("已结束该规则。"),
        back=_back(unit, rule.category),
        title=_("结束派遣规则"),
        rule=_about(rule),
        note=_("之后由其余适用的规则决定；尚未生效的规则即行撤回。"),
    )
