"""Taking up again what was finished."""

from typing import TYPE_CHECKING

from apps.cases.choices import CaseState, LegState
from apps.cases.services.alongside import above
from apps.cases.services.legs import open_leg
from apps.deadlines.choices import Stage
from apps.grid.models import Unit
from apps.grid.placed import PATH_RELATED, place_at

if TYPE_CHECKING:
    from apps.cases.services.acting import Step


def take_up_again(step: "Step") -> None:
    """Put a finished case on the desk that answered for it, at the place's path of today; its handling begins anew."""
    case = step.case
    for column, unit_id in place_at(Unit.objects.select_related(*PATH_RELATED).get(pk=case.unit_id)).items():
        setattr(case, column, unit_id)
    case.state, case.open, case.closed_at = CaseState.REGISTERED, True, None
    case.handled_at, case.handled_in_time, case.handled_by, case.verified_at = None, None, None, None
    open_leg(
        case,
        step.legs,
        agency=case.desk,
        desk=case.desk,
        stage=Stage.HANDLING,
        state=LegState.ACCEPTED,
        at=step.at,
        head=above(case.desk),
    )
