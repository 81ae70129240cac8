"""Announcements of the demonstration, written by the services at the moments they tell of."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from random import Random

from apps.accounts.models import User
from apps.assessment.seeding.people import Place, choose_places
from apps.core.clock import SHANGHAI, local
from apps.grid.models import Unit
from apps.grid.permissions import Role
from apps.notices.announcements import services
from apps.notices.announcements.models import Announcement, Receipt
from apps.notices.announcements.services import PUBLISHED, Content
from apps.organisation.models import RoleGrant

PARTS = 20
"""Receipts are filled in as many parts, each with one moment, so that it costs as many statements."""


@dataclass(frozen=True)
class Told:
    """One announcement: who makes it where, how long ago, and which share has opened and read it, in percent."""

    role: Role
    unit: Unit
    ago: timedelta
    content: Content
    seen: int
    read: int
    valid: timedelta | None = None


def _told(place: Place) -> list[Told]:
    return [
        Told(
            Role.STREET_DISPATCHER,
            place.street,
            timedelta(days=5),
            Content(
                title="电动自行车充电安全集中排查安排",
                text=(
                    "本周起对辖区内电动自行车停放和充电开展集中排查，请各社区、各网格按下列要求办理。\n\n"
                    "- 每个网格至少走访两处集中停放点，查看充电设施和灭火器材；\n"
                    "- 发现楼道内停放、飞线充电的，当场劝离并上报案件；\n"
                    "- 排查情况记入当日日志，周五前由工作站汇总。\n\n"
                    "有疑问请联系街道网格化中心。"
                ),
                confirmation=True,
                roles=(Role.WORKER, Role.GRID_LEADER, Role.STATION),
            ),
            seen=93,
            read=84,
        ),
        Told(
            Role.DISTRICT_DISPATCHER,
            place.district,
            timedelta(hours=5),
            Content(
                title="大风蓝色预警：今晚起检查户外招牌和脚手架",
                text=(
                    "气象部门发布大风蓝色预警，预计今晚起阵风可达七到八级。\n\n"
                    "1. 各街道当日完成户外招牌、脚手架、围挡的检查；\n"
                    "2. 网格员巡查时提醒居民收好阳台花盆和晾晒物；\n"
                    "3. 发现险情先设警戒，再上报，不得自行攀高处置。\n\n"
                    "收到后请立即确认阅知。"
                ),
                urgent=True,
                confirmation=True,
                agencies=True,
            ),
            seen=61,
            read=47,
            valid=timedelta(days=3),
        ),
    ]


def seed_announcements(district: Unit, *, now: datetime) -> int:
    """Announcements of the last days with receipts partly in, where the district has none yet; returns how many.

    The newest one waits to be confirmed by every demo account.
    """
    if Announcement.objects.filter(district=district).exists():
        return 0
    rng = Random(f"announcements {district.code}")  # noqa: S311 - reproducible, guards nothing
    place = choose_places(district)
    made = _corrected(place, rng=rng, now=now)
    for told in _told(place):
        row = _publish(told, now=now)
        _read(row, told, rng=rng, now=now)
        made += 1
    return made


def _desk(role: Role, unit: Unit) -> User:
    return RoleGrant.objects.filter(role=role, unit=unit).select_related("user").order_by("id")[0].user


def _publish(told: Told, *, now: datetime) -> Announcement:
    at = _moment(now, told.ago)
    actor = _desk(told.role, told.unit)
    until = local(now + told.valid).date() if told.valid is not None else None
    content = replace(told.content, valid_until=until)
    draft = services.draft_announcement(actor=actor, unit=told.unit, content=content, at=at - timedelta(minutes=20))
    row = services.publish_announcement(actor=actor, announcement_id=draft.pk, at=at)
    services.deliver(row.pk, PUBLISHED, at=at)
    return row


def _corrected(place: Place, *, rng: Random, now: datetime) -> int:
    """One that was corrected the day after; returns how many versions there are."""
    text = "自本月起，入户走访时间以两小时为准记入日志，每周累计；原口径停止使用。\n\n填写说明见日志页面。"
    content = Content(title="网格日志走访时间填写口径", text=text, roles=(Role.WORKER, Role.GRID_LEADER, Role.STATION))
    told = Told(Role.LEADER, place.street, timedelta(days=12), content, seen=40, read=40)
    first = _publish(told, now=now)
    at = _moment(now, timedelta(days=11))
    _read(first, told, rng=rng, now=at)
    actor = _desk(Role.LEADER, place.street)
    draft = services.correct_announcement(actor=actor, announcement_id=first.pk, at=at)
    right = replace(content, text=text.replace("两小时", "每日两小时"))
    services.edit_draft(actor=actor, announcement_id=draft.pk, unit=place.street, content=right, at=at)
    row = services.publish_announcement(actor=actor, announcement_id=draft.pk, at=at)
    services.deliver(row.pk, PUBLISHED, at=at)
    _read(row, replace(told, seen=72, read=72), rng=rng, now=now)
    return 2


def _moment(now: datetime, ago: timedelta) -> datetime:
    """That long ago; where it was another day, at half past nine in the morning."""
    at = now - ago
    if ago < timedelta(days=1):
        return at
    return datetime.combine(local(at).date(), time(9, 30), SHANGHAI)


def _read(row: Announcement, told: Told, *, rng: Random, now: datetime) -> None:
    receipts = Receipt.objects.filter(announcement=row)
    people = list(receipts.filter(user__is_demo=False).order_by("user_id").values_list("pk", flat=True))
    rng.shuffle(people)
    seen = people[: len(people) * told.seen // 100]
    read = set(people[: len(people) * told.read // 100])
    published = row.published_at or now
    span = min(now - published, timedelta(days=2))
    for part in range(PARTS):
        some = seen[part::PARTS]
        moment = published + span * (part + rng.random()) / (PARTS + 1)
        receipts.filter(pk__in=some).update(seen_at=moment)
        receipts.filter(pk__in=[pk for pk in some if pk in read]).update(read_at=moment)
