"""A database whose rows are really committed, for tests with several connections or processes."""

from collections.abc import Iterator

import pytest
from django.db import connection

KEPT = {"auth_permission", "django_content_type", "django_migrations", "deadlines_rulebookstamp"}


@pytest.fixture
def committed(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Everything the test commits is there for other connections, and emptied afterwards, append-only tables too."""
    with django_db_blocker.unblock():
        try:
            yield
        finally:
            tables = set(connection.introspection.table_names()) - KEPT
            with connection.cursor() as cursor:
                cursor.execute("SET session_replication_role = replica")
                cursor.execute(f"TRUNCATE {', '.join(sorted(tables))} RESTART IDENTITY CASCADE")
                cursor.execute("SET session_replication_role = DEFAULT")
            connection.close()
