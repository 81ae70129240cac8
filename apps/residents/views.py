"""Pages of the residents' ledger."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.models import User
from apps.core import clock
from apps.core.errors import DomainError, NotAllowed
from apps.core.reveals import RevealForm
from apps.grid.models import Unit, UnitKind
from apps.grid.permissions import Permission
from apps.grid.scopes import covers, holds
from apps.residents import selectors, services
from apps.residents.choices import ResidenceKind
from apps.residents.forms import MoveOutForm, ResidentForm
from apps.residents.identity import looks_like_number

SIZES = (20, 50, 100)


def _person(request: HttpRequest, *permissions: Permission) -> User:
    user = cast(User, request.user)
    if not holds(user, *permissions):
        raise NotAllowed
    return user


def _size(request: HttpRequest) -> int:
    asked = request.GET.get("size", "")
    return int(asked) if asked in {str(one) for one in SIZES} else SIZES[0]


def _unit(request: HttpRequest, user: User, permission: Permission) -> tuple[Unit | None, list[Unit]]:
    """The unit asked for (or the only topmost one), and the units to go on to."""
    code = request.GET.get("unit", "")
    if code:
        unit = selectors.unit_in_scope(user, code, permission)
        return unit, selectors.units_below(unit)
    tops = selectors.top_units(user, permission)
    if len(tops) == 1:
        return tops[0], selectors.units_below(tops[0])
    return None, tops


@login_required
@require_GET
@never_cache
def residents(request: HttpRequest) -> HttpResponse:
    """The residents within the scope; ``?unit=&q=&kind=&sort=&size=&cursor=``."""
    user = _person(request, Permission.RESIDENT_VIEW)
    unit, below = _unit(request, user, Permission.RESIDENT_VIEW)
    kind = request.GET.get("kind", "") if request.GET.get("kind") in ResidenceKind.values else ""
    words = request.GET.get("q", "").strip()
    sort = request.GET.get("sort", "name")
    wanted = selectors.Wanted(unit=unit, words=words, kind=kind, sort=sort)
    size = _size(request)
    chips = [("q", words, words)] if words else []
    if kind:
        chips.append(("kind", kind, str(ResidenceKind(kind).label)))
    if "unit" in request.GET and unit is not None:
        chips.append(("unit", unit.code, unit.name))
    return render(
        request,
        "residents/list.html",
        {
            "page": selectors.list_residents(user, wanted, cursor=request.GET.get("cursor"), size=size),
            "total": selectors.count_residents(user, wanted),
            "unit": unit,
            "below": below,
            "chips": chips,
            "kinds": [("", _("全部")), *ResidenceKind.choices],
            "kind": kind,
            "words": words,
            "sort": sort,
            "size": size,
            "today": clock.today(),
            "may_add": holds(user, Permission.RESIDENT_EDIT),
        },
    )


@login_required
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Look for words, or for a whole number without ever putting it into an address."""
    user = _person(request, Permission.RESIDENT_VIEW)
    words = request.POST.get("q", "").strip()
    kept = {name: request.POST[name] for name in ("unit", "kind", "sort", "size") if request.POST.get(name)}
    if not looks_like_number(words):
        return redirect(f"{reverse('residents:list')}?{urlencode(kept | ({'q': words} if words else {}))}")
    matches = selectors.find_by_number(user, words)
    if len(matches) == 1:
        return redirect("residents:resident", matches[0].pk)
    return render(request, "residents/found.html", {"persons": matches, "today": clock.today()})


@login_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Choose a grid, then enter dwelling and person."""
    user = _person(request, Permission.RESIDENT_EDIT)
    unit, below = _unit(request, user, Permission.RESIDENT_EDIT)
    if unit is None or unit.kind != UnitKind.GRID:
        return render(request, "residents/choose_grid.html", {"unit": unit, "below": below})
    form = ResidentForm(request.POST if request.method == "POST" else None, initial={"since": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            residence = services.register_resident(actor=user, grid=unit, at=clock.now(), **form.arguments())
        except DomainError as error:
            _note(form, error)
        else:
            messages.success(request, _("已登记 %(name)s。") % {"name": residence.person.name})
            return redirect("residents:resident", residence.person_id)
    return render(
        request,
        "residents/add.html",
        {"form": form, "unit": unit},
        status=422 if form.is_bound and form.errors else 200,
    )


def _note(form: Any, error: DomainError) -> None:
    """Put a refusal beside the fields it names; one that names none of them goes on as it came."""
    named = {name: texts for name, texts in error.fields.items() if name in form.fields}
    if not named:
        raise error
    for name, texts in named.items():
        for text in texts:
            form.add_error(name, text)


@login_required
@require_GET
@never_cache
def resident(request: HttpRequest, person_id: int) -> HttpResponse:
    """One person: masked numbers, where the person lives and lived, the household, what was done with the record."""
    user = cast(User, request.user)
    person = selectors.resident(user, person_id)
    return render(request, "residents/resident.html", _facts(user, person) | {"form": MoveOutForm()})


def _facts(user: User, person: Any) -> dict[str, Any]:
    places = [residence.dwelling.place for residence in person.here]
    return {
        "person": person,
        "former": selectors.former_residences(user, person),
        "members": selectors.household_members(user, person),
        "events": selectors.events_of(user, person),
        "today": clock.today(),
        "may_reveal": any(covers(user, Permission.RESIDENT_REVEAL, place) for place in places),
        "may_edit": any(covers(user, Permission.RESIDENT_EDIT, place) for place in places),
    }


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def reveal(request: HttpRequest, person_id: int) -> HttpResponse:
    """Ask for a purpose, then show one person's full numbers, once."""
    user = cast(User, request.user)
    form = RevealForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            revealed = services.reveal_identity(
                actor=user, person_id=person_id, purpose=form.cleaned_data["purpose"], at=clock.now()
            )
        except DomainError as error:
            _note(form, error)
        else:
            return render(request, "residents/revealed.html", {"revealed": revealed, "person": revealed.person})
    person = selectors.resident(user, person_id)
    if not any(covers(user, Permission.RESIDENT_REVEAL, residence.dwelling.place) for residence in person.here):
        raise NotAllowed
    status = 422 if form.is_bound else 200
    return render(request, "residents/reveal.html", {"form": form, "person": person}, status=status)


@login_required
@require_POST
def move_out(request: HttpRequest, residence_id: int) -> HttpResponse:
    """End a residence; wrong input is shown on the person's page."""
    user = cast(User, request.user)
    form = MoveOutForm(request.POST)
    if form.is_valid():
        try:
            residence = services.move_out(
                actor=user, residence_id=residence_id, last_day=form.cleaned_data["last_day"], at=clock.now()
            )
        except DomainError as error:
            _note(form, error)
        else:
            messages.success(request, _("已办理 %(name)s 迁出。") % {"name": residence.person.name})
            return redirect("residents:list")
    person = selectors.resident(user, selectors.residence(user, residence_id).person_id)
    return render(request, "residents/resident.html", _facts(user, person) | {"form": form}, status=422)


@login_required
@require_GET
def reveals(request: HttpRequest) -> HttpResponse:
    """Who saw whose full numbers, when and why: for auditors."""
    user = _person(request, Permission.AUDIT_VIEW)
    size = _size(request)
    page = selectors.list_reveals(user, cursor=request.GET.get("cursor"), size=size)
    return render(request, "residents/reveals.html", {"page": page, "size": size})
