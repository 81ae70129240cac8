"""The workflow's table in words: for the page of help and for ``docs/cases.md``. In the language in use, no queries."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.cases.actions import ACTION_LABELS, Action
from apps.cases.capacities import BY_LABELS, FACT_LABELS, INPUT_LABELS
from apps.cases.choices import OPEN, CaseState
from apps.cases.diagram import moves
from apps.cases.workflow import TRANSITIONS, Transition

BEGIN = "<!-- begin: written by manage.py describe_cases -->"
END = "<!-- end: written by manage.py describe_cases -->"


@dataclass(frozen=True)
class TableRow:
    """One row of the table in words. ``first`` says whether it is the first of its action."""

    action: Action
    label: str
    first: bool
    by: str
    right: str
    sources: str
    ends: str
    asks: str
    conditions: str


def table_rows() -> list[TableRow]:
    """Every row of the table, those of one action together, in the order in which actions first appear."""
    order = list(dict.fromkeys(row.action for row in TRANSITIONS))
    rows = sorted(TRANSITIONS, key=lambda row: order.index(row.action))
    found: list[TableRow] = []
    for row in rows:
        first = not found or found[-1].action is not row.action
        found.append(
            TableRow(
                row.action,
                str(ACTION_LABELS[row.action]),
                first,
                str(BY_LABELS[row.by]),
                str(row.needs.label) if row.needs else "",
                _sources(row),
                _ends(row),
                _asks(row),
                _conditions(row),
            )
        )
    return found


def _listed(words: list[str]) -> str:
    return str(_("、")).join(words)


def _sources(row: Transition) -> str:
    if row.sources == frozenset(CaseState):
        return _("任何状态")
    if row.sources == OPEN:
        return _("任何未结状态")
    return _listed([str(state.label) for state in CaseState if state in row.sources])


def _ends(row: Transition) -> str:
    first = str(row.target.label) if row.target else _("不变")
    return str(_(" 或 ")).join([first, *(str(state.label) for state in CaseState if state in row.also)])


def _asks(row: Transition) -> str:
    words = [str(INPUT_LABELS[name]) for name in row.inputs]
    return _listed([*words, *([_("说明")] if row.note else [])])


def _conditions(row: Transition) -> str:
    """The facts, and the states of the actor's own leg."""
    words = [str(FACT_LABELS[fact]) for fact in FACT_LABELS if fact in row.when]
    words += [_("%(fact)s的除外") % {"fact": FACT_LABELS[fact]} for fact in FACT_LABELS if fact in row.unless]
    words += [_("本环节%(state)s") % {"state": state.label} for state in sorted(row.legs)]
    return str(_("；")).join(words)


def markdown() -> str:
    """The diagram (Mermaid) and the table (Markdown) between their two marks, in the language in use."""
    lines = [BEGIN, "", "```mermaid", "stateDiagram-v2", "    direction LR"]
    lines += [f'    state "{state.label}" as {state.value}' for state in CaseState]
    lines.append(f"    [*] --> reported: {pgettext('action', '上报')}")
    for move in moves():
        words = _listed([str(ACTION_LABELS[action]) for action in move.actions])
        lines.append(f"    {move.source.value} --> {move.target.value}: {words}")
    lines += [f"    {state.value} --> [*]" for state in CaseState if state not in OPEN]
    heads = [_("办理"), _("谁"), _("权限"), _("从"), pgettext("table", "到"), _("须填"), _("条件")]
    lines += ["```", "", f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    for row in table_rows():
        name = f"{row.label} `{row.action.value}`" if row.first else ""
        lines.append(_cells(name, row.by, row.right, row.sources, row.ends, row.asks, row.conditions))
    return "\n".join([*lines, "", END])


def _cells(*cells: str) -> str:
    return "|" + "".join(f" {cell} |" if cell else " |" for cell in cells)


def with_markdown(text: str) -> str:
    """The document with the part between the marks written anew. Raises ``ValueError`` where a mark is missing."""
    before, begin, rest = text.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the document lacks the line {BEGIN if not begin else END}")
    return before + markdown() + after
