"""The demo street's joint meetings: those of the last two weeks with their minutes, and the list of the coming one."""

from datetime import timedelta

from apps.assessment.seeding.scenes.cast import Cast
from apps.cases.models import Case, JointMeeting
from apps.cases.selectors.meetings import this_week
from apps.cases.services.meetings import open_meeting, record_minutes
from apps.core.clock import local

CHAIR = "街道分管副主任"
ATTENDED = "网格化中心、社区平安办公室、综合行政执法队、房屋管理所、派出所、新安社区工作站"


def hold_meetings(cast: Cast) -> None:
    """Two matters are put on the list of a past week and decided; one is resolved, the other's day passes without it,
    so that it comes back by itself on the list that the street opens now, beside what is hard by then."""
    parking, noise = _parking(cast), _noise(cast)
    held = cast.back(8, 14, 30)
    meeting = JointMeeting.objects.get(unit=cast.place.street)
    cast.act(
        parking,
        "record_decision",
        cast.street,
        held,
        "由派出所划定禁停路段并连续两周早高峰执勤，社区配合劝导。",
        agency=cast.agency("police_station").code,
        until=local(cast.back(2)).date(),
    )
    cast.act(
        noise,
        "record_decision",
        cast.street,
        held + timedelta(minutes=15),
        "由综合行政执法队牵头，与商户签订夜间静音承诺，一周内完成。",
        agency=cast.agency("enforcement_team").code,
        until=local(cast.back(4)).date(),
    )
    record_minutes(
        actor=cast.street,
        meeting_id=meeting.pk,
        held_on=local(held).date(),
        chair=CHAIR,
        attended=ATTENDED,
        summary="听取两件疑难案件情况，明确牵头单位和完成期限；逾期未办结的，下次会议由牵头单位到会说明。",
        at=cast.back(7, 10, 0),
    )
    done = "承诺书已全部签订，连续三晚检测达标，居民回访满意。"
    cast.act(noise, "resolve_item", cast.street, cast.back(4, 15, 45), done)
    cast.act(noise, "settle", cast.street, cast.back(4, 16, 0), "承诺书归档，列入夜间巡查。")
    _open_next(cast)


def _parking(cast: Cast) -> Case:
    began = cast.back(11, 8, 40)
    case = cast.report(
        "gbt47678:event:09009",
        "学校周边早高峰违停长期反复",
        "每天七点半到八点十分两侧停满，校车无法靠站，已整治三轮。",
        at=began,
    )
    cast.raise_to_street(case, at=began + timedelta(minutes=30), why="涉及交警、学校、社区三方，社区协调不动。")
    cast.act(case, "table", cast.street, cast.back(10, 10, 0), "反复投诉，须多部门共同商定办法。")
    return case


def _noise(cast: Cast) -> Case:
    began = cast.back(11, 9, 20)
    case = cast.report(
        "gbt47678:event:06028",
        "沿街酒吧夜间噪声多次返工",
        "居民连续投诉一个月，检测有时达标有时超标，商户与居民对立。",
        at=began,
    )
    cast.raise_to_street(case, at=began + timedelta(minutes=25), why="已检测两次，需执法和公安配合。")
    cast.act(case, "table", cast.street, cast.back(10, 10, 20), "部门意见不一，提请会商。")
    return case


def _open_next(cast: Cast) -> None:
    """The list of the week that is due, with what comes back and what is hard by now."""
    at = cast.ago(20)
    open_meeting(unit=cast.place.street, week=this_week(at), at=at, actor=cast.street)
