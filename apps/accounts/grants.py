"""What a person is granted is known in the rooms above; they say here how to read it for the account page."""

from collections.abc import Callable, Iterable
from typing import Any

from apps.accounts.models import User

Provider = Callable[[User], Iterable[Any]]
_providers: list[Provider] = []


def register_grants(provider: Provider) -> None:
    """Announce who can list a person's roles; called from ``AppConfig.ready``."""
    if provider not in _providers:
        _providers.append(provider)


def grants_of(user: User) -> list[Any]:
    """The roles the person holds today, each with ``get_role_display``, ``scope_name`` and ``valid_from``."""
    return [grant for provider in _providers for grant in provider(user)]
