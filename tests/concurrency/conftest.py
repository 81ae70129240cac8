"""A database whose rows are really committed, for several connections at once."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection

from tests.factories.cases import World, make_world

KEPT = {"auth_permission", "django_content_type", "django_migrations", "deadlines_rulebookstamp"}


@pytest.fixture
def db() -> None:
    """Asked for so that pytest-django makes a database; nothing is rolled back, ``world`` empties it."""


@pytest.fixture
def world(django_db_setup: None, db: None, django_db_blocker) -> Iterator[World]:
    """The small district, committed; everything the test commits is emptied afterwards, append-only tables too."""
    with django_db_blocker.unblock():
        try:
            yield make_world()
        finally:
            tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} - KEPT
            with connection.cursor() as cursor:
                cursor.execute("SET session_replication_role = replica")
                cursor.execute(f"TRUNCATE {', '.join(sorted(tables))} RESTART IDENTITY CASCADE")
                cursor.execute("SET session_replication_role = DEFAULT")
            connection.close()
