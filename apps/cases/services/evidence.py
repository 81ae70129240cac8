"""Photos of a case, and the check that a category's evidence is there."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from apps.cases.choices import APPEAL_TARGET, CASE_TARGET, CaseState, Evidence
from apps.cases.models import Case, Leg
from apps.cases.standing import reviews_for
from apps.core.attachments import attach_photo
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from apps.core.models import Attachment
from apps.deadlines.models import CardAppeal
from apps.grid.permissions import Permission
from apps.grid.scopes import covers
from apps.grid.storage import storage_unit

if TYPE_CHECKING:
    from apps.accounts.models import User

BEFORE, AFTER = "before", "after"
EVIDENCE = "evidence"  # what was found at a spot check or a review
VERIFICATION = "verification"  # what was seen when the result was verified
NEEDED = {
    Evidence.NONE: frozenset[str](),
    Evidence.PHOTO_BEFORE: frozenset({BEFORE}),
    Evidence.PHOTO_AFTER: frozenset({AFTER}),
    Evidence.BOTH: frozenset({BEFORE, AFTER}),
    Evidence.MEDIATION: frozenset(),
}


@transaction.atomic
def attach_case_photo(
    *,
    number: str,
    actor: "User",
    upload: BinaryIO | None,
    at: datetime,
    purpose: str | None = None,
    client_id: uuid.UUID | None = None,
    wrong: Mapping[str, list[str]] | None = None,
) -> Attachment:
    """Add a photo to an open case the actor sees; before handling it shows the problem, later the result. On one that
    waits for its spot check, or for its review by the actor, it shows what is found there.

    Raises ``NotVisible``, ``NotAllowed`` for those who only look on, ``WrongState`` for another finished case,
    ``InvalidInput`` for what is no photo; ``wrong`` is what an edge found amiss, raised in its place in that order.
    """
    case = Case.objects.filter(number=number).select_for_update().first()
    if case is None or not Case.objects.visible_to(actor).filter(pk=case.pk).exists():
        raise NotVisible
    handles = Leg.objects.held_for(actor).filter(case=case).exists()
    inspects = bool(reviews_for(case, actor))
    if not handles and not inspects and not covers(actor, Permission.CASE_REPORT, case.place):
        raise NotAllowed
    looked_at = case.spot_waiting or inspects
    if not case.open and not looked_at:
        raise WrongState(extra={"state": case.state})
    if wrong or upload is None:
        raise InvalidInput(fields=wrong or {"photo": [_("请选择照片。")]})
    if looked_at:
        purpose = EVIDENCE
    elif purpose not in {BEFORE, AFTER, VERIFICATION}:
        purpose = BEFORE if case.state in {CaseState.REPORTED, CaseState.REGISTERED} else AFTER
    return attach_photo(
        kind=CASE_TARGET,
        target_id=case.pk,
        upload=upload,
        actor=actor,
        at=at,
        purpose=purpose,
        client_id=client_id,
        unit_id=storage_unit(case.place),
    )


@transaction.atomic
def attach_case_photos(*, number: str, actor: "User", uploads: Iterable[BinaryIO], at: datetime) -> list[Attachment]:
    """Add several photos, all or none; raises as ``attach_case_photo`` does, also where none is given."""
    files: list[BinaryIO | None] = list(uploads)
    return [attach_case_photo(number=number, actor=actor, upload=upload, at=at) for upload in files or [None]]


def attach_appeal_photo(*, case: Case, actor: "User", upload: BinaryIO, at: datetime) -> Attachment:
    """Add a photo to the appeal that the actor has just made; raises ``InvalidInput`` for what is no photo."""
    appeal = CardAppeal.objects.filter(made_by=actor, made_at=at).latest("pk")
    return attach_photo(
        kind=APPEAL_TARGET, target_id=appeal.pk, upload=upload, actor=actor, at=at, unit_id=storage_unit(case.place)
    )


def check_evidence(case: Case) -> None:
    """Raise ``InvalidInput`` naming ``photo`` when the category demands photos that are not there, ``mediation`` when
    it demands the result of a mediation and there is none."""
    if case.category.evidence == Evidence.MEDIATION and (case.mediating or not case.mediations_made):
        raise InvalidInput(fields={"mediation": [_("矛盾纠纷须先记录调解结果：达成协议，或调解不成及后续途径。")]})
    needed = NEEDED[Evidence(case.category.evidence)]
    if not needed:
        return
    there = Attachment.objects.filter(target_kind=CASE_TARGET, target_id=case.pk, purpose__in=needed)
    missing = needed - set(there.values_list("purpose", flat=True))
    texts = {BEFORE: _("该类别要求处置前照片，请先上传。"), AFTER: _("该类别要求处置后照片，请先上传。")}
    if missing:
        raise InvalidInput(fields={"photo": [texts[purpose] for purpose in sorted(missing)]})
