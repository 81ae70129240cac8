"""The parties of a mediation shown once and for a purpose: to reach them, or on their agreement as it is printed."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.cases.choices import MediationState
from apps.cases.selectors.disputes import mediation_shown
from apps.cases.services.disputes import reveal_parties
from apps.cases.views.common import person
from apps.core import clock
from apps.core.errors import InvalidInput, WrongState
from apps.core.reveals import RevealForm


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def parties(request: HttpRequest, number: str, mediation: int) -> HttpResponse:
    """Ask for a purpose, then show names and phones, once."""
    return _shown(request, number, mediation, _("查看当事人"), "cases/parties_revealed.html")


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def agreement(request: HttpRequest, number: str, mediation: int) -> HttpResponse:
    """Ask for a purpose, then the agreement on A4 with the parties' names, to print and sign."""
    return _shown(request, number, mediation, _("打印协议书"), "cases/agreement.html", agreed=True)


def _shown(
    request: HttpRequest, number: str, mediation_number: int, title: str, template: str, *, agreed: bool = False
) -> HttpResponse:
    user, at = person(request), clock.now()
    mediation = mediation_shown(user, number, mediation_number)
    if agreed and mediation.state != MediationState.AGREED:
        raise WrongState(_("没有达成协议，没有可打印的协议书。"))
    form = RevealForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "mediation": mediation, "number": number, "title": title, "printed_at": at}
    if request.method == "POST" and form.is_valid():
        purpose = form.cleaned_data["purpose"]
        try:
            mediation, shown = reveal_parties(
                number=number, mediation_number=mediation_number, actor=user, purpose=purpose, at=at
            )
        except InvalidInput as error:
            for text in error.fields.get("purpose", []):
                form.add_error("purpose", text)
        else:
            return render(request, template, context | {"mediation": mediation, "shown": shown, "nav_active": "cases"})
    return render(request, "cases/parties_reveal.html", context, status=422 if form.errors else 200)
