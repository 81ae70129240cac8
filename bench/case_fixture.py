"""Who asks in the figures of cases: a dispatcher with a full area, the cases there, a worker; no figure itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Count
from django.test import Client, RequestFactory

from apps.accounts.models import User
from apps.cases.models import Case
from apps.grid.permissions import Permission, Role
from apps.grid.scopes import scopes_of
from apps.organisation.models import RoleGrant, agency_ids_of

Statement = tuple[str, Any]


def busy_street() -> int:
    """The street with the most open cases."""
    streets = Case.objects.filter(open=True, street__isnull=False).values("street").annotate(number=Count("pk"))
    row = streets.order_by("-number").first()
    if row is None:
        raise RuntimeError("no open case: fill the database first")
    return int(row["street"])


def holder_of(role: Role, unit_id: int) -> User:
    """Somebody who holds a role on a unit."""
    return RoleGrant.objects.filter(role=role, unit_id=unit_id).select_related("user").earliest("pk").user


def signed_in(user: User) -> Client:
    """A browser of that person."""
    client = Client(headers={"host": "localhost"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def known(user: User) -> User:
    """The person with scopes and agencies read already."""
    scopes_of(user, Permission.CASE_VIEW)
    agency_ids_of(user)
    return user


def bare(view: Callable[..., Any], url: str, user: User, **arguments: Any) -> Callable[[], None]:
    """The view alone: no middleware, and the scope known."""

    def call() -> None:
        request = RequestFactory().get(url)
        request.user = user
        if view(request, **arguments).status_code != 200:
            raise RuntimeError(url)

    return call


def fetched(client: Client, url: str) -> Callable[[], None]:
    """The page as a browser gets it."""

    def call() -> None:
        if client.get(url).status_code != 200:
            raise RuntimeError(url)

    return call


@contextmanager
def statements() -> Iterator[list[Statement]]:
    """Every statement sent meanwhile, with its parameters."""
    sent: list[Statement] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent


def run_all(sent: list[Statement]) -> None:
    """Send them again and fetch what they answer."""
    with connection.cursor() as cursor:
        run_with(cursor, sent)


def run_with(cursor: Any, sent: list[Statement]) -> None:
    """The same on a cursor of one's own."""
    for sql, params in sent:
        cursor.execute(sql, params)
        if cursor.description:
            cursor.fetchall()
