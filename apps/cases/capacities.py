"""In which capacity somebody acts on a case, and what may be so about it: the words of the workflow's table."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class By(StrEnum):
    """In which capacity somebody acts."""

    DESK = "desk"
    """The desk of the centre that answers for the case now."""
    HANDLER = "handler"
    """Whoever holds an open leg of the case, for that leg."""
    HOLDER = "holder"
    """Whoever holds the case now and is not its own desk."""
    VERIFIER = "verifier"
    """Somebody on the ground who had no hand in handling it."""
    REPORTER = "reporter"
    """The person who reported it."""
    ABOVE = "above"
    """A centre above the present holder."""
    ORDERER = "orderer"
    """The level that ordered a supervision which waits for its reply, or one above it."""
    CARDED = "carded"
    """Whoever got a card on the case against which nobody has appealed yet."""
    REVIEWER = "reviewer"
    """A level above whoever appeals against a card."""
    TOLD = "told"
    """Somebody of the department to which the case was reported as well."""
    FIRST_ASKED = "first_asked"
    """Whoever was asked first and follows the case to the end."""
    GROUND = "ground"
    """Whoever works in the very grid or community of the case."""
    SUMMONED = "summoned"
    """Somebody of an agency that was called to the spot and has not arrived."""
    ON_SPOT = "on_spot"
    """Somebody of an agency that arrived and has not told the result."""
    WHISTLER = "whistler"
    """Whoever called agencies to the spot, or sits at the desk for which it was done, while one is not rated."""
    DISTRICT = "district"
    """Somebody with a right on the very district the case lies in."""
    RESPONSIBLE = "responsible"
    """The agency or the leader who answers for a case on the special list."""
    CONVENER = "convener"
    """The centre of the case's street or district: of the one on whose joint meeting's list the case stands, if any."""
    CALLING = "calling"
    """Somebody at the case's desk, or at a centre above it, who did not handle it."""
    INSPECTOR = "inspector"
    """Somebody of the office, or one above it, that drew the case for a sample, who had no hand in it."""
    COVERING = "covering"
    """Anybody whose scope covers the case."""


BY_LABELS: dict[By, Promise] = {
    By.DESK: _("受理该案的中心"),
    By.HANDLER: _("本环节的处置单位"),
    By.HOLDER: _("持有案件的单位"),
    By.VERIFIER: _("未参与处置的现场核查人"),
    By.REPORTER: _("上报人"),
    By.ABOVE: _("持有单位的上级中心"),
    By.ORDERER: _("下达督办的一级或其上级"),
    By.CARDED: _("收到红黄牌的单位"),
    By.REVIEWER: _("申诉单位的上级"),
    By.TOLD: _("双报的部门"),
    By.FIRST_ASKED: _("首问责任人"),
    By.GROUND: _("该网格或社区的人员"),
    By.SUMMONED: _("被吹哨、未到场的单位"),
    By.ON_SPOT: _("已到场、未报告结果的单位"),
    By.WHISTLER: _("吹哨人或其工作站"),
    By.DISTRICT: _("区级有此权限的人员"),
    By.RESPONSIBLE: _("专案的责任单位或责任领导"),
    By.CONVENER: _("召集联席会议的中心"),
    By.CALLING: _("受理该案的中心或其上级中心、未处置该案的人员"),
    By.INSPECTOR: _("抽取样本的一级或其上级、未参与办理的人员"),
    By.COVERING: _("辖区包含该案的人员"),
}


class Fact(StrEnum):
    """What may be so about a case beside its state, and opens or closes a row of the table."""

    SPOT_CATEGORY = "spot_category"
    """Its category may be settled on the spot."""
    APPLICATION = "application"
    """It is an application: a resident applies for what its category is about."""
    REOPENED = "reopened"
    """It was reopened before."""
    AT_TOP = "at_top"
    """Its desk is the district's, above which there is none."""
    AT_BOTTOM = "at_bottom"
    """Its desk is a community's, which may not suspend on its own."""
    ORDER_OPEN = "order_open"
    """A supervision waits for its reply."""
    TIME_ASKED = "time_asked"
    """A request for more time waits for its decision."""
    PAUSE_ASKED = "pause_asked"
    """A request to suspend it waits for its decision."""
    ENFORCING = "enforcing"
    """A body of law enforcement has it and has not decided yet."""
    DISPUTE = "dispute"
    """It is a dispute: its category asks for the result of a mediation."""
    MEDIATING = "mediating"
    """A mediation of it is running."""
    DIRECT = "direct"
    """It was reported straight to the district's centre; whoever reported it stays on the scene."""
    FOLLOWED = "followed"
    """Somebody was asked first and follows it to the end."""
    MISSING_ASKED = "missing_asked"
    """What is missing was asked for and has not been supplied."""
    DUAL_WAITING = "dual_waiting"
    """A department was told as well and has not taken note yet."""
    SPECIAL = "special"
    """It stands on the district's special list."""
    SPECIAL_ASKED = "special_asked"
    """It is proposed for the special list and waits for the decision."""
    TABLED = "tabled"
    """It stands on the list of a joint meeting and is not resolved."""
    HAZARD = "hazard"
    """It is publicly listed as a major hazard and not accepted yet."""
    TO_PUBLISH = "to_publish"
    """Its result has a publication, whatever became of it."""
    PUBLISHED = "published"
    """Its result is published."""
    WITHHELD = "withheld"
    """Its result is withheld from the public."""
    FOLLOW_UP_WAITING = "follow_up_waiting"
    """Its reporter is to be called and has not been reached."""
    SAMPLED = "sampled"
    """It was drawn for a sample in which it has not been reviewed."""
    SPOT_WAITING = "spot_waiting"
    """It was settled on the spot and drawn for a spot check that has not been made."""
    PUBLICITY_WAITS = "publicity_waits"
    """Whether its result is published has not been decided."""
    APPEALED = "appealed"
    """An appeal against a card on it waits for its decision."""
    CALLED = "called"
    """An agency that was called to its spot has not told the result."""
    TO_ARCHIVE = "to_archive"
    """It is finished, the time to reject the result is over, and its file is not put away."""
    ARCHIVED = "archived"
    """Its file is put away."""


FACT_LABELS: dict[Fact, Promise] = {
    Fact.SPOT_CATEGORY: _("类别可自行处置"),
    Fact.APPLICATION: _("属可申办事项"),
    Fact.REOPENED: _("曾重开"),
    Fact.AT_TOP: _("在区级中心"),
    Fact.AT_BOTTOM: _("在社区工作站"),
    Fact.ORDER_OPEN: _("有督办待答复"),
    Fact.TIME_ASKED: _("有延期申请待批复"),
    Fact.PAUSE_ASKED: _("有挂起申请待批复"),
    Fact.ENFORCING: _("执法待决定"),
    Fact.DISPUTE: _("属矛盾纠纷"),
    Fact.MEDIATING: _("调解中"),
    Fact.DIRECT: _("直报"),
    Fact.FOLLOWED: _("有首问责任人"),
    Fact.MISSING_ASKED: _("待补正"),
    Fact.DUAL_WAITING: _("双报待签收"),
    Fact.SPECIAL: _("在专案清单上"),
    Fact.SPECIAL_ASKED: _("已提请列入专案"),
    Fact.TABLED: _("在联席会议清单上"),
    Fact.HAZARD: _("挂牌督办中"),
    Fact.TO_PUBLISH: _("有结果公示"),
    Fact.PUBLISHED: _("结果已公示"),
    Fact.WITHHELD: _("结果不予公示"),
    Fact.FOLLOW_UP_WAITING: _("待回访"),
    Fact.SAMPLED: _("在样本中待评查"),
    Fact.SPOT_WAITING: _("待抽查"),
    Fact.PUBLICITY_WAITS: _("公示待决定"),
    Fact.APPEALED: _("有申诉待裁定"),
    Fact.CALLED: _("有被吹哨单位未报告结果"),
    Fact.TO_ARCHIVE: _("异议期已过，未归档"),
    Fact.ARCHIVED: _("已归档"),
}


INPUT_LABELS: dict[str, Promise] = {
    "agency": _("主办单位"),
    "passed": _("核查结果"),
    "until": _("期限"),
    "promised": _("承诺办结日期"),
    "approved": _("批复"),
    "upheld": _("裁定"),
    "into": _("并入的案件"),
    "solved": _("是否解决"),
    "satisfied": _("是否满意"),
    "heeded": _("是否听从"),
    "basis": _("法律依据"),
    "penalised": _("是否处罚"),
    "decided_on": _("决定日期"),
    "held_at": _("调解时间"),
    "agreed": _("是否达成协议"),
    "level": _("挂牌级别"),
    "party": _("整改责任单位"),
    "present": _("是否在场"),
    "missing": _("所缺材料或信息"),
    "to": _("移交给"),
    "agencies": _("请到场的单位"),
    "stars": _("星级"),
    "outcome": _("接通情况"),
    "qualified": _("评查结论"),
}
