"""What a demonstration shows beside the ordinary loop, acted out through the services at moments that are past.

The history beside this package is told in bulk. What stands here is rare, a handful of each, so that every row of it
is written by the very acts that write it in daily work.
"""

from datetime import datetime
from random import Random

from apps.assessment.seeding.scenes.archives import put_files_away, settle_applications
from apps.assessment.seeding.scenes.calls import call_back
from apps.assessment.seeding.scenes.cast import Cast, quiet_since, waiting_messages
from apps.assessment.seeding.scenes.disputes import mediate_disputes
from apps.assessment.seeding.scenes.duties import leave_a_duty_unclear, report_twice
from apps.assessment.seeding.scenes.hazards import list_hazards
from apps.assessment.seeding.scenes.legacies import keep_legacies
from apps.assessment.seeding.scenes.meetings import hold_meetings
from apps.assessment.seeding.scenes.publications import look_over_results
from apps.assessment.seeding.scenes.samples import review_a_sample
from apps.assessment.seeding.scenes.spots import check_on_the_spot
from apps.assessment.seeding.scenes.whistles import blow_whistles
from apps.grid.models import Unit

SCENES = (
    check_on_the_spot,
    call_back,
    report_twice,
    blow_whistles,
    keep_legacies,
    list_hazards,
    mediate_disputes,
    leave_a_duty_unclear,
    settle_applications,
    look_over_results,
    hold_meetings,
    put_files_away,
    review_a_sample,
)


def seed_scenes(district: Unit, *, rng: Random, now: datetime) -> int:
    """Act out every scene in the street of the demo accounts, once, after the history is written; answers how many
    acts were done. What was done more than a day ago tells nobody any more."""
    cast = Cast(district, rng, now)
    last = waiting_messages()
    for scene in SCENES:
        scene(cast)
    quiet_since(last, now=now)
    return cast.acts
