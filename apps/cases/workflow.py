"""What may happen to a case: one table that pages, API, tests and documents read. Data and pure checks, no queries.

The rules come from ``spec/2-cases.md`` (The closed loop) and ``spec/interfaces.md`` (Cases).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.cases.actions import Action
from apps.cases.choices import OPEN, CaseState, LegState
from apps.core.errors import NotAllowed, WrongState
from apps.grid.permissions import Permission


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
    GROUND = "ground"
    """Whoever works in the very grid or community of the case."""
    SUMMONED = "summoned"
    """Somebody of an agency that was called to the spot and has not arrived."""
    ON_SPOT = "on_spot"
    """Somebody of an agency that arrived and has not told the result."""
    WHISTLER = "whistler"
    """Whoever called agencies to the spot, or sits at the desk for which it was done, while one is not rated."""
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
    By.GROUND: _("该网格或社区的人员"),
    By.SUMMONED: _("被吹哨、未到场的单位"),
    By.ON_SPOT: _("已到场、未报告结果的单位"),
    By.WHISTLER: _("吹哨人或其工作站"),
    By.COVERING: _("辖区包含该案的人员"),
}


class Fact(StrEnum):
    """What may be so about a case beside its state, and opens or closes a row of the table."""

    SPOT_CATEGORY = "spot_category"
    """Its category may be settled on the spot."""
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
    DUAL_WAITING = "dual_waiting"
    """A department was told as well and has not taken note yet."""
    SPOT_WAITING = "spot_waiting"
    """It was settled on the spot and drawn for a spot check that has not been made."""


FACT_LABELS: dict[Fact, Promise] = {
    Fact.SPOT_CATEGORY: _("类别可自行处置"),
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
    Fact.DUAL_WAITING: _("双报待签收"),
    Fact.SPOT_WAITING: _("待抽查"),
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
    "present": _("是否在场"),
    "agencies": _("请到场的单位"),
    "stars": _("星级"),
}


@dataclass(frozen=True)
class Transition:
    """One row: from which states, by whom and with which permission, to which state (``None``: it
    stays). ``also`` are further states it may end in, by what is given or by where the case came from. ``legs``
    are the states the actor's own leg may be in; ``inputs`` must be given, ``note`` a text too. ``when`` holds the
    facts that must all be so, ``unless`` those of which none may be."""

    action: Action
    sources: frozenset[CaseState]
    target: CaseState | None
    by: By
    needs: Permission | None = None
    note: bool = False
    inputs: tuple[str, ...] = ()
    legs: frozenset[LegState] = field(default_factory=frozenset)
    also: frozenset[CaseState] = field(default_factory=frozenset)
    when: frozenset[Fact] = field(default_factory=frozenset)
    unless: frozenset[Fact] = field(default_factory=frozenset)


S = CaseState
P = Permission
F = Fact


def _row(
    action: Action,
    sources: Iterable[CaseState],
    target: CaseState | None,
    by: By,
    *,
    also: Iterable[CaseState] = (),
    when: Iterable[Fact] = (),
    unless: Iterable[Fact] = (),
    **more: object,
) -> Transition:
    conditions = {"also": frozenset(also), "when": frozenset(when), "unless": frozenset(unless)}
    return Transition(action, frozenset(sources), target, by, **conditions, **more)  # type: ignore[arg-type]


TRANSITIONS: tuple[Transition, ...] = (
    _row(Action.REGISTER, [S.REPORTED], S.REGISTERED, By.DESK, needs=P.CASE_REGISTER),
    _row(Action.REFUSE, [S.REPORTED], S.REFUSED, By.DESK, needs=P.CASE_REGISTER, note=True),
    _row(Action.SETTLE, [S.REPORTED], S.CLOSED, By.REPORTER, needs=P.CASE_REPORT, note=True, when=[F.SPOT_CATEGORY]),
    _row(Action.SETTLE, [S.REGISTERED], S.HANDLED, By.DESK, needs=P.CASE_SETTLE, note=True),
    _row(Action.DISPATCH, [S.REGISTERED], S.DISPATCHED, By.DESK, needs=P.CASE_DISPATCH, inputs=("agency",)),
    _row(Action.ACCEPT, [S.DISPATCHED], None, By.HANDLER, legs=frozenset({LegState.OFFERED})),
    _row(Action.RETURN, [S.DISPATCHED], S.REGISTERED, By.HANDLER, note=True, legs=frozenset({LegState.OFFERED})),
    _row(
        Action.FEEDBACK,
        [S.DISPATCHED],
        S.HANDLED,
        By.HANDLER,
        note=True,
        legs=frozenset({LegState.ACCEPTED}),
        unless=[F.ENFORCING],
    ),
    _row(
        Action.VERIFY,
        [S.HANDLED],
        S.VERIFIED,
        By.VERIFIER,
        needs=P.CASE_VERIFY,
        inputs=("passed",),
        also=[S.DISPATCHED, S.REGISTERED],
    ),
    _row(
        Action.REWORK,
        [S.HANDLED, S.VERIFIED],
        S.DISPATCHED,
        By.DESK,
        needs=P.CASE_DISPATCH,
        note=True,
        also=[S.REGISTERED],
    ),
    _row(Action.CLOSE, [S.VERIFIED], S.CLOSED, By.DESK, needs=P.CASE_CLOSE),
    _row(Action.ESCALATE, [S.REGISTERED], S.REGISTERED, By.DESK, needs=P.CASE_ESCALATE, note=True, unless=[F.AT_TOP]),
    _row(
        Action.SUSPEND,
        [S.REGISTERED, S.DISPATCHED],
        S.SUSPENDED,
        By.DESK,
        needs=P.CASE_SUSPEND,
        note=True,
        inputs=("until",),
    ),
    _row(Action.RESUME, [S.SUSPENDED], S.REGISTERED, By.DESK, needs=P.CASE_SETTLE, also=[S.DISPATCHED]),
    _row(Action.RESUME, [S.SUSPENDED], S.REGISTERED, By.ABOVE, needs=P.CASE_SUSPEND, also=[S.DISPATCHED]),
    _row(
        Action.ASK_SUSPENSION,
        [S.REGISTERED, S.DISPATCHED],
        None,
        By.HOLDER,
        note=True,
        inputs=("until", "promised"),
        unless=[F.PAUSE_ASKED],
    ),
    _row(
        Action.ASK_SUSPENSION,
        [S.REGISTERED],
        None,
        By.DESK,
        needs=P.CASE_SETTLE,
        note=True,
        inputs=("until", "promised"),
        when=[F.AT_BOTTOM],
        unless=[F.PAUSE_ASKED],
    ),
    _row(
        Action.DECIDE_SUSPENSION,
        [S.REGISTERED, S.DISPATCHED],
        None,
        By.ABOVE,
        needs=P.CASE_SUSPEND,
        inputs=("approved",),
        also=[S.SUSPENDED],
        when=[F.PAUSE_ASKED],
    ),
    _row(
        Action.EXTEND, [S.REGISTERED, S.DISPATCHED], None, By.ABOVE, needs=P.CASE_EXTEND, note=True, inputs=("until",)
    ),
    _row(
        Action.ASK_EXTENSION,
        [S.REGISTERED, S.DISPATCHED],
        None,
        By.HOLDER,
        note=True,
        inputs=("until",),
        unless=[F.TIME_ASKED],
    ),
    _row(
        Action.ASK_EXTENSION,
        [S.REGISTERED],
        None,
        By.DESK,
        needs=P.CASE_SETTLE,
        note=True,
        inputs=("until",),
        unless=[F.TIME_ASKED, F.AT_TOP],
    ),
    _row(
        Action.DECIDE_EXTENSION,
        [S.REGISTERED, S.DISPATCHED],
        None,
        By.ABOVE,
        needs=P.CASE_EXTEND,
        inputs=("approved",),
        when=[F.TIME_ASKED],
    ),
    _row(Action.SUPERVISE, sorted(OPEN), None, By.COVERING, needs=P.CASE_SUPERVISE, note=True),
    _row(Action.REPLY, sorted(OPEN), None, By.HOLDER, note=True, when=[F.ORDER_OPEN]),
    _row(Action.REPLY, sorted(OPEN), None, By.DESK, needs=P.CASE_SETTLE, note=True, when=[F.ORDER_OPEN]),
    _row(Action.WITHDRAW, sorted(OPEN), None, By.ORDERER, needs=P.CASE_SUPERVISE, note=True, when=[F.ORDER_OPEN]),
    _row(Action.APPEAL, list(CaseState), None, By.CARDED, note=True),
    _row(
        Action.DECIDE_APPEAL, list(CaseState), None, By.REVIEWER, needs=P.CASE_SUPERVISE, note=True, inputs=("upheld",)
    ),
    _row(
        Action.DISSUADE,
        [S.REPORTED, S.REGISTERED, S.DISPATCHED],
        None,
        By.COVERING,
        needs=P.CASE_REPORT,
        note=True,
        inputs=("heeded",),
    ),
    _row(
        Action.DISSUADE,
        [S.DISPATCHED],
        None,
        By.HANDLER,
        note=True,
        inputs=("heeded",),
        legs=frozenset({LegState.ACCEPTED}),
    ),
    _row(
        Action.HAND_OVER,
        [S.REGISTERED],
        S.DISPATCHED,
        By.DESK,
        needs=P.CASE_DISPATCH,
        note=True,
        inputs=("agency", "basis"),
    ),
    _row(
        Action.DECIDE_PENALTY,
        [S.DISPATCHED],
        None,
        By.HOLDER,
        inputs=("penalised", "decided_on"),
        legs=frozenset({LegState.ACCEPTED}),
        when=[F.ENFORCING],
    ),
    _row(
        Action.MEDIATE,
        [S.REGISTERED],
        None,
        By.DESK,
        needs=P.CASE_SETTLE,
        note=True,
        inputs=("held_at",),
        when=[F.DISPUTE],
    ),
    _row(
        Action.MEDIATE,
        [S.DISPATCHED],
        None,
        By.HOLDER,
        note=True,
        inputs=("held_at",),
        legs=frozenset({LegState.ACCEPTED}),
        when=[F.DISPUTE],
    ),
    _row(
        Action.CONCLUDE_MEDIATION,
        [S.REGISTERED],
        None,
        By.DESK,
        needs=P.CASE_SETTLE,
        note=True,
        inputs=("agreed",),
        when=[F.MEDIATING],
    ),
    _row(
        Action.CONCLUDE_MEDIATION,
        [S.DISPATCHED],
        None,
        By.HOLDER,
        note=True,
        inputs=("agreed",),
        legs=frozenset({LegState.ACCEPTED}),
        when=[F.MEDIATING],
    ),
    _row(
        Action.PRESENCE,
        sorted(OPEN),
        None,
        By.REPORTER,
        needs=P.CASE_REPORT,
        inputs=("present",),
        when=[F.DIRECT],
    ),
    _row(
        Action.WHISTLE,
        [S.REPORTED, S.REGISTERED, S.DISPATCHED],
        None,
        By.GROUND,
        needs=P.CASE_REPORT,
        note=True,
        inputs=("agencies",),
    ),
    _row(Action.ARRIVE, sorted(OPEN), None, By.SUMMONED),
    _row(Action.REPORT_RESULT, sorted(OPEN), None, By.ON_SPOT, note=True),
    _row(Action.RATE_SUMMONED, list(CaseState), None, By.WHISTLER, inputs=("stars",)),
    _row(Action.ACKNOWLEDGE, list(CaseState), None, By.TOLD, when=[F.DUAL_WAITING]),
    _row(Action.COMMENT, list(CaseState), None, By.COVERING, needs=P.CASE_COMMENT, note=True),
    _row(Action.COMMENT, list(CaseState), None, By.TOLD, note=True),
    _row(Action.MERGE, [S.REPORTED, S.REGISTERED], S.MERGED, By.DESK, needs=P.CASE_REGISTER, inputs=("into",)),
    _row(Action.REOPEN, [S.CLOSED], S.REGISTERED, By.DESK, needs=P.CASE_REGISTER, note=True),
    _row(Action.REOPEN, [S.CLOSED], S.REGISTERED, By.REPORTER, note=True, unless=[F.REOPENED]),
    _row(
        Action.SPOT_CHECK,
        [S.CLOSED],
        None,
        By.VERIFIER,
        needs=P.CASE_VERIFY,
        inputs=("passed",),
        also=[S.REGISTERED],
        when=[F.SPOT_WAITING],
    ),
    _row(Action.RATE, [S.CLOSED], None, By.REPORTER, inputs=("solved", "satisfied")),
    _row(Action.RATE, [S.CLOSED], None, By.DESK, needs=P.CASE_CLOSE, inputs=("solved", "satisfied")),
)

# An assistant's feedback or return ends its own leg and leaves the case where it is.
LEG_ACTIONS = frozenset({Action.ACCEPT, Action.RETURN, Action.FEEDBACK})


@dataclass(frozen=True)
class Standing:
    """What the table asks of the actor, gathered beforehand by ``standing_of``."""

    state: CaseState
    capacities: frozenset[tuple[By, Permission | None]]
    """The capacities in which the actor could ever act on this case, with the permission held for each."""
    present: frozenset[By]
    """Those in which the actor may act now: the desk is the case's desk, the handler's leg is open …"""
    leg_state: LegState | None
    facts: frozenset[Fact]
    """What is so about the case beside its state."""


def rows_of(action: Action) -> tuple[Transition, ...]:
    """The rows of one action."""
    return tuple(row for row in TRANSITIONS if row.action is action)


def ends_of(row: Transition, source: CaseState) -> frozenset[CaseState]:
    """Every state in which a case that was in ``source`` may be after the row was used; an assistant's leg moves it
    nowhere."""
    return row.also | {row.target or source} | ({source} if row.by is By.HANDLER else set())


def check(action: Action, standing: Standing) -> Transition:
    """The row by which the actor may act. Raises ``NotAllowed``, then ``WrongState``, in that order."""
    able = [row for row in rows_of(action) if (row.by, row.needs) in standing.capacities]
    if not able:
        raise NotAllowed
    for row in able:
        if fits(row, standing):
            return row
    raise WrongState(extra={"state": standing.state.value})


def fits(row: Transition, standing: Standing) -> bool:
    """Whether a row the actor is able to use can be used now."""
    return (
        standing.state in row.sources
        and row.by in standing.present
        and (not row.legs or standing.leg_state in row.legs)
        and row.when <= standing.facts
        and not (row.unless & standing.facts)
    )


def available(standing: Standing) -> list[Transition]:
    """Every row the actor may use now, in the order of the table, one for each action."""
    rows: dict[Action, Transition] = {}
    for row in TRANSITIONS:
        if (row.by, row.needs) in standing.capacities and fits(row, standing):
            rows.setdefault(row.action, row)
    return list(rows.values())
