"""``queue_page``: the dispatch centre as a browser gets it, beside the bare view: same template, same rows."""

from django.urls import reverse

from apps.cases.views import dispatch
from apps.grid.permissions import Role
from bench import case_fixture
from bench.harness import Context

LARGE = True


def run(context: Context) -> None:
    """Queues with their counts and the first fifty of those in handling."""
    user = case_fixture.holder_of(Role.STREET_DISPATCHER, case_fixture.busy_street())
    url = f"{reverse('cases:dispatch')}?queue=handling"
    ours = case_fixture.fetched(case_fixture.signed_in(user), url)
    floor = case_fixture.bare(dispatch.dispatch, url, case_fixture.known(user))
    context.figure("queue_page", ours, floor, n=context.cases)
