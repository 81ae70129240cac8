"""Applications settled at once at the station's window; files of finished cases: put away, waiting, taken out."""

from datetime import timedelta

from apps.assessment.seeding.scenes.cast import Cast
from apps.cases.choices import Publicity, Source
from apps.cases.filing import Filing
from apps.cases.models import CaseFile
from apps.cases.services.archiving import archive_ripe

LOOKED_AT = 400
"""Files that are looked at: the oldest of the last month; the task of the timetable goes on from there."""
AT_ONCE = (
    (
        "gridgov:event:P05002",
        "高龄津贴申请",
        "八十五岁老人由女儿代办，身份证、户口簿、银行卡齐全。",
        "材料齐全，已登记，次月起发放。",
    ),
    ("gridgov:event:P06003", "家庭医生签约", "老夫妻二人要求与社区家庭医生签约。", "已完成签约，并告知随访时间。"),
    ("gridgov:event:P01002", "失业登记", "本人到窗口办理失业登记，解除劳动合同证明齐全。", "已登记，并推荐两处岗位。"),
)
INCOMPLETE = ("gridgov:event:P03002", "临时救助申请", "因病住院，家庭生活困难，申请临时救助。")
LACKING = ("住院费用结算单", "家庭收入证明")
WHY_LACKING = "处置后照片存于网格员旧手机，无法恢复；现场已由社区另行查看。"
WHY_OUT = "区信访办复核该件办理情况，调阅案卷。"


def settle_applications(cast: Cast) -> None:
    """Three applications of the last days that were complete and took minutes, and one that lacks something."""
    for number, (key, title, text, result) in enumerate(AT_ONCE):
        at = cast.back(number + 1, 10, 12 + 7 * number)
        case = cast.report(key, title, text, at=at, by=cast.station, source=Source.SERVICE_HALL)
        cast.act(case, "settle_at_once", cast.station, at + timedelta(minutes=9 + 4 * number), result)
    at = cast.back(1, 14, 25)
    case = cast.report(*INCOMPLETE, at=at, by=cast.station, source=Source.SERVICE_HALL)
    cast.act(case, "ask_missing", cast.station, at + timedelta(minutes=6), missing=list(LACKING))


def put_files_away(cast: Cast) -> None:
    """What the task found ripe and complete two working days ago; one file that the street put away without a photo,
    one that the district took out for the petition office."""
    at = cast.back(2, 9, 17)
    archive_ripe(at=at, most=LOOKED_AT)
    mine = CaseFile.objects.filter(street=cast.place.street).select_related("case")
    incomplete = mine.filter(state=Filing.RIPE, missing=["after"], case__publicity=Publicity.PUBLISHED)
    lacking = incomplete.filter(desk__unit=cast.place.street).order_by("ripe_at", "id").first()
    if lacking is not None:
        moment = cast.back(1, 11, 3)
        cast.act(lacking.case, "archive", cast.street, moment, WHY_LACKING, absent=lacking.missing)
    kept = mine.filter(state=Filing.ARCHIVED, case__state="closed", archived_by=None).order_by("sequence").first()
    if kept is not None:
        cast.act(kept.case, "unarchive", cast.district, cast.back(1, 15, 40), WHY_OUT)
