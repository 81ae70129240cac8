"""Rules, explanations and what changes, as plain values and words for the pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.core.presentation import when_text
from apps.deadlines import rules
from apps.deadlines.choices import CARD_OF_STEP, Complexity, Level, Measure, RuleKind, Stage, StepKind, Urgency
from apps.deadlines.choosing import Reason
from apps.deadlines.explanations import Explanation, Sample
from apps.deadlines.models import Ladder, LadderRung, LimitPolicy, RuleChange
from apps.deadlines.presentation import amount_text
from apps.deadlines.reckoning import LeftOut, PlannedStep
from apps.deadlines.rules import Change, Names
from apps.deadlines.simulation import Simulation

SAMPLE_AMOUNT, SAMPLE_MEASURE = Decimal(3), Measure.WORKING_DAYS
LONGEST_SAMPLE = Decimal(1000)
WIDTH = 1000
TONES = {"none": "info", "yellow": "near", "red": "late"}


def rule_tabs(active: str) -> list[dict[str, Any]]:
    """The pages about rules."""
    labels = {
        "limits": _("时限规则"),
        "ladders": _("阶梯"),
        "presets": _("方案"),
        "simulate": _("试算"),
        "rule-changes": _("变更记录"),
    }
    return [
        {"label": label, "url": reverse(f"deadlines:{name}"), "active": name == active, "count": None}
        for name, label in labels.items()
    ]


def when_choices() -> list[tuple[str, str]]:
    """Which days' rules to list."""
    return [
        ("now", pgettext("rule", "现行")),
        ("planned", pgettext("rule", "将生效")),
        ("ended", pgettext("rule", "已结束")),
        ("all", _("全部")),
    ]


def plain(amount: Decimal) -> str:
    """A number without trailing zeros: ``3``, ``0.5``."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def matters_of(rule: Any, names: Names, *, stage: bool = False) -> str:
    """What a rule is for: ``紧急 · 第1街道 · 暴露垃圾 · 街道``, or that it is for everything."""
    words = []
    if stage and rule.stage:
        words.append(str(Stage(rule.stage).label))
    if rule.urgency:
        words.append(str(Urgency(rule.urgency).label))
    if rule.unit_id is not None:
        words.append(names.units.get(rule.unit_id, ""))
    if rule.complexity:
        words.append(_("复杂程度：%(complexity)s") % {"complexity": Complexity(rule.complexity).label})
    prefix = getattr(rule, "category_prefix", "")
    if prefix:
        words.append(names.categories.get(prefix, prefix))
    if getattr(rule, "level", ""):
        words.append(_("层级：%(level)s") % {"level": Level(rule.level).label})
    return " · ".join(word for word in words if word) or _("不限")


def reason_text(reason: Reason) -> str:
    """Why a rule that matched was not chosen."""
    words = {
        Reason.URGENCY: _("选中的规则指明了紧急程度"),
        Reason.UNIT: _("选中的规则出自更近的单元"),
        Reason.COMPLEXITY: _("选中的规则指明了复杂程度"),
        Reason.CATEGORY: _("选中的规则对类别说得更细"),
        Reason.LEVEL: _("选中的规则指明了层级"),
        Reason.STAGE: _("选中的规则指明了环节"),
        Reason.LATER: _("选中的规则生效更晚"),
    }
    return words[reason]


def basis_text(explained: Explanation, at: datetime) -> str:
    """``2 工作日，自 11-24 周二 09:10 起算，11-26 周四 09:10 到期。``"""
    if explained.due_at is None:
        return _("没有适用的时限规则。")
    words = {"start": when_text(explained.started_at, at), "due": when_text(explained.due_at, at)}
    if explained.given:
        text = _("期限由办理人指定为 %(due)s，不按规则计算；自 %(start)s 起算。") % words
    elif explained.policy is None:
        text = _("自 %(start)s 起算，%(due)s 到期；当时的规则已不在用。") % words
    else:
        policy: LimitPolicy = explained.policy.row
        words["amount"] = amount_text(policy.amount, policy.measure)
        text = _("%(amount)s，自 %(start)s 起算，%(due)s 到期。") % words
    if explained.extended:
        text += _("其间延期 %(times)d 次。") % {"times": explained.extended}
    return text


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """A policy as a list shows it."""

    policy: LimitPolicy
    matters: str
    amount: str
    standing: str

    @property
    def may_change(self) -> bool:
        """Whether it has not ended."""
        return self.standing in ("now", "planned")


def policy_line(policy: LimitPolicy, names: Names, on: date) -> PolicyLine:
    """A policy on a day."""
    matters = matters_of(policy, names)
    return PolicyLine(policy, matters, amount_text(policy.amount, policy.measure), rules.standing_of(policy, on))


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment on a drawn line: ``x`` from 0 to the line's width."""

    x: int
    tone: str
    number: int
    label: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """A limit drawn on a line from its start to its last step, in real time."""

    marks: list[Mark]
    due_x: int
    width: int = WIDTH
    left_out: list[tuple[str, str]] = field(default_factory=list)


def line_of(
    started_at: datetime, due_at: datetime, steps: Iterable[PlannedStep], left_out: Iterable[LeftOut] = ()
) -> Line:
    """Where start, steps and end lie; a step left out is said with its reason."""
    steps = list(steps)
    last = max([due_at, *(step.due_at for step in steps)])
    span = (last - started_at) / timedelta(microseconds=1) or 1.0

    def place(moment: datetime) -> int:
        return round((moment - started_at) / timedelta(microseconds=1) / span * WIDTH)

    marks = [
        Mark(
            place(step.due_at),
            TONES[CARD_OF_STEP[StepKind(step.kind)]] if step.due_at <= due_at else "late",
            step.step,
            str(StepKind(step.kind).label),
            step.due_at,
        )
        for step in steps
    ]
    missing = [
        (
            str(StepKind(one.kind).label),
            _("会早于起点") if one.before_start else _("不晚于前一步"),
        )
        for one in left_out
    ]
    return Line(marks, place(due_at), left_out=missing)


@dataclass(frozen=True, slots=True)
class LadderLine:
    """A version of a ladder as its page shows it."""

    ladder: Ladder
    rungs: list[LadderRung]
    standing: str
    matters: str
    sample: Sample

    @property
    def line(self) -> Line:
        """The sample drawn."""
        return line_of(self.sample.started_at, self.sample.due_at, self.sample.steps, self.sample.left_out)

    @property
    def may_change(self) -> bool:
        """Whether it has not ended."""
        return self.standing in ("now", "planned")

    @property
    def may_end(self) -> bool:
        """The default ladder is what climbs where nothing else is said; it is changed and not ended."""
        return self.standing == "planned" or (self.standing == "now" and self.ladder.preset.code != "default")


def sample_of(given: Mapping[str, Any]) -> tuple[Decimal, str]:
    """The length of the sample limit that a page asks for, or three working days."""
    try:
        amount = Decimal(str(given.get("amount", "")))
    except InvalidOperation:
        amount = SAMPLE_AMOUNT
    if not amount.is_finite() or not 0 < amount <= LONGEST_SAMPLE:
        amount = SAMPLE_AMOUNT
    measure = str(given.get("measure", ""))
    return amount, measure if measure in Measure.values else SAMPLE_MEASURE


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What another rule would change, in words."""

    stage: str
    now: str
    now_matters: str
    then: str
    then_matters: str


def change_line(change: Change, names: Names) -> ChangeLine:
    """A rule and the one in its place."""
    stage = str(Stage(change.stage).label) if change.stage else _("阶梯")

    def said(rule: Any) -> tuple[str, str]:
        if rule is None:
            return "—", ""
        if isinstance(rule, Ladder):
            return f"{rule.title} v{rule.version}", matters_of(rule, names)
        return amount_text(rule.amount, rule.measure), _("%(name)s（%(matters)s）") % {
            "name": rule.title,
            "matters": matters_of(rule, names),
        }

    return ChangeLine(stage, *said(change.now), *said(change.then))


@dataclass(frozen=True, slots=True)
class RuleChangeLine:
    """One change of the rules in words."""

    change: RuleChange
    kind: str
    name: str
    before: str
    after: str


def rule_change_line(change: RuleChange) -> RuleChangeLine:
    """What a change was about and what became of it."""
    facts = change.after or change.before or {}
    name = str(facts.get("name") or facts.get("preset") or change.code)
    return RuleChangeLine(change, str(RuleKind(change.kind).label), name, _facts(change.before), _facts(change.after))


def _facts(facts: Mapping[str, Any] | None) -> str:
    """A rule's plain data in a few words."""
    if not facts or "ended" in facts:
        return "—"
    words = []
    if facts.get("version"):
        words.append(f"v{facts['version']}")
    if facts.get("amount") is not None:
        words.append(amount_text(Decimal(facts["amount"]), facts["measure"]))
    words += [str(StepKind(step["kind"]).label) for step in facts.get("steps", [])]
    words.append(f"{facts.get('effective_from') or ''}—{facts.get('effective_to') or ''}")
    if facts.get("active") is False:
        words.append(_("已撤回"))
    return " · ".join(words)


@dataclass(frozen=True, slots=True)
class ExplanationLine:
    """A stage's limit and why, as pages show it."""

    explained: Explanation
    stage: str
    basis: str
    rule: str
    matters: str
    origin: str
    amount: str
    others: list[tuple[str, str, str, str]]
    ladder: str
    line: Line | None


def explanation_line(explained: Explanation, names: Names, at: datetime) -> ExplanationLine:
    """An explanation in words; the others that matched as (name, matters, amount, why not)."""
    rule = explained.policy
    others = [
        (
            lost.rule.row.title,
            matters_of(lost.rule, names),
            amount_text(lost.rule.row.amount, lost.rule.row.measure),
            reason_text(lost.reason),
        )
        for lost in explained.others
    ]
    line = None
    if explained.due_at is not None:
        line = line_of(explained.started_at, explained.due_at, explained.steps, explained.left_out)
    return ExplanationLine(
        explained=explained,
        stage=str(Stage(explained.stage).label),
        basis=basis_text(explained, at),
        rule=rule.row.title if rule else "",
        matters=matters_of(rule, names) if rule else "",
        origin=rule.row.origin if rule else "",
        amount=amount_text(rule.row.amount, rule.row.measure) if rule else "",
        others=others,
        ladder=f"{explained.ladder.title} v{explained.ladder.version}" if explained.ladder else "",
        line=line,
    )


@dataclass(frozen=True, slots=True)
class SimulationLine:
    """A stage of a simulation, now and under a draft."""

    now: ExplanationLine
    then: ExplanationLine | None
    changed: bool


def simulation_lines(result: Simulation, at: datetime) -> list[SimulationLine]:
    """Every stage that has a limit, in order."""
    lines = []
    for place, explained in enumerate(result.stages):
        now = explanation_line(explained, result.names, at)
        if not result.differences:
            lines.append(SimulationLine(now, None, changed=False))
            continue
        difference = result.differences[place]
        then = explanation_line(difference.then, result.names, at)
        lines.append(SimulationLine(now, then, changed=difference.changed))
    return lines
