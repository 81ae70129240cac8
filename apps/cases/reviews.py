"""Reminding of suspended cases whose review date has come."""

from datetime import datetime

from django.utils.translation import gettext_noop as _

from apps.cases.choices import SuspensionState
from apps.cases.models import Suspension
from apps.core import clock
from apps.notices import texts
from apps.notices.services import Draft, send
from apps.organisation.models import Agency
from apps.organisation.selectors import agency_people

REVIEW_TITLE = _("挂起到期，请复核：%(subject)s")
REVIEW = _("复核日期 %(day)s，承诺办结日期 %(promised)s。")


def remind_reviews(*, at: datetime) -> int:
    """Tell the desks, and whoever approved it, of the suspended cases whose review date has come; each is told once
    however often this runs. Answers how many cases wait for their review."""
    due = Suspension.objects.filter(state=SuspensionState.RUNNING, review_on__lte=clock.local(at).date())
    people = _PeopleOf()
    drafts = []
    for one in due.select_related("case__desk__unit", "decider__unit").order_by("review_on", "id"):
        case = one.case
        drafts.append(
            Draft(
                recipients=frozenset(people.at(case.desk) | (people.at(one.decider) if one.decider else set())),
                kind="case.review",
                title=REVIEW_TITLE,
                body=REVIEW,
                params={
                    "subject": f"{case.number} {case.title}",
                    "day": texts.day(one.review_on),
                    "promised": texts.day(one.promised_on),
                },
                url=f"/cases/{case.number}/",
                dedupe_key=f"case-review:{one.pk}",
            )
        )
    send(drafts, at=at)
    return len(drafts)


class _PeopleOf:
    """The people of each agency, asked once per batch."""

    def __init__(self) -> None:
        self._known: dict[int, set[int]] = {}

    def at(self, agency: Agency) -> set[int]:
        if agency.pk not in self._known:
            self._known[agency.pk] = set(agency_people(agency).order_by().values_list("pk", flat=True))
        return self._known[agency.pk]
