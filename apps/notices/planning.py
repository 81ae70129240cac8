"""Which deliveries a new notice causes: by each channel its recipient chose for its group, at once or in a digest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from apps.notices import channels, kinds
from apps.notices.choices import Timing
from apps.notices.delivery_models import DIGEST_HOURS, QUIET_FROM, QUIET_UNTIL
from apps.notices.hours import Hours, after_quiet, next_digest
from apps.notices.models import ContactAddress, Delivery, NoticeHours, NoticePreference

USUAL = Hours(QUIET_FROM, QUIET_UNTIL, DIGEST_HOURS)


@dataclass(frozen=True, slots=True)
class Written:
    """A notice that has just been written."""

    notice: int
    recipient: int
    kind: str
    urgent: bool


def hours_of(chosen: NoticeHours | None) -> Hours:
    """A person's hours, or the usual ones."""
    return Hours(chosen.quiet_from, chosen.quiet_until, chosen.digest_hours) if chosen else USUAL


def plan_deliveries(written: Sequence[Written], *, at: datetime) -> None:
    """Write the deliveries of new notices, in the caller's transaction: one statement to ask, one to write, whatever
    their number. Nothing is asked where no channel is configured.
    """
    offered = {channel.value for channel in channels.configured()}
    if not written or not offered:
        return
    routes = _routes(written)
    deliveries: list[Delivery] = []
    for one in written:
        route = routes.get((one.recipient, kinds.look_of(one.kind).group))
        if route is None:
            continue
        digest = route.timing == Timing.DIGEST and not one.urgent
        moment = at if one.urgent else (next_digest if digest else after_quiet)(at, route.hours)
        deliveries += [
            Delivery(
                notice_id=one.notice,
                recipient_id=one.recipient,
                channel=channel,
                urgent=one.urgent,
                digest=digest,
                next_attempt_at=moment,
                created_at=at,
            )
            for channel in sorted(route.channels & offered)
        ]
    if deliveries:
        Delivery.objects.bulk_create(deliveries)


@dataclass(frozen=True, slots=True)
class _Route:
    timing: str
    channels: frozenset[str]
    hours: Hours


def _routes(written: Sequence[Written]) -> dict[tuple[int, str], _Route]:
    """What each recipient chose for each group, as far as the person can be reached that way."""
    reachable = ContactAddress.objects.filter(user=OuterRef("user")).order_by("channel").values("channel")
    chosen = NoticePreference.objects.filter(
        user__in={one.recipient for one in written},
        group__in={kinds.look_of(one.kind).group for one in written},
        user__is_active=True,
    ).annotate(reachable=ArraySubquery(reachable))
    rows: Any = chosen.values_list(
        "user_id",
        "group",
        "timing",
        "channels",
        "reachable",
        "user__notice_hours__quiet_from",
        "user__notice_hours__quiet_until",
        "user__notice_hours__digest_hours",
    )
    routes = {}
    for user, group, timing, wanted, reached, quiet_from, quiet_until, digests in rows:
        hours = USUAL if quiet_from is None else Hours(quiet_from, quiet_until, digests)
        routes[user, group] = _Route(timing, frozenset(wanted) & frozenset(reached), hours)
    return routes
