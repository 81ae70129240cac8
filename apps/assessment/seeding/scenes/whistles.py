"""Agencies called to the spot: one whistle answered and rated, one answered late, one that still waits."""

from datetime import timedelta

from apps.assessment.seeding.scenes.cast import Cast
from apps.cases.models import Summons


def blow_whistles(cast: Cast) -> None:
    """Three whistles from the demo grid over the last days; the sanitation station is called to the latest."""
    _answered(cast)
    _late(cast)
    _waiting(cast)


def _answered(cast: Cast) -> None:
    began = cast.back(6, 9, 10)
    case = cast.report(
        "gbt47678:event:06027",
        "沿街餐馆夜间油烟直排",
        "排烟口正对居民窗户，劝过两次仍未改，须几个部门一起到场。",
        at=began,
    )
    enforcement, market = cast.agency("enforcement_team"), cast.agency("market_station")
    cast.act(case, "register", cast.station, began + timedelta(minutes=25))
    cast.act(
        case,
        "whistle",
        cast.worker,
        began + timedelta(minutes=40),
        "店主在场，请执法和市场监管一起到现场认定。",
        agencies=[enforcement.code, market.code],
    )
    came = (
        (enforcement, "已现场责令停用旧烟道，约定三日内加装净化器，到期复查。", 5, ""),
        (market, "核对证照齐全，厨房面积与登记不符，已要求变更登记。", 4, "到得快，后续材料补得慢。"),
    )
    for number, (agency, _result, _stars, _word) in enumerate(came):
        there = began + timedelta(minutes=95 + 20 * number)
        cast.act(case, "arrive", cast.handler(agency), there, lon=case.lon + 0.0003, lat=case.lat)
    for number, (agency, result, _stars, _word) in enumerate(came):
        cast.act(case, "report_result", cast.handler(agency), began + timedelta(minutes=165 + 20 * number), result)
    for number, (agency, _result, stars, word) in enumerate(came):
        summons = Summons.objects.get(case=case, agency=agency)
        marked = began + timedelta(hours=5, minutes=number)
        cast.act(case, "rate_summoned", cast.worker, marked, word, stars=stars, summons=summons.pk)
    cast.end(case, began + timedelta(hours=6), "净化器已装，现场复测无异味。")


def _late(cast: Cast) -> None:
    began = cast.back(3, 9, 0)
    case = cast.report(
        "gbt47678:event:08001", "装修切割午间不停", "同一单元三户同时装修，午休时间施工，居民聚在楼下。", at=began
    )
    cast.act(case, "register", cast.station, began + timedelta(minutes=10))
    police = cast.agency("police_station")
    cast.act(
        case,
        "whistle",
        cast.worker,
        began + timedelta(minutes=15),
        "双方情绪激动，请派出所到场。",
        agencies=[police.code],
    )
    there = cast.back(3, 16, 40)
    cast.act(
        case, "arrive", cast.handler(police), there, "出警途中另有警情，晚到。", lon=case.lon, lat=case.lat + 0.0002
    )
    result = "已分别告知施工时段，三户签字承诺；居民已散去。"
    cast.act(case, "report_result", cast.handler(police), cast.back(2, 10, 20), result)
    cast.act(case, "rate_summoned", cast.worker, cast.back(2, 15, 5), "超过时限两个多小时才到。", stars=2)
    cast.end(case, cast.back(2, 15, 30), "午间施工已停，业主群公示施工时段。")


def _waiting(cast: Cast) -> None:
    began = cast.ago(75)
    case = cast.report(
        "gbt47678:event:06035",
        "弄口旧家具堵住消防通道",
        "一早堆出十几件旧家具，车辆进不来，物主联系不上。",
        at=began,
    )
    sanitation, fire = cast.agency("appearance_station"), cast.agency("fire_station")
    cast.act(
        case,
        "whistle",
        cast.worker,
        cast.ago(60),
        "须当场清运并确认通道宽度，请两家到场。",
        agencies=[sanitation.code, fire.code],
    )
    cast.act(case, "arrive", cast.handler(fire), cast.ago(12), lon=case.lon, lat=case.lat + 0.0004)
