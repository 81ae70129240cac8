"""Reading what one was first asked about, and who could take it over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from apps.accounts.models import User
from apps.cases.choices import AT_ONCE, CaseState
from apps.cases.models import Case
from apps.cases.selectors.listing import DONE_PART, OPEN_PART, page_of
from apps.core.errors import NotAllowed
from apps.core.keyset import KeysetPage
from apps.grid.models import Unit, UnitUserObjectPermission
from apps.grid.permissions import Permission
from apps.grid.scopes import holds

if TYPE_CHECKING:
    from collections.abc import Sequence


LOOKED_BACK = timedelta(days=90)


def takes_in(user: "User") -> bool:
    """Whether the user takes in cases anywhere, and so can be asked first."""
    return holds(user, Permission.CASE_REGISTER)


def followed_page(user: "User", *, cursor: str | None, size: int) -> KeysetPage[Case]:
    """One page of the cases that the user follows to the end: open ones by limit, then the finished, the last first.
    Raises ``NotAllowed`` for those who take in none."""
    if not takes_in(user):
        raise NotAllowed
    branch = Case.objects.visible_to(user).filter(first_asked=user)
    return page_of([branch], (OPEN_PART, DONE_PART), cursor=cursor, size=size)


@dataclass(frozen=True)
class AtOnce:
    """Of the applications that somebody was first asked about and that ended lately, how many were settled at once."""

    ended: int
    at_once: int

    @property
    def percent(self) -> int:
        """In a hundred, rounded down."""
        return self.at_once * 100 // self.ended if self.ended else 0


def settled_at_once(user: "User", *, at: datetime) -> AtOnce:
    """Of the last ``LOOKED_BACK``; one query along the index of who was first asked."""
    ended = Case.objects.filter(first_asked=user, open=False, closed_at__gte=at - LOOKED_BACK, state=CaseState.CLOSED)
    counted = ended.filter(category__application=True).aggregate(
        ended=Count("pk"), at_once=Count("pk", filter=Q(settled_kind=AT_ONCE))
    )
    return AtOnce(**counted)


def heirs_of(case: Case) -> "Sequence[User]":
    """Those who sit at the desks of the case's community, street and district, whoever follows it now left out."""
    desks = [pk for kind in ("community", "street", "district") if (pk := case.place[f"{kind}_id"])]
    held = UnitUserObjectPermission.objects.filter(
        content_object__in=Unit.objects.filter(pk__in=desks), permission__codename=Permission.CASE_REGISTER.value
    )
    people = User.objects.filter(pk__in=held.values("user_id"), is_active=True)
    return list(people.exclude(pk=case.first_asked_id or 0).order_by("name_key", "id"))  # type: ignore[attr-defined]
