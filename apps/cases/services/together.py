"""Acts that come with photos: both or neither."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db import transaction

from apps.cases.actions import Action
from apps.cases.models import Case
from apps.cases.services.acting import perform
from apps.cases.services.evidence import AFTER, BEFORE, VERIFICATION, attach_appeal_photo, attach_case_photo
from apps.cases.services.reporting import report_case

if TYPE_CHECKING:
    from apps.accounts.models import User

# What the photos of an act show, where that is not the result.
SHOWN: dict[str, str] = {Action.DISSUADE: BEFORE, Action.HAND_OVER: BEFORE, Action.VERIFY: VERIFICATION}


@transaction.atomic
def perform_with_photos(*, number: str, actor: "User", at: datetime, photos: Iterable[BinaryIO], **given: Any) -> Case:
    """Attach photos of the result, of the fault or of what was seen, then act; raises what ``attach_case_photo`` and
    ``perform`` raise. The photos of an appeal are its evidence and hang on it."""
    if given.get("action") == Action.APPEAL:
        case = perform(number=number, actor=actor, at=at, **given)
        for photo in photos:
            attach_appeal_photo(case=case, actor=actor, upload=photo, at=at)
        return case
    purpose = SHOWN.get(given.get("action", ""), AFTER)
    for photo in photos:
        attach_case_photo(number=number, actor=actor, upload=photo, at=at, purpose=purpose)
    return perform(number=number, actor=actor, at=at, **given)


@transaction.atomic
def report_with_photos(*, actor: "User", at: datetime, photos: Iterable[BinaryIO], **given: Any) -> Case:
    """Report a case and attach the photos of what was found; a repeat with the same ``client_id`` adds none."""
    case = report_case(actor=actor, at=at, **given)
    if case.reported_at == at:
        for photo in photos:
            attach_case_photo(number=case.number, actor=actor, upload=photo, at=at, purpose=BEFORE)
    return case


@transaction.atomic
def report_and_settle(*, actor: "User", at: datetime, photos: Iterable[BinaryIO], result: str, **given: Any) -> Case:
    """Report an application that is complete and settle it at once, both or neither; a repeat with the same
    ``client_id`` does neither again. Raises what ``report_case`` and ``perform`` raise."""
    case = report_with_photos(actor=actor, at=at, photos=photos, **given)
    if not hasattr(case, "opened"):  # it was there before
        return case
    return perform(
        number=case.number, action=Action.SETTLE_AT_ONCE, actor=actor, at=at, version=case.version, note=result
    )
