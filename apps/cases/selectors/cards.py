"""The cards that were issued: lists by key, and one card with its ladder, its case and the appeal against it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.cases.choices import APPEAL_TARGET, LEG_SUBJECT, ORDER_SUBJECT, WHOLE_SUBJECT
from apps.cases.matters import appeal_of
from apps.cases.models import Case, Leg, Supervision
from apps.cases.selectors.desk import agencies_of
from apps.cases.selectors.detail import CaseDetail, case_seen_by
from apps.cases.standing import appeals_to_decide, cards_to_appeal
from apps.core.attachments import attachments_of
from apps.core.errors import NotAllowed, NotVisible
from apps.core.keyset import KeysetPage, keyset_page
from apps.core.models import Attachment
from apps.deadlines.appeals import appeal_until
from apps.deadlines.choices import AppealState, Card
from apps.deadlines.models import CardAppeal, LadderStep, Limit
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import holds, scopes_of
from apps.organisation.models import Agency, agency_ids_of

if TYPE_CHECKING:
    from apps.accounts.models import User

ORDER = ("-done_at", "-id")
LIST_RELATED = ("limit__street", "limit__community", "limit__grid", "holder", "appeal")
STANDING, APPEALED, WITHDRAWN = "standing", "appealed", "withdrawn"
STATES = (STANDING, APPEALED, WITHDRAWN)


@dataclass(frozen=True)
class CardsWanted:
    """What a list of cards is narrowed to; ``mine``: those that the user's own agencies and desks got."""

    mine: bool = False
    kind: str = ""
    stage: str = ""
    state: str = ""
    holder: Agency | None = None
    unit: Unit | None = None

    @property
    def q(self) -> Q:
        """The condition on ladder steps."""
        condition = Q()
        if self.kind:
            condition &= Q(kind=self.kind)
        if self.stage:
            condition &= Q(limit__stage=self.stage)
        if self.state == STANDING:
            condition &= Q(appeal__isnull=True) | ~Q(appeal__state=AppealState.UPHELD)
        elif self.state == APPEALED:
            condition &= Q(appeal__state=AppealState.OPEN)
        elif self.state == WITHDRAWN:
            condition &= Q(appeal__state=AppealState.UPHELD)
        if self.holder is not None:
            condition &= Q(holder_id=self.holder.pk)
        if self.unit is not None:
            condition &= Q(**{f"limit__{self.unit.kind}_id": self.unit.pk})
        return condition


def sees_area(user: "User") -> bool:
    """Whether the user sees the cards of a whole area: desks, leaders and assessors do."""
    return holds(user, Permission.CASE_COMMENT, Permission.SCORE_RUN)


def gets_cards(user: "User") -> bool:
    """Whether cards can be issued to the user: handlers of agencies and those who sit at a desk."""
    return bool(agency_ids_of(user)) or holds(user, Permission.CASE_SETTLE)


def require_cards_right(user: "User") -> None:
    """Raises ``NotAllowed`` for those who neither get cards nor look after an area."""
    if not sees_area(user) and not gets_cards(user):
        raise NotAllowed


def card_page(user: "User", wanted: CardsWanted, *, cursor: str | None, size: int) -> KeysetPage[LadderStep]:
    """One page of the cards, the newest first. Raises ``NotAllowed``."""
    require_cards_right(user)
    cards = LadderStep.objects.cards().visible_to(user)
    if wanted.mine or not sees_area(user):
        cards = LadderStep.objects.cards().filter(holder__in=[agency.pk for agency in agencies_of(user)])
    rows = cards.filter(wanted.q, _nearby(user, wanted)).select_related(*LIST_RELATED)
    return keyset_page(rows, ORDER, cursor, size)


def _nearby(user: "User", wanted: CardsWanted) -> Q:
    """Where the list runs over single communities, the few limits there that got a card; elsewhere nothing, for the
    newest cards of a wide area are found soonest in their own order."""
    communities = _communities(user, wanted)
    if communities is None:
        return Q()
    limits = Limit.objects.filter(community__in=communities).exclude(card=Card.NONE)
    withdrawn = CardAppeal.objects.filter(state=AppealState.UPHELD, step__limit__community__in=communities).order_by()
    return Q(limit__in=limits.values("pk").union(withdrawn.values("step__limit")))


def _communities(user: "User", wanted: CardsWanted) -> list[int] | None:
    """The communities in which all cards of the list lie; none where it runs over a street or follows an agency."""
    unit = wanted.unit
    if unit is not None and unit.kind in {"community", "grid"}:
        return [unit.pk if unit.kind == "community" else unit.parent_id or 0]
    scopes = scopes_of(user, Permission.CASE_VIEW)
    if wanted.mine or agency_ids_of(user) or any(scope.kind != "community" for scope in scopes):
        return None
    return [scope.unit_id for scope in scopes]


@dataclass
class CardDetail:
    """One card with everything its page shows."""

    card: LadderStep
    appeal: CardAppeal | None
    until: datetime
    """Until when an appeal can be made."""
    taken: list[LadderStep]
    seen: CaseDetail | None
    may_appeal: bool = False
    may_decide: bool = False
    photos: Sequence[Attachment] = field(default_factory=list)

    @property
    def pending(self) -> list[tuple[str, datetime]]:
        """The steps of the ladder still to come, with their moments."""
        limit = self.card.limit
        if limit.ended_at is not None:
            return []
        rows = zip(limit.plan_steps, limit.plan_kinds, limit.plan_times, strict=True)
        return [(kind, moment) for step, kind, moment in rows if step > limit.last_step]


def card_detail(user: "User", card_id: int, *, at: datetime) -> CardDetail:
    """One card. Raises ``NotVisible``, then ``NotAllowed``."""
    related = (
        "limit__policy",
        "limit__head",
        "holder__unit",
        "appeal__made_by",
        "appeal__decided_by",
        "appeal__decider",
    )
    card = LadderStep.objects.cards().visible_to(user).select_related(*related).filter(pk=card_id).first()
    if card is None:
        raise NotVisible
    require_cards_right(user)
    limit, appeal, until = card.limit, appeal_of(card), appeal_until(card)
    number = _case_number(limit)
    seen = case_seen_by(user, number) if number else None
    detail = CardDetail(
        card, appeal, until, list(limit.steps.select_related("holder", "appeal").order_by("step")), seen
    )
    if seen is not None:
        mine = {one.pk for one in cards_to_appeal(seen.case, seen.legs, user)}
        detail.may_appeal = card.pk in mine and at <= until
        detail.may_decide = appeal is not None and appeal.pk in {
            one.pk for one in appeals_to_decide(seen.case, seen.legs, user)
        }
    if appeal is not None:
        detail.photos = attachments_of(APPEAL_TARGET, appeal.pk)
    return detail


def _case_number(limit: Limit) -> str | None:
    """The number of the case that a limit runs on; none for other subjects."""
    cases = {
        LEG_SUBJECT: Case.objects.filter(pk__in=Leg.objects.filter(pk=limit.subject_id).values("case")),
        ORDER_SUBJECT: Case.objects.filter(pk__in=Supervision.objects.filter(pk=limit.subject_id).values("case")),
        WHOLE_SUBJECT: Case.objects.filter(pk=limit.subject_id),
    }
    found = cases.get(limit.subject_kind)
    return found.values_list("number", flat=True).first() if found is not None else None


def appeal_is_visible(user: "User", appeal_id: int) -> bool:
    """Whether ``user`` sees the photos of an appeal: whoever sees its card."""
    return LadderStep.objects.cards().visible_to(user).filter(appeal=appeal_id).exists()
