"""Follow-up by telephone: residents who were called back, some content and some not, and some who wait for the call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.accounts.models import User
from apps.assessment.seeding.scenes.cast import Cast
from apps.cases.choices import Callback, Source
from apps.cases.models import Case, FollowUp, FollowUpShare
from apps.cases.services import Caller
from apps.cases.services.follow_ups import place_follow_ups
from apps.cases.services.lots import set_share

SHARE = 50  # of the street's few cases that leave a phone, so that a draw shows something
CONTENT = {"contacted": True, "solved": True, "satisfied": True}


@dataclass(frozen=True)
class Told:
    """A matter that a resident told: its category, words, by whom, working days ago, and what came of the call; none
    where it still waits. ``by_street``: handled by the street's agency and not at once by the worker."""

    key: str
    title: str
    text: str
    name: str
    callback: str
    days: int
    call: Mapping[str, bool] | None = None
    said: str = ""
    by_street: bool = False


ASKED = Callback.PHONE.value
MATTERS = (
    Told("gbt47678:event:06010", "花坛边堆着生活垃圾", "三袋垃圾放了两天，有异味。", "严秋萍", ASKED, 9, CONTENT),
    Told("gbt47678:event:06018", "修剪的树枝没有运走", "树枝堆在弄口，电瓶车难进出。", "祝大伟", ASKED, 8),
    Told("gbt47678:event:06012", "路面泥浆", "渣土车经过后一路泥浆。", "冯雅琴", Callback.NONE, 8, CONTENT),
    Told("gbt47678:event:06036", "楼道口堆杂物", "旧门板靠在楼道口，挡住半边。", "邵建中", Callback.NONE, 7, CONTENT),
    Told("gbt47678:event:06041", "垃圾桶边没有分类", "湿垃圾混在干垃圾桶里。", "田月华", Callback.NONE, 7),
    Told("gbt47678:event:06007", "人行道上晾被子", "绳子拴在行道树上。", "龚志明", Callback.NONE, 6),
    Told(
        "gbt47678:event:06010",
        "菜场后门垃圾外溢",
        "下午四点后无人清运。",
        "汤慧芬",
        ASKED,
        5,
        CONTENT | {"contacted": False, "satisfied": False},
        "垃圾是清掉了，可没有人跟我说一声，第二天又满了。",
        by_street=True,
    ),
    Told("gbt47678:event:06012", "隧道口路面积尘", "洒水车不到这一段。", "葛宝根", ASKED, 4, CONTENT, by_street=True),
    Told("gbt47678:event:06035", "旧沙发放在绿地", "已放一周，没有人收。", "水玉兰", ASKED, 2),
    Told("gbt47678:event:06036", "配电箱旁堆纸板", "回收站的纸板靠着配电箱。", "屠家明", ASKED, 1),
    Told("gbt47678:event:06010", "公交站后垃圾外露", "站台后面的垃圾没有清。", "席文娟", ASKED, 1, by_street=True),
)
REJECTED = "树枝只搬走一半，剩下的还堵着弄口，我不认可。"


def call_back(cast: Cast) -> None:
    """Each matter is handled and closed; an hour later its reporter stands on the telephone sheet, and the day after is
    called. One rejects the result, one was called in vain, some wait."""
    street = cast.place.street
    set_share(FollowUpShare, actor=cast.street, code=street.code, percent=SHARE, at=cast.back(12, 9, 0))
    closed: list[tuple[Told, Case, datetime]] = []
    for number, told in enumerate(MATTERS):
        begun = cast.back(told.days, 9, 5 + number)
        case, ended = _by_street(cast, told, begun, number) if told.by_street else _at_once(cast, told, begun, number)
        closed.append((told, case, ended))
        place_follow_ups(at=ended + timedelta(hours=1))
    place_follow_ups(at=cast.back(1, 15, 22))
    for number, (told, case, _ended) in enumerate(closed):
        _call(cast, told, case, number)


def _caller(told: Told, number: int) -> Caller:
    return Caller(name=told.name, phone=f"1390000{1001 + number}", callback=told.callback)


def _at_once(cast: Cast, told: Told, at: datetime, number: int) -> tuple[Case, datetime]:
    """Told to the worker on the round, who mends it within the hour."""
    case = cast.report(told.key, told.title, told.text, at=at, caller=_caller(told, number))
    ended = at + timedelta(minutes=40)
    cast.act(case, "settle", cast.worker, ended, "已当场清理，拍照留存。")
    return case, ended


def _by_street(cast: Cast, told: Told, at: datetime, number: int) -> tuple[Case, datetime]:
    """Told on the hotline, passed up, handled by the street's sanitation station and seen by the worker."""
    given = {"caller": _caller(told, number), "source": Source.HOTLINE_12345}
    case = cast.report(told.key, told.title, told.text, at=at, by=cast.station, **given)
    cast.raise_to_street(case, at=at + timedelta(minutes=10), why="需环卫车辆，请街道派遣。")
    agency = cast.agency("appearance_station")
    handler: User = cast.handler(agency)
    cast.act(case, "dispatch", cast.street, at + timedelta(minutes=50), agency=agency.code)
    cast.act(case, "accept", handler, at + timedelta(minutes=70))
    cast.act(case, "feedback", handler, at + timedelta(minutes=150), "已派车清运，地面冲洗干净。")
    cast.act(case, "verify", cast.worker, at + timedelta(minutes=190), passed=True)
    ended = at + timedelta(minutes=220)
    cast.act(case, "close", cast.street, ended)
    return case, ended


def _call(cast: Cast, told: Told, case: Case, number: int) -> None:
    row = FollowUp.objects.filter(case=case).select_related("desk__unit").first()
    if row is None:
        return  # not drawn
    by = cast.street if told.by_street else cast.station
    # who was drawn is called the day after the draw, who asked the day after the closing
    at = cast.back(1, 16, 5 + number) if row.draw_id else cast.back(told.days - 1, 10, 10 + number)  # type: ignore[attr-defined]
    if told.call is not None:
        cast.act(case, "follow_up", by, at, told.said, outcome="reached", **told.call)
    elif told.days == 8 and told.callback == ASKED:
        unhappy = {"contacted": True, "solved": False, "satisfied": False, "rejected": True}
        cast.act(case, "follow_up", by, at, REJECTED, outcome="reached", **unhappy)
    elif told.days == 2:
        cast.act(case, "follow_up", by, at, outcome="no_answer")
