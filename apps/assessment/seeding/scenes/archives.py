"""Applications settled at once at the station's window; files of finished cases: put away, waiting, taken out."""

from datetime import timedelta

from apps.assessment.seeding.scenes.cast import Cast
from apps.cases.choices import Callback, Source
from apps.cases.filing import Filing, Piece
from apps.cases.models import Case, CaseFile
from apps.cases.services import Caller
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
UNFOUNDED = (
    ("gridgov:event:S04012", "楼上夜间装修", "来电反映楼上夜间装修吵闹，两次到场均未见施工。"),
    ("gridgov:event:S03002", "楼道杂物", "来电反映三号楼楼道堆物，到场查看楼道畅通。"),
)
WHY_LACKING = "三次致电均无人接听，结果已在小区公告栏告知。"
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
    """What the task found ripe and complete two working days ago; one file that the station put away though
    its caller could not be reached, one that waits for the like, one that the district took out."""
    unfounded = [_refused(cast, number) for number in range(len(UNFOUNDED))]
    archive_ripe(at=cast.back(2, 9, 17), most=LOOKED_AT)
    cast.act(unfounded[0], "archive", cast.station, cast.back(1, 11, 3), WHY_LACKING, absent=[Piece.TOLD.value])
    mine = CaseFile.objects.filter(street=cast.place.street).select_related("case")
    kept = mine.filter(state=Filing.ARCHIVED, case__state="closed", archived_by=None).order_by("sequence").first()
    if kept is not None:
        cast.act(kept.case, "unarchive", cast.district, cast.back(1, 15, 40), WHY_OUT)


def _refused(cast: Cast, number: int) -> Case:
    """What somebody rang about who wanted to be called back, and was not so."""
    at = cast.back(4, 10, 5 + 20 * number)
    caller = Caller(name="周女士", phone=f"1380000{number:04d}", callback=Callback.PHONE)
    case = cast.report(*UNFOUNDED[number], at=at, by=cast.station, source=Source.HOTLINE_12345, caller=caller)
    cast.act(case, "refuse", cast.station, at + timedelta(hours=3), "到场核实，情况不属实。")
    return case
