"""What the ledger tells the rooms below: whom the search box finds."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.search import PER_PROVIDER, SearchHit
from apps.grid.permissions import Permission
from apps.grid.scopes import holds
from apps.residents import selectors

if TYPE_CHECKING:
    from apps.grid.scopes import Person as Viewer


def find_residents(user: "Viewer", words: str) -> Iterator[SearchHit]:
    """Residents within the scope by name or address; whole numbers are looked for in the ledger alone."""
    if not holds(user, Permission.RESIDENT_VIEW):
        return
    page = selectors.list_residents(user, selectors.Wanted(words=words), cursor=None, size=PER_PROVIDER)
    for person in page.rows:
        dwelling = person.here[0].dwelling
        yield SearchHit(
            kind=_("居民"),
            title=person.name,
            place=f"{dwelling.community.name} {dwelling.grid.name} {dwelling.address}",
            url=reverse("residents:resident", args=[person.pk]),
            icon="user",
        )
