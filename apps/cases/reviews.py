"""Reminding of suspended cases whose review date has come, of controls and hazards, and of samples that are due."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_noop as _

from apps.cases.choices import SpecialState, SuspensionState
from apps.cases.models import HazardListing, SpecialListing, Suspension
from apps.cases.selectors.samples import unfinished_samples
from apps.core import clock
from apps.notices import texts
from apps.notices.services import Draft, send
from apps.organisation.models import Agency, AgencyKind
from apps.organisation.selectors import agency_people

REVIEW_TITLE = _("挂起到期，请复核：%(subject)s")
REVIEW = _("复核日期 %(day)s，承诺办结日期 %(promised)s。")


CONTROL_TITLE = _("专案管控到期：%(subject)s")
CONTROL_DUE = _("应在 %(day)s 前管控，请办理并记录。")


def remind_controls(*, at: datetime) -> int:
    """Tell whoever answers for a case on the special list, and the district's centre, that its control is due; each is
    told once per control however often this runs. Answers how many controls are due."""
    today = clock.local(at).date()
    due = SpecialListing.objects.filter(state=SpecialState.LISTED, control_on__lte=today)
    due = due.select_related("case", "agency__unit", "leader").order_by("control_on", "id")
    centre_of = _centres({one.case.district_id for one in due})
    people = _PeopleOf()
    drafts = []
    for one in due:
        told = people.at(centre_of[one.case.district_id]) | (people.at(one.agency) if one.agency else set())
        drafts.append(
            Draft(
                recipients=frozenset(told | ({one.leader.pk} if one.leader else set())),
                kind="case.control_due",
                title=CONTROL_TITLE,
                body=CONTROL_DUE,
                params={"subject": f"{one.case.number} {one.case.title}", "day": texts.day(one.control_on or today)},
                url=f"/cases/{one.case.number}/",
                dedupe_key=f"special-control:{one.pk}:{one.control_on}",
            )
        )
    send(drafts, at=at)
    return len(drafts)


HAZARD_TITLE = _("挂牌整改到期：%(subject)s")
HAZARD_DUE = _("应在 %(day)s 前整改完毕，请组织验收。")


def remind_hazards(*, at: datetime) -> int:
    """Tell whoever watches over the removal of a listed hazard, and the district's centre, that it is due; each is told
    once however often this runs. Answers how many are due."""
    due = HazardListing.objects.filter(accepted_at__isnull=True, due_on__lte=clock.local(at).date())
    due = due.select_related("case", "agency__unit").order_by("due_on", "id")
    centre_of = _centres({one.case.district_id for one in due})
    people = _PeopleOf()
    drafts = [
        Draft(
            recipients=frozenset(people.at(centre_of[one.case.district_id]) | people.at(one.agency)),
            kind="case.hazard_due",
            title=HAZARD_TITLE,
            body=HAZARD_DUE,
            params={"subject": f"{one.case.number} {one.case.title}", "day": texts.day(one.due_on)},
            url=f"/cases/{one.case.number}/",
            dedupe_key=f"hazard-due:{one.pk}",
        )
        for one in due
    ]
    send(drafts, at=at)
    return len(drafts)


SAMPLE_DUE_TITLE = _("样本评查：%(title)s")
SAMPLE_DUE = _("应在 %(day)s 前评查完毕，还有 %(count)s 件未评查。")
SAMPLE_AHEAD = timedelta(days=3)


def remind_samples(*, at: datetime) -> int:
    """Tell whoever drew a sample, and the centre of its unit, that its reviews are due: once some days before, once
    when the day has passed. Answers how many unfinished samples are past their day."""
    today = clock.local(at).date()
    due = [one for one in unfinished_samples() if one.due_on - SAMPLE_AHEAD <= today]
    centre_of = _centres({one.unit_id for one in due})
    people = _PeopleOf()
    drafts = []
    for one in due:
        centre = centre_of.get(one.unit_id)
        drafts.append(
            Draft(
                recipients=frozenset({one.drawn_by_id} | (people.at(centre) if centre else set())),  # type: ignore[attr-defined]
                kind="case.sample_due",
                title=SAMPLE_DUE_TITLE,
                body=SAMPLE_DUE,
                params={"title": one.title, "day": texts.day(one.due_on), "count": one.waiting},  # type: ignore[attr-defined]
                url=f"/samples/{one.pk}/",
                dedupe_key=f"sample-due:{one.pk}:{'over' if one.due_on < today else 'soon'}",
            )
        )
    send(drafts, at=at)
    return sum(one.due_on < today for one in due)


def _centres(units: set[int]) -> dict[int, Agency]:
    """The centres of units, by the unit's key."""
    centres = Agency.objects.filter(kind=AgencyKind.CENTRE, unit_id__in=units).select_related("unit")
    return {centre.unit_id: centre for centre in centres}  # type: ignore[attr-defined]


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
