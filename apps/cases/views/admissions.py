"""The admission list of a unit, in the catalogue tab of the unit administration."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from apps.cases.catalogue_forms import AdmitForm, EndRuleForm
from apps.cases.selectors.admissions import admission_list, admission_of
from apps.cases.selectors.catalogue_pages import categories_to_admit
from apps.cases.services import admissions
from apps.cases.services.routing import check_catalogue_right
from apps.cases.views.catalogue import answer, form_page, frame
from apps.cases.views.common import person
from apps.core import clock
from apps.grid.selectors import visible_unit


@login_required
@require_GET
@never_cache
def admission(request: HttpRequest, code: str) -> HttpResponse:
    """What may be pushed to the grids of a unit, and whose list says so."""
    user = person(request)
    unit = visible_unit(user, code)
    context = frame(user, unit) | {
        "admission": admission_list(unit, on=clock.today()),
        "tree_target": "cases:admission",
    }
    return render(request, "cases/catalogue/admission.html", context)


@login_required
@form_page
@never_cache
def admit(request: HttpRequest, code: str) -> HttpResponse:
    """The form that puts categories on the unit's list."""
    user, on = person(request), clock.today()
    unit = visible_unit(user, code)
    check_catalogue_right(user, unit)
    known = categories_to_admit(unit, on=on)
    form = AdmitForm(request.POST if request.method == "POST" else None, categories=known)

    def act(given: dict[str, Any]) -> None:
        chosen = set(given.pop("categories"))
        wanted = [category for category in known if category.key in chosen]
        admissions.admit(actor=user, unit=unit, categories=wanted, at=clock.now(), **given)

    return answer(
        request,
        unit,
        form,
        act,
        done=_("已列入准入清单，到生效日起用。"),
        back=reverse("cases:admission", args=[code]),
        title=_("列入准入清单"),
        note=_("清单生效后，不在清单内的事项不能下派本单元的社区和网格；下级另有清单的，以下级清单为准。"),
    )


@login_required
@form_page
@never_cache
def end(request: HttpRequest, code: str, admission_id: int) -> HttpResponse:
    """The form that takes a category off the unit's list."""
    user = person(request)
    unit = visible_unit(user, code)
    check_catalogue_right(user, unit)
    line = admission_of(unit, admission_id)
    form = EndRuleForm(request.POST if request.method == "POST" else None, initial={"last_day": clock.today()})

    def act(given: dict[str, Any]) -> None:
        admissions.end_admission(actor=user, unit=unit, admission_id=admission_id, at=clock.now(), **given)

    return answer(
        request,
        unit,
        form,
        act,
        done=_("已移出准入清单。"),
        back=reverse("cases:admission", args=[code]),
        title=_("移出准入清单"),
        about=line.category,
        note=_("最后一天过后不能再下派；尚未生效的即行取消。"),
    )
