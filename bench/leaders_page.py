"""``leaders_page``: the leaders' page as a browser gets it, beside the bare view: same template, same rows."""

from django.test import Client, RequestFactory
from django.urls import reverse

from apps.accounts.models import User
from apps.assessment import views
from apps.assessment.models import Period
from apps.assessment.services import publish_period, run_period
from apps.core import clock
from apps.grid.permissions import Permission, Role
from apps.grid.scopes import scopes_of
from apps.organisation.models import RoleGrant
from bench import score_fixture
from bench.harness import Context


def run(context: Context) -> None:
    """The ranking of the streets. The floor calls the view itself, with no middleware and with the scope known."""
    at, place = clock.now(), score_fixture.district()
    label = str(score_fixture.month().back())
    people = {
        grant.role: grant.user
        for grant in RoleGrant.objects.filter(unit=place, role__in=[Role.LEADER, Role.ASSESSOR]).select_related("user")
    }
    period = run_period(district=place, label=label, actor=None, at=at)
    if not period.is_public:
        publish_period(period_id=period.pk, actor=people[Role.ASSESSOR], at=at)
    url = f"{reverse('assessment:leaders')}?period={label}"
    client = Client(headers={"host": "localhost"})
    client.force_login(people[Role.LEADER], backend="django.contrib.auth.backends.ModelBackend")
    known = User.objects.get(pk=people[Role.LEADER].pk)
    scopes_of(known, Permission.SCORE_VIEW)

    def ours() -> None:
        if client.get(url).status_code != 200:
            raise RuntimeError(url)

    def floor() -> None:
        request = RequestFactory().get(url)
        request.user = known
        if views.leaders(request).status_code != 200:
            raise RuntimeError(url)

    context.figure("leaders_page", ours, floor, n=Period.objects.get(pk=period.pk).subjects, repeat=15)
