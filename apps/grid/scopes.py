"""Where a person holds a permission: guardian's rows on units, expanded over the tree by the path columns.

Each user object reads its grants once; every list, count, check and export of every room asks here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Q

from apps.grid.permissions import Permission

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from apps.accounts.models import User

    Person = User | AnonymousUser

KINDS = ("district", "street", "community", "grid")


@dataclass(frozen=True)
class Scope:
    """One unit on which a permission is held, with its place in the tree."""

    kind: str
    unit_id: int
    tree_id: int
    lft: int
    rght: int

    @property
    def column(self) -> str:
        """The path column that equals ``unit_id`` on every row inside the scope."""
        return f"{self.kind}_id"

    def holds(self, other: "Scope") -> bool:
        """Whether ``other`` lies in this scope's subtree (or is the same unit)."""
        return self.tree_id == other.tree_id and self.lft <= other.lft and other.rght <= self.rght


def _grants(user: "Person") -> dict[str, tuple[Scope, ...]]:
    kept: dict[str, tuple[Scope, ...]] | None = getattr(user, "_scopes", None)
    if kept is not None:
        return kept
    grants: dict[str, list[Scope]] = {}
    if user.is_authenticated and user.is_active:
        held = apps.get_model("grid", "UnitUserObjectPermission")  # the models use this module for visible_to
        rows = held.objects.filter(user_id=user.pk).values_list(
            "permission__codename",
            "content_object__kind",
            "content_object_id",
            "content_object__tree_id",
            "content_object__lft",
            "content_object__rght",
        )
        for codename, kind, unit_id, tree_id, lft, rght in rows:
            grants.setdefault(codename, []).append(Scope(kind, unit_id, tree_id, lft, rght))
    kept = {codename: tuple(scopes) for codename, scopes in grants.items()}
    user._scopes = kept  # type: ignore[union-attr]
    return kept


def _topmost(scopes: Iterable[Scope]) -> tuple[Scope, ...]:
    ordered = sorted(set(scopes), key=lambda scope: (scope.tree_id, scope.lft, -scope.rght))
    kept: list[Scope] = []
    for scope in ordered:
        if not (kept and kept[-1].holds(scope)):
            kept.append(scope)
    return tuple(kept)


def forget_scopes(user: "User") -> None:
    """Let the user object read its grants again, after they changed."""
    user.__dict__.pop("_scopes", None)


def scopes_of(user: "Person", permission: Permission) -> tuple[Scope, ...]:
    """The topmost units on which ``user`` holds ``permission``, in tree order. One query per user object in all."""
    return _topmost(_grants(user).get(permission.value, ()))


def holds_at(user: "Person", permission: Permission, unit_id: int) -> bool:
    """Whether ``user`` holds ``permission`` on that very unit, not merely on one above it."""
    return any(scope.unit_id == unit_id for scope in _grants(user).get(permission.value, ()))


def holds(user: "Person", *permissions: Permission) -> bool:
    """Whether ``user`` holds any of ``permissions`` anywhere."""
    grants = _grants(user)
    return any(grants.get(permission.value) for permission in permissions)


def covers(user: "Person", permission: Permission, place: Mapping[str, Any]) -> bool:
    """Whether ``user`` holds ``permission`` over a place given by its four path columns (``street_id`` …)."""
    return any(place.get(scope.column) == scope.unit_id for scope in scopes_of(user, permission))


def scope_q(user: "Person", permission: Permission, prefix: str = "") -> Q:
    """The condition on path columns that keeps rows within the scope; matches nothing for those without a grant."""
    columns: dict[str, list[int]] = {}
    for scope in scopes_of(user, permission):
        columns.setdefault(scope.column, []).append(scope.unit_id)
    condition = Q(pk__in=[])
    for column, ids in columns.items():
        name = f"{prefix}{column}"
        condition |= Q(**{name: ids[0]}) if len(ids) == 1 else Q(**{f"{name}__in": ids})
    return condition


def holders_of(permission: Permission) -> set[int]:
    """The ids of the active people who hold ``permission`` on any unit."""
    held = apps.get_model("grid", "UnitUserObjectPermission")
    rows = held.objects.filter(permission__codename=permission.value, user__is_active=True)
    return set(rows.values_list("user_id", flat=True))
