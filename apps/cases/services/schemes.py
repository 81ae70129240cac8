"""Letting a district go by a scheme of components and events."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from apps.cases.choices import CodeScheme
from apps.cases.models import SchemeChoice
from apps.cases.selectors.schemes import scheme_at, schemes_loaded
from apps.cases.services.routing import check_catalogue_right, check_first_day, reason_of
from apps.core.errors import InvalidInput
from apps.core.locks import advisory_lock
from apps.grid.models import Unit, UnitKind

if TYPE_CHECKING:
    from apps.accounts.models import User

LOCK = "cases.schemes"


@transaction.atomic
def choose_scheme(
    *, actor: "User", unit: Unit, scheme: str, effective_from: date, because: str, at: datetime
) -> SchemeChoice:
    """Let a district go by a scheme from a later day on; the choice before it ends the day before, one that has yet
    to begin is replaced. Cases keep the category they have.

    Raises ``NotAllowed`` or ``NotVisible`` without the right over the district, ``InvalidInput`` for another unit, a
    scheme whose catalogue is not loaded or that holds on that day already, and a day that is not to come.
    """
    check_catalogue_right(actor, unit)
    check_first_day(effective_from, None, at=at)
    if unit.kind != UnitKind.DISTRICT:
        raise InvalidInput(_("编码方案由区统一选定。"))
    if scheme not in CodeScheme.values or not schemes_loaded().get(scheme):
        raise InvalidInput(fields={"scheme": [_("该方案的目录尚未载入。")]})
    advisory_lock(LOCK)
    SchemeChoice.objects.filter(unit=unit, effective_from__gte=effective_from).delete()
    if scheme_at(unit, on=effective_from) == scheme:
        raise InvalidInput(fields={"scheme": [_("到那一天已在用该方案。")]})
    SchemeChoice.objects.in_force(effective_from).filter(unit=unit).update(
        effective_to=effective_from - timedelta(days=1)
    )
    return SchemeChoice.objects.create(
        unit=unit,
        scheme=scheme,
        effective_from=effective_from,
        because=reason_of(because),
        chosen_by=actor,
        chosen_at=at,
    )
