"""Appeals against cards: made within a limit, decided once; a card withdrawn stays written and counts no longer."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.core.errors import WrongState
from apps.deadlines import rulebook
from apps.deadlines.choices import AppealState, Card, Stage, Urgency
from apps.deadlines.models import CardAppeal, LadderStep, Limit
from apps.organisation.selectors import supervising_centre

if TYPE_CHECKING:
    from apps.accounts.models import User

GRAVITY = {Card.NONE: 0, Card.YELLOW: 1, Card.RED: 2}


def appeal_until(card: LadderStep) -> datetime:
    """Until when an appeal against a card may be made: the policy of the stage ``appeal``, from its issue on."""
    book = rulebook.current()
    policy = book.policy(
        stage=Stage.APPEAL,
        level="",
        category_key="",
        urgency=Urgency.NORMAL,
        place=card.limit.place,
        at=card.done_at,
    )
    return book.due(policy, card.done_at, card.limit.place)


@transaction.atomic
def appeal_card(*, card: LadderStep, actor: "User", reason: str, at: datetime) -> CardAppeal:
    """Appeal against a card in the name of its holder; the caller has checked that the actor may.

    The head of the limit decides, or where nobody sits at its desk the next centre above; none: the district's
    leaders. Raises ``WrongState`` when the time to appeal is over or an appeal was made before.
    """
    if at > appeal_until(card):
        raise WrongState(_("申诉期限已过。"))
    try:
        with transaction.atomic():
            return CardAppeal.objects.create(
                step=card,
                agency=card.holder,
                decider=supervising_centre(card.holder, card.limit.head),
                made_by=actor,
                made_at=at,
                reason=reason,
            )
    except IntegrityError as error:
        raise WrongState(_("该牌已经申诉过。")) from error


@transaction.atomic
def decide_appeal(*, appeal: CardAppeal, actor: "User", upheld: bool, reason: str, at: datetime) -> Limit:
    """Decide an appeal; upheld, the card is withdrawn and its limit shows the gravest card still standing.

    The caller has checked that the actor may. Returns the limit. Raises ``WrongState`` when it was decided before.
    """
    step = LadderStep.objects.get(pk=appeal.step_id)
    limit = Limit.objects.select_for_update(of=("self",)).get(pk=step.limit_id)
    state = AppealState.UPHELD if upheld else AppealState.REJECTED
    decided = CardAppeal.objects.filter(pk=appeal.pk, state=AppealState.OPEN).update(
        state=state, decided_by=actor, decided_at=at, decision=reason
    )
    if not decided:
        raise WrongState(_("该申诉已经裁定。"))
    if upheld:
        standing = LadderStep.objects.standing().filter(limit=limit).values_list("card", flat=True)
        limit.card = max((Card(card) for card in standing), key=lambda card: GRAVITY[card], default=Card.NONE)
        limit.save(update_fields=["card"])
    return limit
