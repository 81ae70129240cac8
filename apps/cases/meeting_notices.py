"""What joint meetings tell people: that a list was opened, that a case was brought to its attached leader."""

from collections.abc import Sequence

from django.utils.translation import gettext_noop as _

from apps.cases.choices import MEETING_TOPIC
from apps.cases.models import JointMeeting
from apps.cases.services.meetings import fill_meeting
from apps.core import clock, outbox
from apps.core.models import OutboxMessage
from apps.notices import texts
from apps.notices.services import Draft, send
from apps.organisation.models import Agency, AgencyKind
from apps.organisation.selectors import agency_people

OPENED_TITLE = _("联席会议清单已开：%(unit)s")
OPENED = _("%(week)s 当周，共 %(count)s 件。")


@outbox.consumer(MEETING_TOPIC)
def notify_of_meetings(messages: Sequence[OutboxMessage]) -> None:
    """Fill the lists that began by hand, then tell the centres of their new lists, each once. May run twice."""
    for message in messages:
        if message.payload["fill"]:
            fill_meeting(meeting_id=message.payload["meeting"], at=clock.now())
    ids = {message.payload["meeting"] for message in messages}
    meetings = JointMeeting.objects.filter(pk__in=ids).select_related("unit").prefetch_related("items")
    units = {meeting.unit_id for meeting in meetings}  # type: ignore[attr-defined]
    centres = Agency.objects.filter(kind=AgencyKind.CENTRE, unit__in=units).select_related("unit")
    people = {centre.unit_id: set(agency_people(centre).values_list("pk", flat=True)) for centre in centres}  # type: ignore[attr-defined]
    drafts = [
        Draft(
            recipients=frozenset(people[meeting.unit_id] - {meeting.opened_by_id}),  # type: ignore[attr-defined]
            kind="case.meeting_opened",
            title=OPENED_TITLE,
            body=OPENED,
            params={
                "unit": meeting.unit.name,
                "week": texts.day(meeting.week),
                "count": len(meeting.items.all()),
            },
            url=f"/meetings/{meeting.pk}/",
            dedupe_key=f"joint-meeting:{meeting.pk}",
        )
        for meeting in meetings
    ]
    send(drafts, at=clock.now())
