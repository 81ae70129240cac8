"""Reading subscribers and what they were sent, for those who administer the system."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from apps.cases.models import CaseEvent, Leg
from apps.cases.webhooks.choices import EVENT_TYPES, WebhookState
from apps.cases.webhooks.models import (
    WebhookDelivery,
    WebhookDeliveryQuerySet,
    WebhookSubscriber,
    WebhookSubscriberQuerySet,
)
from apps.core.errors import InvalidInput, NotAllowed, NotVisible
from apps.core.keyset import KeysetPage, keyset_page
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import holds
from apps.organisation.models import Agency

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from apps.accounts.models import User

LATELY = timedelta(hours=24)


def subscribers(user: "User") -> WebhookSubscriberQuerySet:
    """Every subscriber. Raises ``NotAllowed`` for whoever does not administer the system."""
    if not holds(user, Permission.SYSTEM_MANAGE):
        raise NotAllowed
    return WebhookSubscriber.objects.visible_to(user).select_related("unit", "agency", "created_by")


def subscriber_of(user: "User", subscriber_id: int) -> WebhookSubscriber:
    """One subscriber. Raises ``NotAllowed``, ``NotVisible``."""
    found = subscribers(user).filter(pk=subscriber_id).first()
    if found is None:
        raise NotVisible
    return found


@dataclass(frozen=True, slots=True)
class SubscriberLine:
    """A subscriber with how many messages wait, will be tried again and were given up, and arrived lately."""

    subscriber: WebhookSubscriber
    waiting: int
    failed: int
    dead: int
    sent_lately: int


def lines(user: "User", *, at: datetime) -> list[SubscriberLine]:
    """Every subscriber by name, in three queries. Raises ``NotAllowed``."""
    rows = list(subscribers(user))
    undone = WebhookDelivery.objects.visible_to(user).exclude(state=WebhookState.SENT).order_by()
    counted = undone.values_list("subscriber", "state").annotate(Count("pk"))
    counts = {(subscriber, state): count for subscriber, state, count in counted}
    lately = WebhookDelivery.objects.visible_to(user).filter(state=WebhookState.SENT, sent_at__gte=at - LATELY)
    sent = dict(lately.order_by().values_list("subscriber").annotate(Count("pk")))
    return [
        SubscriberLine(
            row,
            counts.get((row.pk, WebhookState.WAITING.value), 0),
            counts.get((row.pk, WebhookState.FAILED.value), 0),
            counts.get((row.pk, WebhookState.DEAD.value), 0),
            sent.get(row.pk, 0),
        )
        for row in rows
    ]


def undelivered(user: "User") -> int:
    """How many messages were given up, of every subscriber. Raises ``NotAllowed``."""
    if not holds(user, Permission.SYSTEM_MANAGE):
        raise NotAllowed
    return WebhookDelivery.objects.visible_to(user).filter(state=WebhookState.DEAD).count()


def deliveries(user: "User", subscriber_id: int) -> WebhookDeliveryQuerySet:
    """What a subscriber was or will be sent. Raises ``NotAllowed``."""
    if not holds(user, Permission.SYSTEM_MANAGE):
        raise NotAllowed
    return WebhookDelivery.objects.visible_to(user).filter(subscriber=subscriber_id)


def delivery_page(
    user: "User", subscriber_id: int, *, state: str, event: str, cursor: str | None, size: int
) -> KeysetPage[WebhookDelivery]:
    """One page of a subscriber's messages, newest first, narrowed by what is not empty. Raises ``NotAllowed``,
    ``InvalidInput``.
    """
    narrowed = {name: value for name, value in (("state", state), ("event_type", event)) if value}
    rows = deliveries(user, subscriber_id).filter(**narrowed).select_related("case")
    return keyset_page(rows.defer("body", "answer_body"), ["-id"], cursor, size)


def counts_of(user: "User", subscriber_id: int) -> dict[str, int]:
    """How many of a subscriber's messages are in each state. Raises ``NotAllowed``."""
    counted = deliveries(user, subscriber_id).order_by().values_list("state").annotate(Count("pk"))
    return {state.value: 0 for state in WebhookState} | dict(counted)


def delivery_of(user: "User", delivery_id: int) -> WebhookDelivery:
    """One message with its subscriber. Raises ``NotAllowed``, ``NotVisible``."""
    if not holds(user, Permission.SYSTEM_MANAGE):
        raise NotAllowed
    rows = WebhookDelivery.objects.visible_to(user).select_related("subscriber", "case")
    found = rows.filter(pk=delivery_id).first()
    if found is None:
        raise NotVisible
    return found


def units_to_choose(user: "User") -> "QuerySet[Unit]":
    """The units whose cases a subscriber may hear of: open ones the user administers, grids left out."""
    return Unit.objects.visible_to(user, Permission.SYSTEM_MANAGE).open().exclude(kind="grid")


def agencies_to_choose(user: "User") -> "QuerySet[Agency]":
    """The agencies whose cases a subscriber may hear of."""
    return Agency.objects.visible_to(user, Permission.SYSTEM_MANAGE).order_by("code")


def scope_named(user: "User", *, unit: str, agency: str) -> tuple[Unit | None, Agency | None]:
    """The unit or the agency of that code, exactly one of both. Raises ``NotAllowed``, ``InvalidInput``."""
    if not holds(user, Permission.SYSTEM_MANAGE):
        raise NotAllowed
    if bool(unit) == bool(agency):
        raise InvalidInput(fields={"unit": [_("请指定一个层级单元或一个处置单位。")]})
    if unit:
        found = Unit.objects.visible_to(user, Permission.SYSTEM_MANAGE).open().filter(code=unit).first()
        if found is None:
            raise InvalidInput(fields={"unit": [_("没有这个层级单元，或不在您的管辖范围内。")]})
        return found, None
    named = agencies_to_choose(user).filter(code=agency).first()
    if named is None:
        raise InvalidInput(fields={"agency": [_("没有这个处置单位，或不在您的管辖范围内。")]})
    return None, named


def events_between(subscriber: WebhookSubscriber, since: datetime, until: datetime) -> "QuerySet[CaseEvent]":
    """The events of a stretch of time that concern a subscriber, by id: its types, of cases now within its scope."""
    wanted = set(subscriber.events) or set(EVENT_TYPES.values())
    actions = [action for action, name in EVENT_TYPES.items() if name in wanted]
    if subscriber.unit is not None:
        place = Q(**{f"case__{subscriber.unit.kind}": subscriber.unit})
    else:
        place = Q(case__in=Leg.objects.filter(agency=subscriber.agency).values("case"))
    return CaseEvent.objects.filter(place, at__gte=since, at__lt=until, action__in=actions).order_by("id")
