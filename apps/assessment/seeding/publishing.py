"""What the public reads of a told case: planned when it is closed, out a day later by itself."""

from datetime import datetime, timedelta

from apps.assessment.seeding.drafts import EventDraft, PublicationDraft, Story
from apps.cases.choices import LOOKED_OVER, CaseState, Publicity
from apps.cases.services.publication import BACKLOG, PUBLISH_AFTER

EVERY = timedelta(minutes=10)
"""How often the task of the timetable publishes what is due."""


def plan_publication(story: Story, *, now: datetime) -> None:
    """Give a story that was closed within the last ``BACKLOG`` its publication and, where that is out by ``now``, its
    event; matters about persons wait until a desk has looked them over. Older ones have none, as after an upgrade."""
    if story.closed is None or story.state != CaseState.CLOSED or story.closed < now - BACKLOG:
        return
    if story.kind.key.startswith(LOOKED_OVER):
        story.publication = PublicationDraft(Publicity.HELD.value, None, None)
        return
    due = story.closed + PUBLISH_AFTER
    out = _next_run(due)
    if out > now:
        story.publication = PublicationDraft(Publicity.WAITING.value, due, None)
        return
    story.publication = PublicationDraft(Publicity.PUBLISHED.value, None, out)
    story.version += 1
    state = story.state
    story.events.append(EventDraft(out, None, "publish", {}, state, state, None))
    story.events.sort(key=lambda event: event.at)


def _next_run(due: datetime) -> datetime:
    """The first run of the task at that moment or after it."""
    rest = timedelta(seconds=due.timestamp() % EVERY.total_seconds())
    return due - rest + EVERY if rest else due
