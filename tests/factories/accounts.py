"""People for tests, and clients signed in as them."""

from itertools import count
from typing import Any

from django.test import Client
from rest_framework.test import APIClient

from apps.accounts.models import User

_numbers = count(1)


def make_user(username: str = "", name: str = "", password: str | None = None, **fields: Any) -> User:
    """A new account; without ``username`` it gets one of its own, without ``password`` it cannot sign in by form."""
    number = next(_numbers)
    return User.objects.create_user(username or f"user{number}", name or f"测试员{number}", password, **fields)


def client_of(user: User, **options: Any) -> Client:
    """A browser signed in as ``user``."""
    client = Client(**options)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def api_of(user: User) -> APIClient:
    """An API client that acts as ``user``; its answers have ``.json()``. Reads the user's grants anew."""
    client = APIClient()
    client.force_authenticate(User.objects.get(pk=user.pk))
    return client
