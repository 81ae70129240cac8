"""The district's special list: two historic legacies under control, one of them late, and one that is proposed."""

from datetime import datetime, timedelta

from apps.assessment.seeding.scenes.cast import Cast
from apps.cases.models import Case
from apps.core.clock import local


def keep_legacies(cast: Cast) -> None:
    """Suspended by the street, listed by the district, controlled by whoever is responsible."""
    _facade(cast)
    _shed(cast)
    _proposed(cast)


def _suspended(cast: Cast, key: str, title: str, text: str, *, at: datetime, why: str, promise: int) -> Case:
    """A case that the street has set aside, with a date promised so many days from now."""
    case = cast.report(key, title, text, at=at)
    cast.raise_to_street(case, at=at + timedelta(minutes=50), why="历史遗留问题，社区协调多次未果。")
    day = local(cast.now).date() + timedelta(days=promise)
    cast.act(case, "suspend", cast.street, at + timedelta(hours=4), why, until=day - timedelta(days=14), promised=day)
    return case


def _facade(cast: Cast) -> None:
    case = _suspended(
        cast,
        "gridgov:event:S04013",
        "老公房外墙渗水十余年，建设单位已注销",
        "三个门牌的山墙常年渗水，建设单位注销，维修资金不足，住户意见不一。",
        at=cast.back(18),
        why="维修主体已不存在，等待区里明确资金来源。",
        promise=75,
    )
    why = "责任主体灭失，街道无资金渠道，请列入专案清单统筹。"
    cast.act(case, "propose_special", cast.street, cast.back(16, 10, 15), why)
    listed = cast.back(15, 14, 0)
    cast.act(
        case,
        "list_special",
        cast.district,
        listed,
        "同意列入，由区房管部门牵头，两周一查。",
        agency=cast.agency("housing_bureau").code,
        until=local(cast.back(9)).date(),
    )
    handler = cast.handler(cast.agency("housing_bureau"))
    for days, text, upcoming in (
        (9, "现场查勘并设警示带，三处空鼓已敲除；测算维修费用 41 万元。", local(cast.back(3)).date()),
        (
            3,
            "召开居民代表会，两个门牌同意动用维修资金，另一个门牌继续协商。",
            local(cast.now + timedelta(days=9)).date(),
        ),
    ):
        cast.act(case, "record_control", handler, cast.back(days, 15, 20), text, until=upcoming)


def _shed(cast: Cast) -> None:
    case = _suspended(
        cast,
        "gbt47678:event:06036",
        "绿地内历史搭建棚屋权属不清",
        "棚屋建于九十年代，先后转手三次，现由两户堆放杂物，拆除无人签字。",
        at=cast.back(14),
        why="权属正在法院审理，判决前无法拆除。",
        promise=60,
    )
    cast.act(
        case,
        "list_special",
        cast.district,
        cast.back(12, 11, 0),
        "涉诉期间由街道看管，防止加建和堆放易燃物。",
        agency=cast.agency("enforcement_team").code,
        until=local(cast.back(1)).date(),
    )


def _proposed(cast: Cast) -> None:
    case = _suspended(
        cast,
        "gridgov:event:P07003",
        "无物业小区屋面修缮长期无人承接",
        "小区无物业、无业委会，顶楼六户漏水，修缮申请三年未批。",
        at=cast.back(7),
        why="等待修缮计划批复。",
        promise=50,
    )
    cast.act(case, "propose_special", cast.street, cast.back(2, 16, 30), "三年未决，已两次信访，建议区级统筹。")
