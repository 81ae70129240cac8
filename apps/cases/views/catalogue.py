"""The catalogue tab of the unit administration: the tree of categories, one category, and its changes."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.models import User
from apps.cases.catalogue_forms import ChangeCategoryForm, NewCategoryForm, SchemeForm
from apps.cases.selectors import catalogue_pages as reading
from apps.cases.selectors.schemes import scheme_history, schemes_loaded
from apps.cases.services import categories
from apps.cases.services.routing import check_catalogue_right
from apps.cases.services.schemes import choose_scheme
from apps.cases.views.common import person
from apps.core import clock
from apps.core.errors import DomainError
from apps.core.form_errors import take_errors
from apps.core.workbooks import Column, workbook_response
from apps.grid.manage_tabs import tabs_for
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import holds
from apps.grid.selectors import tree_around, visible_unit

form_page = require_http_methods(["GET", "POST"])
MOST_WORDS = 100


def frame(user: User, unit: Unit) -> dict[str, Any]:
    """What every page of the tab shows around its content."""
    return {
        "unit": unit,
        "tree": tree_around(user, unit),
        "tree_target": "cases:catalogue",
        "tabs": tabs_for(user, unit, "catalogue"),
        "nav_active": "manage",
        "today": clock.today(),
        "may_edit": holds(user, Permission.SYSTEM_MANAGE),
    }


@login_required
@require_GET
@never_cache
def catalogue(request: HttpRequest, code: str) -> HttpResponse:
    """The tree with whom the unit's desk gives each category to; ``?branch=&q=&show=`` choose the leaves listed."""
    user, on = person(request), clock.today()
    unit = visible_unit(user, code)
    given = request.GET
    show = given.get("show", "") if given.get("show") in reading.SHOWS else "all"
    words = given.get("q", "").strip()[:MOST_WORDS].replace("\0", "")
    tree = reading.catalogue_tree(unit, on=on, branch=given.get("branch", ""), words=words, show=show)
    labels = {
        "all": _("全部"),
        "fallback": _("由托底单位"),
        "nobody": _("无处可派"),
        "inactive": _("未启用"),
    }
    context = frame(user, unit) | {
        "catalogue": tree,
        "words": words,
        "show": show,
        "shows": [(name, f"{labels[name]} {tree.counts[name]}") for name in reading.SHOWS],
        "general": reading.general_rules(on=on),
    }
    return render(request, "cases/catalogue/tree.html", context)


@login_required
@require_GET
@never_cache
def category(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """A category: what it is, whom it goes to here, its rules, and the history of both."""
    user = person(request)
    unit = visible_unit(user, code)
    context = frame(user, unit) | {"page": reading.category_page_of(unit, key, on=clock.today())}
    return render(request, "cases/catalogue/category.html", context)


@login_required
@require_GET
def export(request: HttpRequest, code: str) -> FileResponse:
    """The categories in use as a workbook, with whom the unit's desk gives them to."""
    unit = visible_unit(person(request), code)
    columns = [
        Column(_("代码"), 26),
        Column(_("领域"), 12),
        Column(_("大类"), 18),
        Column(_("小类"), 24),
        Column(_("英文名称"), 30),
        Column(_("紧急程度"), 10),
        Column(_("可当场处置"), 12),
        Column(_("证据要求"), 16),
        Column(_("可居民自治"), 12),
        Column(_("可申办事项"), 12),
        Column(_("工作标准"), 60),
        Column(_("主办单位"), 26),
        Column(_("协办单位"), 26),
        Column(_("由托底单位"), 12),
        Column(_("派遣规则"), 30),
    ]
    name = _("%(unit)s案件类别") % {"unit": unit.name}
    return workbook_response(name=name, columns=columns, rows=reading.export_rows(unit, on=clock.today()))


@login_required
@form_page
@never_cache
def new_category(request: HttpRequest, code: str) -> HttpResponse:
    """The form of a category below ``?parent=``."""
    user = person(request)
    unit = visible_unit(user, code)
    check_catalogue_right(user)
    parent = reading.category_named(request.GET.get("parent", ""))
    form = NewCategoryForm(request.POST if request.method == "POST" else None)
    back = f"{reverse('cases:catalogue', args=[code])}?{urlencode({'branch': parent.key})}"

    def act(given: dict[str, Any]) -> None:
        fields = form.fields_given()
        categories.create_category(
            actor=user,
            parent=parent,
            code=fields.pop("code").strip(),
            icon=fields.pop("icon"),
            fields=fields,
            effective_from=given["effective_from"],
            because=given["because"],
            at=clock.now(),
        )

    return answer(
        request, unit, form, act, done=_("已新增类别，到生效日启用。"), back=back, title=_("新增类别"), about=parent
    )


@login_required
@form_page
@never_cache
def change_category(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """The form that changes, retires or brings back a category."""
    user = person(request)
    unit = visible_unit(user, code)
    check_catalogue_right(user)
    found = reading.category_named(key)
    form = ChangeCategoryForm(request.POST if request.method == "POST" else None, category=found)

    def act(given: dict[str, Any]) -> None:
        categories.change_category(
            actor=user,
            category_id=found.pk,
            changes=form.fields_given(),
            effective_from=given["effective_from"],
            because=given["because"],
            at=clock.now(),
        )

    back = reverse("cases:category", args=[code, key])
    return answer(
        request, unit, form, act, done=_("已写下变更，到生效日起用。"), back=back, title=_("改类别"), about=found
    )


@login_required
@require_POST
def withdraw_version(request: HttpRequest, code: str, version_id: int) -> HttpResponse:
    """Take a planned change back."""
    user = person(request)
    unit = visible_unit(user, code)
    version = categories.withdraw_version(actor=user, version_id=version_id, at=clock.now())
    messages.success(request, _("已撤回。"))
    return redirect("cases:category", unit.code, version.category.key)


@login_required
@form_page
@never_cache
def scheme(request: HttpRequest, code: str) -> HttpResponse:
    """The form that lets a district go by another scheme of codes, and which it went by."""
    user = person(request)
    unit = visible_unit(user, code)
    check_catalogue_right(user, unit)
    form = SchemeForm(request.POST if request.method == "POST" else None, loaded=schemes_loaded())

    def act(given: dict[str, Any]) -> None:
        choose_scheme(actor=user, unit=unit, at=clock.now(), **given)

    return answer(
        request,
        unit,
        form,
        act,
        done=_("已选定编码方案，到生效日起用。"),
        back=reverse("cases:catalogue", args=[code]),
        title=_("换编码方案"),
        note=_("生效日起，新案件从该方案的部件和事件中选类别；已有案件的类别不变。"),
        history=scheme_history(unit),
    )


def answer(
    request: HttpRequest,
    unit: Unit,
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
            act(form.cleaned_data)
        except DomainError as error:
            if error.status in (403, 404):
                raise
            take_errors(form, error)
        else:
            messages.success(request, done)
            return redirect(back)
    context = {"unit": unit, "form": form, "title": title, "back": back, "nav_active": "manage", **more}
    return render(request, "cases/catalogue/form.html", context, status=422 if form.errors else 200)
