"""``case_page``: a case as a browser gets it, beside the bare view: same template, same rows."""

from django.urls import reverse

from apps.cases.models import Case
from apps.cases.views import case as views
from apps.grid.permissions import Role
from bench import case_fixture
from bench.harness import Context

LARGE = True


def run(context: Context) -> None:
    """An open case of a busy street, seen by its dispatcher."""
    street = case_fixture.busy_street()
    user = case_fixture.holder_of(Role.STREET_DISPATCHER, street)
    number = Case.objects.filter(open=True, street_id=street).order_by("-head_sequence", "id")[0].number
    url = reverse("cases:case", args=[number])
    ours = case_fixture.fetched(case_fixture.signed_in(user), url)
    floor = case_fixture.bare(views.case, url, case_fixture.known(user), number=number)
    context.figure("case_page", ours, floor, n=context.cases)
