"""Granting and ending roles, making agencies; the only writer of guardian's rows."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.models import Permission as PermissionRow
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.audit import append_event
from apps.core.errors import InvalidInput, NotAllowed, NotVisible
from apps.grid.models import Unit, UnitUserObjectPermission
from apps.grid.permissions import ROLES, Permission, Role
from apps.grid.placed import place_at
from apps.grid.scopes import covers, forget_scopes
from apps.organisation.models import Agency, AgencyKind, AgencyUserObjectPermission, GrantEvent, RoleGrant

if TYPE_CHECKING:
    from django.db.models import QuerySet


def create_centres(units: Iterable[Unit]) -> list[Agency]:
    """The station or centre of each unit that is not a grid, where it has none yet."""
    have = set(Agency.objects.filter(kind=AgencyKind.CENTRE).values_list("unit_id", flat=True))
    return Agency.objects.bulk_create(
        [
            Agency(code=f"{unit.code}-centre", name=_centre_name(unit), kind=AgencyKind.CENTRE, unit=unit)
            for unit in units
            if unit.kind != "grid" and unit.pk not in have
        ]
    )


def rename_centres(units: Iterable[Unit]) -> int:
    """Let the stations and centres of renamed units follow their names; returns how many changed."""
    named = {unit.pk: unit for unit in units}
    centres = list(Agency.objects.filter(kind=AgencyKind.CENTRE, unit__in=named))
    for centre in centres:
        centre.name = _centre_name(named[centre.unit_id])
    return Agency.objects.bulk_update(centres, ["name"], batch_size=2000)


def _centre_name(unit: Unit) -> str:
    suffix = {"district": "网格化中心", "street": "网格化中心", "community": "工作站"}[unit.kind]
    return f"{unit.name}{suffix}"


def _check_target(role: Role, unit: Unit | None, agency: Agency | None) -> None:
    kinds = ROLES[role].kinds
    if not kinds and agency is None:
        raise InvalidInput(fields={"agency": [_("请选择处置单位。")]})
    if kinds and (unit is None or unit.kind not in kinds):
        raise InvalidInput(fields={"unit": [_("该角色不能授予这一层级。")]})


@transaction.atomic
def grant_role(
    *,
    actor: User | None,
    user: User,
    role: Role,
    unit: Unit | None = None,
    agency: Agency | None = None,
    valid_from: date,
    valid_to: date | None = None,
    because: str,
    at: datetime,
) -> RoleGrant:
    """Let ``user`` hold ``role`` for the dates given, both inclusive; writes one event in the person's chain.

    Raises ``InvalidInput`` when the role does not fit the unit or the person holds it there at that time already.
    """
    _check_target(role, unit, agency)
    holder = User.objects.select_for_update().get(pk=user.pk)
    try:
        with transaction.atomic():
            grant = RoleGrant.objects.create(
                user=holder,
                role=role,
                unit=unit,
                agency=agency,
                valid_from=valid_from,
                valid_to=valid_to,
                because=because,
                granted_by=actor,
                granted_at=at,
            )
    except IntegrityError as error:
        raise InvalidInput(fields={"role": [_("此人在这段时间已有该角色，或起止日期有误。")]}) from error
    _record(holder, grant, actor, "grant", at)
    sync_permissions([holder], on=clock.local(at).date())
    forget_scopes(user)
    user.__dict__.pop("_agency_ids", None)
    return grant


@transaction.atomic
def end_grant(*, actor: User | None, grant: RoleGrant, last_day: date, because: str, at: datetime) -> RoleGrant:
    """End a grant after ``last_day``. Raises ``InvalidInput`` when that is before its first day or after its end."""
    holder = User.objects.select_for_update().get(pk=grant.user_id)
    grant = RoleGrant.objects.select_for_update().get(pk=grant.pk)
    if last_day < grant.valid_from - timedelta(days=1) or (grant.valid_to and last_day > grant.valid_to):
        raise InvalidInput(fields={"last_day": [_("结束日期须在任期之内。")]})
    if last_day < grant.valid_from:
        last_day = grant.valid_from
    grant.valid_to = last_day
    grant.save(update_fields=["valid_to"])
    _record(holder, grant, actor, "end", at, because=because)
    sync_permissions([holder], on=clock.local(at).date())
    return grant


def grant_on_unit(
    *,
    actor: User,
    unit: Unit,
    username: str,
    role: Role,
    agency: Agency | None,
    valid_from: date,
    valid_to: date | None,
    because: str,
    at: datetime,
) -> RoleGrant:
    """Grant a role on a unit, or on one of its agencies, as somebody who manages that unit's staff.

    Nobody grants himself a role, and only a system administrator makes another. Raises ``NotVisible``, ``NotAllowed``,
    ``InvalidInput``.
    """
    _check_manager(actor, unit)
    user = User.objects.filter(username=username.strip(), is_active=True).first()
    if user is None:
        raise InvalidInput(fields={"username": [_("没有这个用户名的账号，或账号已停用。")]})
    if user.pk == actor.pk:
        raise InvalidInput(fields={"username": [_("不能给自己授权，请由他人办理。")]})
    if role == Role.SYSTEM_ADMIN and not covers(actor, Permission.SYSTEM_MANAGE, place_at(unit)):
        raise InvalidInput(fields={"role": [_("只有系统管理员能授予系统管理员。")]})
    on_agency = role == Role.AGENCY_HANDLER
    if agency is not None and agency.unit_id != unit.pk:
        raise InvalidInput(fields={"agency": [_("该处置单位不属于本单元。")]})
    return grant_role(
        actor=actor,
        user=user,
        role=role,
        unit=None if on_agency else unit,
        agency=agency if on_agency else None,
        valid_from=valid_from,
        valid_to=valid_to,
        because=because,
        at=at,
    )


def grant_to_end(unit: Unit, grant_id: int) -> RoleGrant:
    """A grant on the unit or on one of its agencies. Raises ``NotVisible``."""
    grants = RoleGrant.objects.filter(Q(unit=unit) | Q(agency__unit=unit)).select_related("user", "unit", "agency")
    found = grants.filter(pk=grant_id).first()
    if found is None:
        raise NotVisible
    return found


def end_on_unit(*, actor: User, unit: Unit, grant_id: int, last_day: date, because: str, at: datetime) -> RoleGrant:
    """End a grant as somebody who manages the staff of its unit. Raises ``NotVisible``, ``NotAllowed``,
    ``InvalidInput``.
    """
    _check_manager(actor, unit)
    return end_grant(actor=actor, grant=grant_to_end(unit, grant_id), last_day=last_day, because=because, at=at)


def _check_manager(actor: User, unit: Unit) -> None:
    place = place_at(unit)
    if not covers(actor, Permission.UNIT_VIEW, place):
        raise NotVisible
    if not covers(actor, Permission.STAFF_MANAGE, place):
        raise NotAllowed


def _record(holder: User, grant: RoleGrant, actor: User | None, action: str, at: datetime, **more: str) -> None:
    payload = {
        "role": grant.role,
        "unit": grant.unit.code if grant.unit else None,
        "agency": grant.agency.code if grant.agency else None,
        "from": grant.valid_from,
        "to": grant.valid_to,
        "because": grant.because,
    }
    append_event(GrantEvent, holder, actor=actor, action=action, payload=payload | more, at=at, grant=grant)


def grants_in_force(on: date) -> "QuerySet[RoleGrant]":
    """The grants that hold on a day."""
    return RoleGrant.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)


@transaction.atomic
def sync_permissions(users: Iterable[User] | None, *, on: date) -> int:
    """Make guardian's rows equal to the grants in force on a day, for some users or for all; returns rows changed."""
    grants = grants_in_force(on)
    unit_rows = UnitUserObjectPermission.objects.all()
    agency_rows = AgencyUserObjectPermission.objects.all()
    if users is not None:
        ids = [user.pk for user in users]
        grants = grants.filter(user__in=ids)
        unit_rows = unit_rows.filter(user__in=ids)
        agency_rows = agency_rows.filter(user__in=ids)
    wanted_units: set[tuple[int, int, int]] = set()
    wanted_agencies: set[tuple[int, int, int]] = set()
    rows = _permission_rows()
    for user_id, role, unit_id, agency_id in grants.values_list("user_id", "role", "unit_id", "agency_id"):
        for permission in ROLES[Role(role)].permissions:
            if agency_id is not None:
                wanted_agencies.add((user_id, rows[permission], agency_id))
            else:
                wanted_units.add((user_id, rows[permission], unit_id))
    return _equalise(unit_rows, wanted_units) + _equalise(agency_rows, wanted_agencies)


def _permission_rows() -> dict[Permission, int]:
    types = ContentType.objects.get_for_models(Unit, Agency).values()
    rows = PermissionRow.objects.filter(content_type__in=types).values_list("codename", "pk")
    return {Permission(codename): pk for codename, pk in rows}


def _equalise(rows: "QuerySet", wanted: set[tuple[int, int, int]]) -> int:
    have = {
        (user_id, permission_id, object_id): pk
        for pk, user_id, permission_id, object_id in rows.values_list(
            "pk", "user_id", "permission_id", "content_object_id"
        )
    }
    surplus = [pk for key, pk in have.items() if key not in wanted]
    rows.model.objects.filter(pk__in=surplus).delete()
    missing = [
        rows.model(user_id=user_id, permission_id=permission_id, content_object_id=object_id)
        for user_id, permission_id, object_id in wanted - have.keys()
    ]
    rows.model.objects.bulk_create(missing, ignore_conflicts=True, batch_size=5000)
    return len(surplus) + len(missing)
