"""The notices that ladder steps cause: to whom, and in which words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_noop as _

from apps.core.clock import local
from apps.deadlines.announcements import StepTaken
from apps.deadlines.choices import Stage, StepKind
from apps.deadlines.models import CalendarYear
from apps.grid.permissions import Role
from apps.notices import kinds, texts
from apps.notices.choices import Group
from apps.notices.services import Draft, send
from apps.organisation.models import Agency, AgencyKind
from apps.organisation.selectors import agency_people, leaders_of, supervising_centre
from apps.organisation.services import grants_in_force


@dataclass(frozen=True, slots=True)
class Words:
    """Title, body, look, name and group of a step's notice, who besides the holder gets it, and its urgency."""

    title: str
    body: str
    icon: str
    tone: str
    head: bool
    label: str
    group: Group
    district: bool = False
    urgent: bool = False


WORDS: dict[str, Words] = {
    StepKind.REMIND: Words(
        _("请抓紧：%(subject)s"),
        _("%(stage)s时限将于 %(due)s 到期。"),
        "clock",
        "plain",
        head=False,
        label=_("到期前提醒"),
        group=Group.LIMITS,
    ),
    StepKind.YELLOW: Words(
        _("黄牌：%(subject)s"),
        _("%(stage)s即将到期，期限 %(due)s。"),
        "alert-triangle",
        "near",
        head=True,
        label=_("黄牌"),
        group=Group.CARDS,
    ),
    StepKind.RED: Words(
        _("红牌：%(subject)s"),
        _("%(stage)s已超期，期限 %(due)s。"),
        "clock-exclamation",
        "late",
        head=True,
        label=_("红牌"),
        group=Group.CARDS,
        urgent=True,
    ),
    StepKind.ESCALATE: Words(
        _("超期升级：%(subject)s"),
        _("%(stage)s超期未结，期限 %(due)s，由上级督办。"),
        "arrow-big-up-lines",
        "late",
        head=True,
        label=_("超期升级"),
        group=Group.LIMITS,
        urgent=True,
    ),
    StepKind.MEETING: Words(
        _("列入周例会：%(subject)s"),
        _("%(stage)s超期未结，期限 %(due)s，已列入区周例会清单。"),
        "list-details",
        "late",
        head=True,
        label=_("列入周例会"),
        group=Group.LIMITS,
        district=True,
        urgent=True,
    ),
    StepKind.COMMITTEE: Words(
        _("提交党委：%(subject)s"),
        _("%(stage)s超期未结，期限 %(due)s，请提交党委研究。"),
        "gavel",
        "late",
        head=True,
        label=_("提交党委"),
        group=Group.LIMITS,
        district=True,
        urgent=True,
    ),
}
# Message ids of the stages, in the context in which ``Stage`` declares them.
STAGE_WORDS = {
    Stage.SCREENING: "受理甄别",
    Stage.ACCEPTING: "签收",
    Stage.HANDLING: "处置",
    Stage.VERIFYING: "核查",
    Stage.WHOLE: "全程",
    Stage.SUPERVISION: "督办答复",
    Stage.RECTIFICATION: "整改",
    Stage.LOG_REVIEW: "日志审阅",
    Stage.TASK: "任务",
    Stage.APPEAL: "申诉",
    Stage.RULING: "职责裁定",
    Stage.SPOT_CHECK: "抽查",
}
# Of these one notice a day goes out, however many fall due, under one name and one address.
GATHERED = {Stage.LOG_REVIEW: (_("网格日志待审阅"), "/inspections/logs/")}


FIRST_MONTH_TO_WARN = 11


def register_looks() -> None:
    """Let the inbox show each kind by its icon and tone, and the preferences by its name."""
    for kind, words in WORDS.items():
        kinds.register(f"deadline.{kind}", icon=words.icon, tone=words.tone, label=words.label, group=words.group)
    kinds.register(YEAR_UNKNOWN, icon="calendar-question", tone="near", label=_("放假安排尚未录入"))


def send_notices(steps: Sequence[StepTaken]) -> None:
    """One notice per limit for its gravest step: the holder always, its head from the yellow card on, the district's
    centre for the weekly meeting. What was met meanwhile no longer needs a warning before its end."""
    people = _People()
    by_moment: dict[object, list[Draft]] = {}
    for step in steps:
        if step.ended and step.kind in (StepKind.REMIND, StepKind.YELLOW):
            continue
        words = WORDS[step.kind]
        recipients = set(people.of(step.holder_id))
        if words.head:
            recipients |= people.above(step.holder_id, step.head_id, step.district_id)
        if words.district:
            recipients |= people.of_district(step.district_id)
        gathered = GATHERED.get(Stage(step.stage))
        draft = Draft(
            recipients=frozenset(recipients),
            kind=f"deadline.{step.kind}",
            title=words.title,
            body=words.body,
            params={
                "subject": texts.text(gathered[0]) if gathered else step.subject_label,
                "stage": texts.text(STAGE_WORDS[Stage(step.stage)], "stage"),
                "due": texts.moment(step.due_at),
            },
            url=gathered[1] if gathered else step.subject_url,
            urgent=words.urgent,
            dedupe_key=(
                f"deadline-day:{step.stage}:{step.holder_id}:{step.kind}:{local(step.done_at).date()}"
                if gathered
                else f"deadline-step:{step.limit_id}:{step.step}"
            ),
        )
        by_moment.setdefault(step.done_at, []).append(draft)
    for moment, drafts in by_moment.items():
        send(drafts, at=moment)  # type: ignore[arg-type]


YEAR_UNKNOWN = "deadline.year-unknown"


def warn_of_unknown_year(*, on: date, at: datetime) -> int:
    """Tell whoever administers the system, once a month, of a year that is not announced: the present one, and from
    November on the coming one. Until then its weekends alone are days off, and limits are reckoned by them.

    Returns how many years are unknown.
    """
    last = on.year + (on.month >= FIRST_MONTH_TO_WARN)
    announced = set(CalendarYear.objects.filter(announced=True).values_list("year", flat=True))
    administrators = grants_in_force(on).filter(role=Role.SYSTEM_ADMIN).values_list("user_id", flat=True)
    recipients = frozenset(administrators)
    drafts = [
        Draft(
            recipients=recipients,
            kind=YEAR_UNKNOWN,
            title=_("%(year)s 年放假安排尚未录入"),
            body=_("在录入之前，这一年只按周末休息计算时限。录入后，在办时限会自动重算。"),
            params={"year": str(year)},
            url=f"/manage/calendar/?year={year}",
            dedupe_key=f"calendar-year-unknown:{year}:{on:%Y-%m}",
        )
        for year in range(on.year, last + 1)
        if year not in announced
    ]
    send(drafts, at=at)
    return len(drafts)


class _People:
    """Who answers for an agency, asked once per agency and batch."""

    def __init__(self) -> None:
        self._known: dict[int, set[int]] = {}
        self._districts: dict[int, int | None] = {}
        self._above: dict[tuple[int, int | None], set[int]] = {}

    def of(self, agency_id: int) -> set[int]:
        if agency_id not in self._known:
            agency = Agency.objects.get(pk=agency_id)
            self._known[agency_id] = set(agency_people(agency).order_by().values_list("pk", flat=True))
        return self._known[agency_id]

    def above(self, holder_id: int, head_id: int | None, district_id: int) -> set[int]:
        """Those of the head; where it is missing, of the next centre above, and in the end the district's leaders."""
        key = (holder_id, head_id)
        if key not in self._above:
            found = Agency.objects.select_related("unit").in_bulk([pk for pk in key if pk is not None])
            centre = supervising_centre(found[holder_id], found.get(head_id or 0))
            self._above[key] = (
                self.of(centre.pk) if centre else set(leaders_of(district_id).values_list("pk", flat=True))
            )
        return self._above[key]

    def of_district(self, district_id: int) -> set[int]:
        if district_id not in self._districts:
            centre = Agency.objects.filter(unit_id=district_id, kind=AgencyKind.CENTRE).first()
            self._districts[district_id] = centre.pk if centre else None
        centre_id = self._districts[district_id]
        return self.of(centre_id) if centre_id is not None else set()
