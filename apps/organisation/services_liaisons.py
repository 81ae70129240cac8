"""Naming the liaisons of departments with communities, and ending that."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.errors import InvalidInput, NotAllowed, NotVisible
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.placed import place_at
from apps.grid.scopes import covers
from apps.organisation.models import Agency, Liaison
from apps.organisation.selectors import liaison_candidates

if TYPE_CHECKING:
    from apps.accounts.models import User


def _check_manager(actor: "User", unit: Unit) -> None:
    place = place_at(unit)
    if not covers(actor, Permission.UNIT_VIEW, place):
        raise NotVisible
    if not covers(actor, Permission.STAFF_MANAGE, place):
        raise NotAllowed


@transaction.atomic
def name_liaison(*, actor: "User", unit: Unit, agency_id: int, user_id: int, valid_from: date, at: datetime) -> Liaison:
    """Name a handler of an agency of this community's street or district its liaison here from a day on; whoever was it
    before ends the day before.

    Raises ``NotVisible``, ``NotAllowed``; ``InvalidInput`` naming ``unit`` where it is no community, ``person`` for
    somebody who does not handle for such an agency, ``valid_from`` for a day before today.
    """
    _check_manager(actor, unit)
    if unit.kind != "community":
        raise InvalidInput(fields={"unit": [_("联络员按社区设置。")]})
    on = clock.local(at).date()
    if valid_from < on:
        raise InvalidInput(fields={"valid_from": [_("不能早于今天。")]})
    if not any((grant.agency_id, grant.user_id) == (agency_id, user_id) for grant in liaison_candidates(unit, on)):
        raise InvalidInput(fields={"person": [_("请从名单中选择。")]})
    Agency.objects.select_for_update().get(pk=agency_id)
    present = Liaison.objects.filter(unit=unit, agency=agency_id, valid_from__lt=valid_from)
    present.exclude(valid_to__lt=valid_from).update(valid_to=valid_from - timedelta(days=1))
    try:
        with transaction.atomic():
            return Liaison.objects.create(
                agency_id=agency_id,
                unit=unit,
                user_id=user_id,
                valid_from=valid_from,
                named_by=actor,
                named_at=at,
            )
    except IntegrityError as error:
        raise InvalidInput(fields={"valid_from": [_("该单位在这一天已有联络员，请先结束。")]}) from error


@transaction.atomic
def end_liaison(*, actor: "User", unit: Unit, liaison_id: int, at: datetime) -> Liaison:
    """End a liaison today; one who has not begun, or begins today, is taken back. Raises ``NotVisible``,
    ``NotAllowed``."""
    _check_manager(actor, unit)
    liaison = Liaison.objects.select_for_update(of=("self",)).select_related("user", "agency").filter(unit=unit)
    found = liaison.filter(pk=liaison_id).first()
    if found is None:
        raise NotVisible
    today = clock.local(at).date()
    if found.valid_from >= today:
        found.delete()
        return found
    found.valid_to = today - timedelta(days=1)
    found.save(update_fields=["valid_to"])
    return found
