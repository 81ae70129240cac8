"""The fixed words of the cases room."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CaseState(models.TextChoices):
    """Where a case stands (``spec/interfaces.md``, Cases)."""

    REPORTED = "reported", _("待受理")
    REFUSED = "refused", _("不予受理")
    REGISTERED = "registered", _("待派遣")
    DISPATCHED = "dispatched", _("处置中")
    HANDLED = "handled", _("待核查")
    VERIFIED = "verified", _("待结案")
    SUSPENDED = "suspended", _("挂起")
    MERGED = "merged", _("已合并")
    CLOSED = "closed", _("已结案")


FINISHED = frozenset({CaseState.REFUSED, CaseState.MERGED, CaseState.CLOSED})
OPEN = frozenset(set(CaseState) - FINISHED)


class CategoryKind(models.TextChoices):
    """Whether a thing is broken or something happens (``spec/2-cases.md``)."""

    COMPONENT = "component", _("部件")
    EVENT = "event", _("事件")


class CodeScheme(models.TextChoices):
    """The schemes of codes for components and events; a district goes by one of them. Any other scheme holds
    everywhere."""

    GBT47678 = "gbt47678", "GB/T 47678.5-2026"
    GBT30428 = "gbt30428", "GB/T 30428.2-2013"


DEFAULT_SCHEME = CodeScheme.GBT47678


class DeskLevel(models.TextChoices):
    """The level of the desk that dispatches."""

    DISTRICT = "district", _("区")
    STREET = "street", _("街道")
    COMMUNITY = "community", _("社区")


class LegState(models.TextChoices):
    """Where one stretch in one holder's hands stands."""

    OFFERED = "offered", _("待接收")
    ACCEPTED = "accepted", _("办理中")
    RETURNED = "returned", _("已退回")
    FED_BACK = "fed_back", _("已反馈")
    FAILED = "failed", _("核查未通过")
    ENDED = "ended", _("已结束")


OPEN_LEG = frozenset({LegState.OFFERED, LegState.ACCEPTED})


class LegRole(models.TextChoices):
    """Whether the holder answers for the case or helps."""

    LEAD = "lead", _("主办")
    ASSIST = "assist", _("协办")


class Source(models.TextChoices):
    """Where a case came from (``spec/2-cases.md``)."""

    PATROL = "patrol", _("网格巡查")
    LOG = "log", _("网格日志")
    INSPECTION = "inspection", _("检查发现")
    JOINT_PATROL = "joint_patrol", _("联合巡查")
    SUPERVISOR = "supervisor", _("督导巡查")
    VIDEO = "video", _("视频巡逻")
    HOTLINE_12345 = "hotline_12345", _("12345 热线")
    HOTLINE_12319 = "hotline_12319", _("12319 热线")
    MEDIA = "media", _("媒体")
    OPINION = "opinion", _("舆情")
    EMERGENCY_110 = "emergency_110", _("110 联动")
    PETITION = "petition", _("信访")
    SERVICE_HALL = "service_hall", _("服务大厅")
    LEADERS_LINE = "leaders_line", _("领导公开电话")
    LETTER_BOX = "letter_box", _("居民信箱")
    PORTAL = "portal", _("居民上报")
    WECHAT = "wechat", _("微信")
    DEPARTMENT = "department", _("部门转办")
    UPPER_LEVEL = "upper_level", _("上级交办")
    DEPUTIES = "deputies", _("代表委员")
    THIRD_PARTY = "third_party", _("第三方检查")
    OPEN311 = "open311", _("Open311")


GRID_SOURCES = frozenset({Source.PATROL, Source.LOG, Source.INSPECTION, Source.JOINT_PATROL, Source.SUPERVISOR})


# What a desk chooses from when somebody calls, writes or comes; the others are made by the rooms they are named after.
INTAKE_SOURCES = (
    Source.HOTLINE_12345,
    Source.HOTLINE_12319,
    Source.PETITION,
    Source.SERVICE_HALL,
    Source.LEADERS_LINE,
    Source.LETTER_BOX,
    Source.EMERGENCY_110,
    Source.DEPARTMENT,
    Source.UPPER_LEVEL,
    Source.DEPUTIES,
    Source.MEDIA,
    Source.OPINION,
    Source.VIDEO,
    Source.SUPERVISOR,
    Source.JOINT_PATROL,
    Source.THIRD_PARTY,
    Source.PATROL,
)


# Where somebody is asked first, at a window or on a line, and stays answerable (首问首办).
ASKED_SOURCES = frozenset(
    {
        Source.SERVICE_HALL,
        Source.HOTLINE_12345,
        Source.HOTLINE_12319,
        Source.LEADERS_LINE,
        Source.PETITION,
    }
)


class Callback(models.TextChoices):
    """How somebody who reported wants to hear of the result."""

    NONE = "none", _("不需回复")
    PHONE = "phone", _("电话回复")
    SMS = "sms", _("短信回复")


class Card(models.TextChoices):
    """The gravest card issued on the present limit."""

    NONE = "", _("无")
    YELLOW = "yellow", _("黄牌")
    RED = "red", _("红牌")


class Urgency(models.TextChoices):
    """Urgent cases run on the clock, the others on working time."""

    NORMAL = "normal", _("一般")
    URGENT = "urgent", _("紧急")


class Evidence(models.TextChoices):
    """What a category demands before a handled case can be fed back."""

    NONE = "none", _("不要求")
    PHOTO_BEFORE = "photo_before", _("处置前照片")
    PHOTO_AFTER = "photo_after", _("处置后照片")
    BOTH = "both", _("处置前后照片")
    MEDIATION = "mediation", _("调解结果")


class OrderState(models.TextChoices):
    """Where a supervision order stands."""

    OPEN = "open", pgettext_lazy("order", "待答复")
    REPLIED = "replied", pgettext_lazy("order", "已答复")
    WITHDRAWN = "withdrawn", pgettext_lazy("order", "已撤回")
    ENDED = "ended", pgettext_lazy("order", "随案办结")


class OrderOffice(models.TextChoices):
    """In whose name a case is supervised."""

    CENTRE = "centre", _("网格化中心")
    GOVERNMENT = "government", _("政府督查室")
    DISCIPLINE = "discipline", _("纪检监察")
    LEADER = "leader", _("领导批示")


class RequestState(models.TextChoices):
    """Where a request for more time stands."""

    ASKED = "asked", pgettext_lazy("extension", "待批复")
    APPROVED = "approved", pgettext_lazy("extension", "已批准")
    REFUSED = "refused", pgettext_lazy("extension", "未批准")
    LAPSED = "lapsed", pgettext_lazy("extension", "已失效")


class SuspensionState(models.TextChoices):
    """Where setting a case aside stands."""

    ASKED = "asked", pgettext_lazy("suspension", "待批复")
    REFUSED = "refused", pgettext_lazy("suspension", "未批准")
    LAPSED = "lapsed", pgettext_lazy("suspension", "已失效")
    RUNNING = "running", pgettext_lazy("suspension", "挂起中")
    ENDED = "ended", pgettext_lazy("suspension", "已恢复")


class EnforcementState(models.TextChoices):
    """Where a hand-over to a body of law enforcement stands."""

    HANDED = "handed", pgettext_lazy("enforcement", "待决定")
    GIVEN_BACK = "given_back", pgettext_lazy("enforcement", "已退回")
    PENALISED = "penalised", pgettext_lazy("enforcement", "已处罚")
    SPARED = "spared", pgettext_lazy("enforcement", "不予处罚")


class Penalty(models.TextChoices):
    """The kinds of administrative penalty (Administrative Penalty Law, article 9)."""

    WARNING = "warning", _("警告、通报批评")
    FINE = "fine", _("罚款")
    CONFISCATION = "confiscation", _("没收违法所得、非法财物")
    LICENCE = "licence", _("暂扣、降低或吊销许可")
    BUSINESS = "business", _("限制经营、责令停产停业或关闭")
    DETENTION = "detention", _("行政拘留")
    OTHER = "other", pgettext_lazy("penalty", "其他")


WITH_AMOUNT = (Penalty.FINE, Penalty.CONFISCATION)


class MediationState(models.TextChoices):
    """Where the mediation of a dispute stands."""

    RUNNING = "running", pgettext_lazy("mediation", "调解中")
    AGREED = "agreed", pgettext_lazy("mediation", "达成协议")
    FAILED = "failed", pgettext_lazy("mediation", "调解不成")


class PartyRole(models.TextChoices):
    """On which side of a dispute somebody stands."""

    APPLICANT = "applicant", _("申请人")
    RESPONDENT = "respondent", _("被申请人")


class WayOn(models.TextChoices):
    """Where a dispute goes when mediation failed."""

    ARBITRATION = "arbitration", _("申请仲裁")
    COURT = "court", _("提起诉讼")
    PETITION = "petition", _("信访渠道")


class ScreeningLevel(models.TextChoices):
    """Who screens for disputes: communities weekly, streets fortnightly."""

    COMMUNITY = "community", pgettext_lazy("level", "社区")
    STREET = "street", pgettext_lazy("level", "街道")


class SpotState(models.TextChoices):
    """Where a spot check stands."""

    WAITING = "waiting", pgettext_lazy("spot check", "待抽查")
    PASSED = "passed", pgettext_lazy("spot check", "通过")
    FAILED = "failed", pgettext_lazy("spot check", "不通过")
    LAPSED = "lapsed", pgettext_lazy("spot check", "已重开，不再抽查")


class MissingState(models.TextChoices):
    """What became of a list of what is missing."""

    ASKED = "asked", pgettext_lazy("missing list", "待补正")
    SUPPLIED = "supplied", pgettext_lazy("missing list", "已补正")
    LAPSED = "lapsed", pgettext_lazy("missing list", "不再需要")


class SummonsState(models.TextChoices):
    """How far an agency that was called to a case has come."""

    CALLED = "called", pgettext_lazy("summons", "待到场")
    ARRIVED = "arrived", pgettext_lazy("summons", "已到场")
    REPORTED = "reported", pgettext_lazy("summons", "已报告结果")
    CANCELLED = "ended", pgettext_lazy("summons", "随案结束")


class SpecialState(models.TextChoices):
    """Where an entry of the special list stands."""

    PROPOSED = "proposed", pgettext_lazy("special list", "待列入")
    DECLINED = "declined", pgettext_lazy("special list", "未列入")
    LAPSED = "lapsed", pgettext_lazy("special list", "已失效")
    LISTED = "listed", pgettext_lazy("special list", "在册")
    REMOVED = "removed", pgettext_lazy("special list", "已移出")
    CLOSED = "closed", pgettext_lazy("special list", "随案办结")


class WhyTabled(models.TextChoices):
    """Why a case stands on the list of a joint meeting."""

    SPECIAL = "special", pgettext_lazy("why tabled", "专案")
    LADDER = "ladder", pgettext_lazy("why tabled", "严重超时")
    SUSPENDED = "suspended", pgettext_lazy("why tabled", "挂起")
    RETURNED = "returned", pgettext_lazy("why tabled", "两次退回")
    OVERDUE = "overdue", pgettext_lazy("why tabled", "超时红牌")
    BACK = "back", pgettext_lazy("why tabled", "上次未解决")
    HAND = "hand", pgettext_lazy("why tabled", "提交研究")


class ItemState(models.TextChoices):
    """Where an item of a joint meeting stands."""

    LISTED = "listed", pgettext_lazy("meeting item", "待议")
    DECIDED = "decided", pgettext_lazy("meeting item", "待落实")
    RESOLVED = "resolved", pgettext_lazy("meeting item", "已办结")
    BACK = "back", pgettext_lazy("meeting item", "转入下次")
    ENDED = "ended", pgettext_lazy("meeting item", "随案办结")


class HazardLevel(models.TextChoices):
    """At which level a major hazard is listed."""

    CITY = "city", pgettext_lazy("hazard", "市级挂牌")
    DISTRICT = "district", pgettext_lazy("hazard", "区级挂牌")
    STREET = "street", pgettext_lazy("hazard", "街镇级挂牌")


class Publicity(models.TextChoices):
    """Where the publication of a closed case stands."""

    HELD = "held", pgettext_lazy("publication", "待审看")
    WAITING = "waiting", pgettext_lazy("publication", "待公示")
    PUBLISHED = "published", pgettext_lazy("publication", "已公示")
    WITHHELD = "withheld", pgettext_lazy("publication", "不予公示")
    TAKEN_DOWN = "taken_down", pgettext_lazy("publication", "随重开撤下")


class HowSettled(models.TextChoices):
    """How a published matter was settled."""

    SPOT = "spot", pgettext_lazy("publication", "当场处置")
    AT_ONCE = "at_once", pgettext_lazy("publication", "当场办结")
    HANDLED = "handled", pgettext_lazy("publication", "派遣处置")


# Matters about persons (disputes, public services, social management): nothing of them is published unseen.
LOOKED_OVER = ("gridgov:event:D", "gridgov:event:P", "gridgov:event:S")

# By these names the rooms below know what hangs on a case and which limit is whose.
CASE_TARGET = "case"
AT_ONCE = "at_once"  # how a complete application was settled
LEG_SUBJECT = "case_leg"
CASE_TOPIC = "case-event"
SPOT_DRAW = "spot_draw"  # the event of being drawn for a spot check
MEETING_TOPIC = "joint-meeting"
REVEAL = "reveal"  # the event of showing a reporter in full
WHOLE_SUBJECT = "case"
ORDER_SUBJECT = "case_supervision"
ARRIVAL_SUBJECT = "case_arrival"
RESULT_SUBJECT = "case_result"
RULING_SUBJECT = "duty_ruling"
SPOT_SUBJECT = "spot_check"
APPEAL_TARGET = "card_appeal"
BATCH_MOST = 100  # cases of one batch
SAVED_MOST = 20  # saved filters of one person
REPLIES_MOST = 60  # standard replies of one desk
