"""Disputes with their mediations: one agreed after two sittings, one that failed, one that goes on."""

from datetime import datetime, timedelta
from typing import Any

from apps.assessment.seeding.scenes.cast import Cast
from apps.cases.models import Case
from apps.core.clock import local

MEDIATOR = "社区调解员 周慧"


def mediate_disputes(cast: Cast) -> None:
    """Three disputes of the demo community, mediated by its station; two of them are closed."""
    _agreed(cast)
    _failed(cast)
    _running(cast)


def _begun(cast: Cast, key: str, title: str, text: str, *, at: datetime) -> Case:
    case = cast.report(key, title, text, at=at, by=cast.station, source="petition")
    cast.act(case, "register", cast.station, at + timedelta(minutes=10))
    return case


def _sitting(cast: Cast, case: Case, at: datetime, record: str, parties: tuple[tuple[str, str, str], ...] = ()) -> None:
    given: dict[str, Any] = {"held_at": at - timedelta(hours=1, minutes=30)}
    if parties:
        given["mediator"] = MEDIATOR
        given["parties"] = [{"role": role, "name": name, "phone": phone} for role, name, phone in parties]
    cast.act(case, "mediate", cast.station, at, record, **given)


def _agreed(cast: Cast) -> None:
    case = _begun(
        cast,
        "gridgov:event:D08002",
        "楼上漏水赔偿谈不拢",
        "漏水已修，楼下吊顶和地板受损，赔偿数额双方相差四千元。",
        at=cast.back(11, 9, 15),
    )
    parties = (("applicant", "沈国华", "13900002231"), ("respondent", "曹丽敏", "13900005518"))
    _sitting(cast, case, cast.back(10, 11, 40), "双方到场，共同查看受损部位并拍照，约定各自询价后再谈。", parties)
    _sitting(cast, case, cast.back(8, 16, 20), "双方出示询价单，折中计算，分两次支付。")
    agreement = "被申请人赔偿申请人六千元，分两次付清；申请人自行修复，双方不再追究。"
    performed = local(cast.now + timedelta(days=10)).date()
    cast.act(
        case,
        "conclude_mediation",
        cast.station,
        cast.back(8, 16, 50),
        agreement,
        agreed=True,
        performance_on=performed,
    )
    cast.end(case, cast.back(7, 10, 0), "已达成书面协议，双方签字。")


def _failed(cast: Cast) -> None:
    case = _begun(
        cast,
        "gridgov:event:D09002",
        "两户争一个车位",
        "车位协议一位两签，物业公司前后说法不一，两户多次争执。",
        at=cast.back(9, 10, 5),
    )
    parties = (
        ("applicant", "严立军", "13900007704"),
        ("respondent", "罗佳怡", "13900003390"),
        ("respondent", "该小区物业服务处", ""),
    )
    _sitting(cast, case, cast.back(8, 11, 30), "三方到场，物业承认重复签订，两户均不同意轮换使用。", parties)
    why = "双方对协议效力各执一词，不接受轮换和补偿方案。"
    cast.act(case, "conclude_mediation", cast.station, cast.back(6, 15, 0), why, agreed=False, way_on="court")
    cast.end(case, cast.back(5, 10, 0), "调解不成，已书面告知起诉途径和所需材料。")


def _running(cast: Cast) -> None:
    case = _begun(
        cast,
        "gridgov:event:D06002",
        "楼下棋牌室深夜噪声",
        "居民称每晚至零点后，经营者称已铺隔音垫，要求当面谈。",
        at=cast.back(1, 9, 40),
    )
    parties = (("applicant", "尹春兰", "13900006127"), ("respondent", "武俊杰", "13900009045"))
    _sitting(cast, case, cast.back(1, 17, 0), "约定晚十点后停止营业，试行一周后再谈。", parties)
