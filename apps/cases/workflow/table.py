"""The whole table, stage by stage; its order is that in which acts are offered and described."""

from apps.cases.actions import Action
from apps.cases.workflow.afterwards import AFTERWARDS
from apps.cases.workflow.archiving import ARCHIVING
from apps.cases.workflow.beside import BESIDE
from apps.cases.workflow.disputes import DISPUTES
from apps.cases.workflow.handling import HANDLING
from apps.cases.workflow.hard import HARD
from apps.cases.workflow.publishing import PUBLISHING
from apps.cases.workflow.rows import Transition
from apps.cases.workflow.supervision import SUPERVISION

TRANSITIONS: tuple[Transition, ...] = (
    *HANDLING,
    *HARD,
    *PUBLISHING,
    *SUPERVISION,
    *DISPUTES,
    *BESIDE,
    *AFTERWARDS,
    *ARCHIVING,
)

# An assistant's feedback or return ends its own leg and leaves the case where it is.
LEG_ACTIONS = frozenset({Action.ACCEPT, Action.RETURN, Action.FEEDBACK})
