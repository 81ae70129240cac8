"""What runs beside the legs and keeps pace with the case: the limit of the whole case, supervision orders, requests for
more time."""

from datetime import datetime
from typing import TYPE_CHECKING

from apps.cases.actions import Action
from apps.cases.calls import FOLLOW_UP_SUBJECT, FollowUpState
from apps.cases.choices import (
    FINISHED,
    ORDER_SUBJECT,
    WHOLE_SUBJECT,
    CaseState,
    EnforcementState,
    OrderState,
    RequestState,
    SpotState,
    SuspensionState,
)
from apps.cases.matters import open_orders_of, request_of
from apps.cases.models import (
    Case,
    Enforcement,
    ExtensionRequest,
    FollowUp,
    SampleReview,
    SpotCheck,
    Supervision,
    Suspension,
)
from apps.cases.sampling import ReviewState
from apps.cases.services.files import filing_follows
from apps.cases.services.legs import level_of
from apps.cases.services.meetings import meeting_follows
from apps.cases.services.publication import publication_follows
from apps.cases.services.special import special_follows
from apps.cases.services.spot_limits import checking_follows
from apps.deadlines import rulebook
from apps.deadlines import services as deadlines
from apps.deadlines.choices import LimitState, Outcome, Stage
from apps.deadlines.models import Limit
from apps.organisation.models import Agency
from apps.organisation.selectors import centres_above

if TYPE_CHECKING:
    from apps.cases.services.acting import Step

STARTING = frozenset({Action.REGISTER, Action.REOPEN})
# These may open a finished case again.
TAKING_UP = frozenset({Action.SPOT_CHECK, Action.REVIEW_SAMPLE, Action.FOLLOW_UP, Action.UNARCHIVE})


def above(desk: Agency) -> Agency | None:
    """The centre above a desk; none above the district's."""
    return centres_above(desk.unit).select_related("unit").first()


def keep_pace(step: "Step", *, state: str, desk_id: int, holder_id: int | None) -> None:
    """After an act: start, hand over, pause, resume or end what runs beside the legs. ``state``, ``desk_id`` and
    ``holder_id`` are the case's before it. The caller saves the case."""
    case, at = step.case, step.at
    if step.row.action in STARTING or (step.row.action in TAKING_UP and case.open):
        start_whole(case, at=at)
    elif not case.open:
        if state != CaseState.REPORTED and state not in FINISHED:
            deadlines.end_limits(subject_kind=WHOLE_SUBJECT, subject_ids=[case.pk], at=at)
    elif case.state == CaseState.SUSPENDED != state:
        deadlines.pause_limit(subject_kind=WHOLE_SUBJECT, subject_id=case.pk, at=at)
    elif step.row.action is Action.RESUME:
        deadlines.resume_limit(subject_kind=WHOLE_SUBJECT, subject_id=case.pk, at=at)
    elif case.desk_id != desk_id:  # type: ignore[attr-defined]
        deadlines.change_holder(subject_kind=WHOLE_SUBJECT, subject_id=case.pk, holder=case.desk, head=above(case.desk))
    _orders_follow(case, holder_id, at)
    _request_follows(case, at)
    _pause_follows(case, at)
    _enforcement_follows(case, at)
    _check_follows(case, at)
    _follow_up_follows(case, at)
    _reviews_follow(case, at)
    special_follows(step)
    meeting_follows(step)
    publication_follows(step)
    filing_follows(step)


def start_whole(case: Case, *, at: datetime) -> Limit:
    """From registration, or from being reopened, to closing: the desk that answers for the case holds it."""
    return deadlines.start_limit(
        stage=Stage.WHOLE,
        subject_kind=WHOLE_SUBJECT,
        subject_id=case.pk,
        subject_label=f"{case.number} {case.title}",
        subject_url=f"/cases/{case.number}/",
        place=case.place,
        holder=case.desk,
        head=above(case.desk),
        level=level_of(case.desk),
        category_key=case.category.key,
        urgency=case.urgency,
        complexity=case.complexity,
        at=at,
    )


def carry_whole(case: Case, until: datetime, *, at: datetime) -> None:
    """More time for a leg than the whole case has left carries the end of the whole with it."""
    limit = Limit.objects.filter(
        subject_kind=WHOLE_SUBJECT, subject_id=case.pk, state__in=[LimitState.RUNNING, LimitState.PAUSED]
    ).first()
    if limit is not None and limit.due_at < until:
        deadlines.extend_limit(limit, due_at=until, at=at, allowed=limit.extensions + 1)


def head_of_order(centre: Agency, holder: Agency) -> Agency | None:
    """Whom the cards for a missing reply reach: the centre that ordered it, or the one above where it holds the case
    itself."""
    return above(holder) if centre.pk == holder.pk else centre


def plan_order(case: Case, centre: Agency, holder: Agency, *, due_at: datetime | None, at: datetime) -> Limit:
    """The unsaved limit within which the holder of a case replies to an order of ``centre``."""
    head = head_of_order(centre, holder)
    return deadlines.make_limit(
        rulebook.held(),
        stage=Stage.SUPERVISION,
        subject_kind=ORDER_SUBJECT,
        subject_id=0,
        subject_label=f"{case.number} {case.title}",
        subject_url=f"/cases/{case.number}/",
        place=case.place,
        holder_id=holder.pk,
        head_id=head.pk if head else None,
        level=level_of(holder),
        category_key=case.category.key,
        urgency=case.urgency,
        complexity=case.complexity,
        at=at,
        due_at=due_at,
    )


def end_order(case: Case, order: Supervision, *, state: str, at: datetime) -> None:
    """End an order and its limit; the caller saves the case."""
    order.state, order.ended_at = state, at
    order.save()
    outcome = Outcome.CANCELLED if state == OrderState.WITHDRAWN else Outcome.DONE
    deadlines.end_limits(subject_kind=ORDER_SUBJECT, subject_ids=[order.pk], at=at, outcome=outcome)
    case.orders_open -= 1


def _orders_follow(case: Case, holder_id: int | None, at: datetime) -> None:
    """An order follows the case to its next holder, and ends with the case."""
    holder = case.holder
    if not case.orders_open or (holder is not None and holder.pk == holder_id):
        return
    for order in open_orders_of(case):
        if holder is None:
            end_order(case, order, state=OrderState.ENDED, at=at)
        else:
            deadlines.change_holder(
                subject_kind=ORDER_SUBJECT,
                subject_id=order.pk,
                holder=holder,
                head=head_of_order(order.centre, holder),
            )


def _request_follows(case: Case, at: datetime) -> None:
    """A request for more time lapses when its leg is over."""
    request = request_of(case)
    if request is None or request.state != RequestState.ASKED:
        return
    lapsed = ExtensionRequest.objects.filter(pk=request.pk, state=RequestState.ASKED, leg__ended_at__isnull=False)
    if lapsed.update(state=RequestState.LAPSED, decided_at=at):
        case.extension_asked = False


def _pause_follows(case: Case, at: datetime) -> None:
    """A request to suspend lapses when its leg is over."""
    if not case.suspension_asked:
        return
    lapsed = Suspension.objects.filter(case=case, state=SuspensionState.ASKED, leg__ended_at__isnull=False)
    if lapsed.update(state=SuspensionState.LAPSED, decided_at=at):
        case.suspension_asked = False


def _enforcement_follows(case: Case, at: datetime) -> None:
    """A hand-over whose leg is over without a decision was given back."""
    if not case.enforcing:
        return
    over = Enforcement.objects.filter(case=case, state=EnforcementState.HANDED, leg__ended_at__isnull=False)
    if over.update(state=EnforcementState.GIVEN_BACK, ended_at=at):
        case.enforcing = False


def _check_follows(case: Case, at: datetime) -> None:
    """What is opened again before its spot check could be made is checked no more."""
    if case.spot_waiting and case.open:
        check = SpotCheck.objects.get(case=case, state=SpotState.WAITING)
        check.state, check.ended_at = SpotState.LAPSED, at
        check.save(update_fields=["state", "ended_at"])
        checking_follows(check.draw_id, at=at)  # type: ignore[attr-defined]
        case.spot_waiting = False


def end_follow_up(case: Case, row: FollowUp, state: FollowUpState, *, at: datetime) -> None:
    """End following up a case and its limit; the caller saves both."""
    row.state, row.ended_at = state, at
    case.follow_up_waiting = False
    outcome = Outcome.CANCELLED if state == FollowUpState.LAPSED else Outcome.DONE
    deadlines.end_limits(subject_kind=FOLLOW_UP_SUBJECT, subject_ids=[row.pk], at=at, outcome=outcome)


def _follow_up_follows(case: Case, at: datetime) -> None:
    """What is opened again before its reporter was reached is followed up no more."""
    if case.follow_up_waiting and case.open:
        row = FollowUp.objects.get(case=case, state=FollowUpState.WAITING)
        end_follow_up(case, row, FollowUpState.LAPSED, at=at)
        row.save()


def _reviews_follow(case: Case, at: datetime) -> None:
    """What is opened again is a handled case no more, and is reviewed in no sample that still waits for it."""
    if case.samples_waiting and case.open:
        waiting = SampleReview.objects.filter(case=case, state=ReviewState.WAITING)
        waiting.update(state=ReviewState.LAPSED, ended_at=at)
        case.samples_waiting = 0
