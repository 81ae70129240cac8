"""What may happen to a case: one table that pages, API, tests and documents read. Data and pure checks, no queries.

The rules come from ``spec/2-cases.md`` (The closed loop) and ``spec/interfaces.md`` (Cases).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.cases.choices import OPEN, CaseState, LegState
from apps.core.errors import NotAllowed, WrongState
from apps.grid.permissions import Permission


class Action(StrEnum):
    """Everything that can be done with a case."""

    REGISTER = "register"
    REFUSE = "refuse"
    SETTLE = "settle"
    DISPATCH = "dispatch"
    ACCEPT = "accept"
    RETURN = "return"
    FEEDBACK = "feedback"
    VERIFY = "verify"
    REWORK = "rework"
    CLOSE = "close"
    ESCALATE = "escalate"
    SUSPEND = "suspend"
    RESUME = "resume"
    ASK_SUSPENSION = "ask_suspension"
    DECIDE_SUSPENSION = "decide_suspension"
    EXTEND = "extend"
    ASK_EXTENSION = "ask_extension"
    DECIDE_EXTENSION = "decide_extension"
    SUPERVISE = "supervise"
    REPLY = "reply"
    WITHDRAW = "withdraw"
    APPEAL = "appeal"
    DECIDE_APPEAL = "decide_appeal"
    COMMENT = "comment"
    MERGE = "merge"
    REOPEN = "reopen"
    RATE = "rate"


ACTION_LABELS: dict[Action, Promise] = {
    Action.REGISTER: _("受理"),
    Action.REFUSE: pgettext_lazy("action", "不予受理"),
    Action.SETTLE: pgettext_lazy("action", "自行处置"),
    Action.DISPATCH: _("派遣"),
    Action.ACCEPT: _("接收"),
    Action.RETURN: _("退回"),
    Action.FEEDBACK: _("反馈"),
    Action.VERIFY: _("核查"),
    Action.REWORK: _("返工"),
    Action.CLOSE: pgettext_lazy("action", "结案"),
    Action.ESCALATE: pgettext_lazy("action", "上报上级"),
    Action.SUSPEND: pgettext_lazy("action", "挂起"),
    Action.RESUME: _("恢复"),
    Action.ASK_SUSPENSION: _("申请挂起"),
    Action.DECIDE_SUSPENSION: _("批复挂起"),
    Action.EXTEND: _("延期"),
    Action.ASK_EXTENSION: _("申请延期"),
    Action.DECIDE_EXTENSION: _("批复延期"),
    Action.SUPERVISE: pgettext_lazy("action", "督办"),
    Action.REPLY: _("答复督办"),
    Action.WITHDRAW: _("撤回督办"),
    Action.APPEAL: _("红黄牌申诉"),
    Action.DECIDE_APPEAL: _("裁定申诉"),
    Action.COMMENT: _("批注"),
    Action.MERGE: _("合并"),
    Action.REOPEN: _("重开"),
    Action.RATE: pgettext_lazy("action", "评价"),
}


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
    COVERING = "covering"
    """Anybody whose scope covers the case."""


@dataclass(frozen=True)
class Transition:
    """One row: from which states, by whom and with which permission, to which state (``None``: it stays or the effect
    decides). ``legs`` are the states the actor's own leg may be in; ``inputs`` must be given, ``note`` a text too.
    ``on_the_spot``: only where the category may be settled so; ``once``: only on a case never reopened before;
    ``below_top``: only where there is a centre above; ``at_bottom``: only at a community's desk, which may not suspend
    on its own; ``order``: only while a supervision waits for its reply; ``asked``: only while a request for more time
    waits for its decision, or, if false, only while none does; ``pause_asked``: likewise a request to suspend."""

    action: Action
    sources: frozenset[CaseState]
    target: CaseState | None
    by: By
    needs: Permission | None = None
    note: bool = False
    inputs: tuple[str, ...] = ()
    legs: frozenset[LegState] = field(default_factory=frozenset)
    on_the_spot: bool = False
    once: bool = False
    below_top: bool = False
    at_bottom: bool = False
    order: bool = False
    asked: bool | None = None
    pause_asked: bool | None = None


S = CaseState
P = Permission


def _row(action: Action, sources: Iterable[CaseState], target: CaseState | None, by: By, **more: object) -> Transition:
    return Transition(action, frozenset(sources), target, by, **more)  # type: ignore[arg-type]


TRANSITIONS: tuple[Transition, ...] = (
    _row(Action.REGISTER, [S.REPORTED], S.REGISTERED, By.DESK, needs=P.CASE_REGISTER),
    _row(Action.REFUSE, [S.REPORTED], S.REFUSED, By.DESK, needs=P.CASE_REGISTER, note=True),
    _row(Action.SETTLE, [S.REPORTED], S.CLOSED, By.REPORTER, needs=P.CASE_REPORT, note=True, on_the_spot=True),
    _row(Action.SETTLE, [S.REGISTERED], S.HANDLED, By.DESK, needs=P.CASE_SETTLE, note=True),
    _row(Action.DISPATCH, [S.REGISTERED], S.DISPATCHED, By.DESK, needs=P.CASE_DISPATCH, inputs=("agency",)),
    _row(Action.ACCEPT, [S.DISPATCHED], None, By.HANDLER, legs=frozenset({LegState.OFFERED})),
    _row(Action.RETURN, [S.DISPATCHED], S.REGISTERED, By.HANDLER, note=True, legs=frozenset({LegState.OFFERED})),
    _row(Action.FEEDBACK, [S.DISPATCHED], S.HANDLED, By.HANDLER, note=True, legs=frozenset({LegState.ACCEPTED})),
    _row(Action.VERIFY, [S.HANDLED], S.VERIFIED, By.VERIFIER, needs=P.CASE_VERIFY, inputs=("passed",)),
    _row(Action.REWORK, [S.HANDLED, S.VERIFIED], S.DISPATCHED, By.DESK, needs=P.CASE_DISPATCH, note=True),
    _row(Action.CLOSE, [S.VERIFIED], S.CLOSED, By.DESK, needs=P.CASE_CLOSE),
    _row(Action.ESCALATE, [S.REGISTERED], S.REGISTERED, By.DESK, needs=P.CASE_ESCALATE, note=True, below_top=True),
    _row(
        Action.SUSPEND,
        [S.REGISTERED, S.DISPATCHED],
        S.SUSPENDED,
        By.DESK,
        needs=P.CASE_SUSPEND,
        note=True,
        inputs=("until",),
    ),
    _row(Action.RESUME, [S.SUSPENDED], None, By.DESK, needs=P.CASE_SETTLE),
    _row(Action.RESUME, [S.SUSPENDED], None, By.ABOVE, needs=P.CASE_SUSPEND),
    _row(
        Action.ASK_SUSPENSION,
        [S.REGISTERED, S.DISPATCHED],
        None,
        By.HOLDER,
        note=True,
        inputs=("until", "promised"),
        pause_asked=False,
    ),
    _row(
        Action.ASK_SUSPENSION,
        [S.REGISTERED],
        None,
        By.DESK,
        needs=P.CASE_SETTLE,
        note=True,
        inputs=("until", "promised"),
        at_bottom=True,
        pause_asked=False,
    ),
    _row(
        Action.DECIDE_SUSPENSION,
        [S.REGISTERED, S.DISPATCHED],
        None,
        By.ABOVE,
        needs=P.CASE_SUSPEND,
        inputs=("approved",),
        pause_asked=True,
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
        asked=False,
    ),
    _row(
        Action.ASK_EXTENSION,
        [S.REGISTERED],
        None,
        By.DESK,
        needs=P.CASE_SETTLE,
        note=True,
        inputs=("until",),
        asked=False,
        below_top=True,
    ),
    _row(
        Action.DECIDE_EXTENSION,
        [S.REGISTERED, S.DISPATCHED],
        None,
        By.ABOVE,
        needs=P.CASE_EXTEND,
        inputs=("approved",),
        asked=True,
    ),
    _row(Action.SUPERVISE, sorted(OPEN), None, By.COVERING, needs=P.CASE_SUPERVISE, note=True),
    _row(Action.REPLY, sorted(OPEN), None, By.HOLDER, note=True, order=True),
    _row(Action.REPLY, sorted(OPEN), None, By.DESK, needs=P.CASE_SETTLE, note=True, order=True),
    _row(Action.WITHDRAW, sorted(OPEN), None, By.ORDERER, needs=P.CASE_SUPERVISE, note=True, order=True),
    _row(Action.APPEAL, list(CaseState), None, By.CARDED, note=True),
    _row(
        Action.DECIDE_APPEAL, list(CaseState), None, By.REVIEWER, needs=P.CASE_SUPERVISE, note=True, inputs=("upheld",)
    ),
    _row(Action.COMMENT, list(CaseState), None, By.COVERING, needs=P.CASE_COMMENT, note=True),
    _row(Action.MERGE, [S.REPORTED, S.REGISTERED], S.MERGED, By.DESK, needs=P.CASE_REGISTER, inputs=("into",)),
    _row(Action.REOPEN, [S.CLOSED], S.REGISTERED, By.DESK, needs=P.CASE_REGISTER, note=True),
    _row(Action.REOPEN, [S.CLOSED], S.REGISTERED, By.REPORTER, note=True, once=True),
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
    category_on_the_spot: bool
    reopened: bool = False
    at_top: bool = False
    """Whether the case's desk is the district's, above which there is none."""
    order_open: bool = False
    """Whether a supervision waits for its reply."""
    asked: bool = False
    """Whether a request for more time waits for its decision."""
    at_bottom: bool = False
    """Whether the case's desk is a community's."""
    pause_asked: bool = False
    """Whether a request to suspend waits for its decision."""


def rows_of(action: Action) -> tuple[Transition, ...]:
    """The rows of one action."""
    return tuple(row for row in TRANSITIONS if row.action is action)


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
        and (not row.on_the_spot or standing.category_on_the_spot)
        and not (row.once and standing.reopened)
        and not (row.below_top and standing.at_top)
        and (not row.order or standing.order_open)
        and row.asked in {None, standing.asked}
        and not (row.at_bottom and not standing.at_bottom)
        and row.pause_asked in {None, standing.pause_asked}
    )


def available(standing: Standing) -> list[Transition]:
    """Every row the actor may use now, in the order of the table, one for each action."""
    rows: dict[Action, Transition] = {}
    for row in TRANSITIONS:
        if (row.by, row.needs) in standing.capacities and fits(row, standing):
            rows.setdefault(row.action, row)
    return list(rows.values())
