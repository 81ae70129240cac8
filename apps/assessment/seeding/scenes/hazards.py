"""Major hazards listed publicly: one whose removal was accepted, one that stands."""

from datetime import timedelta

from apps.assessment.seeding.scenes.cast import Cast
from apps.core.clock import local


def list_hazards(cast: Cast) -> None:
    """Both listed by the district's centre."""
    _standing(cast)
    _accepted(cast)


def _standing(cast: Cast) -> None:
    began = cast.back(5, 8, 50)
    case = cast.report(
        "gridgov:event:S03011",
        "沿街商住楼外立面广告架锈蚀松动",
        "五层高的旧广告架多处锈断，下方是公交站和人行道，大风天有坠落风险。",
        at=began,
    )
    cast.act(case, "register", cast.station, began + timedelta(minutes=15))
    cast.act(
        case,
        "list_hazard",
        cast.district,
        began + timedelta(hours=3),
        "立即围护，拆除全部锈蚀构件；拆除前每日巡查并留记录。",
        level="district",
        agency=cast.agency("housing_bureau").code,
        party="该楼产权单位及广告架使用人",
        until=local(cast.now + timedelta(days=12)).date(),
    )
    why = "挂牌整改期内，随整改期限延期。"
    extended = cast.now + timedelta(days=13)
    cast.act(case, "extend", cast.street, began + timedelta(hours=4), why, until=extended)


def _accepted(cast: Cast) -> None:
    began = cast.back(15, 10, 5)
    case = cast.report(
        "gridgov:event:M04006",
        "商务楼消防控制室夜间无人值守",
        "连续两晚 22 时后控制室无人，报警主机有未处理的故障信号。",
        at=began,
    )
    cast.act(case, "register", cast.station, began + timedelta(minutes=30))
    cast.act(
        case,
        "list_hazard",
        cast.district,
        began + timedelta(hours=5),
        "恢复双人值班，排除主机故障，值班人员持证上岗。",
        level="street",
        agency=cast.agency("fire_station").code,
        party="该商务楼物业服务企业",
        until=local(cast.back(6)).date(),
    )
    cast.act(
        case,
        "accept_hazard",
        cast.district,
        cast.back(8, 15, 30),
        "夜间抽查两次均双人在岗，主机故障已排除，证书齐全，同意销号。",
    )
    cast.end(case, cast.back(7, 10, 0), "挂牌整改已验收，值班记录归档。")
