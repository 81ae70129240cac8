"""Emptying a database whose rows were really committed, for tests with several connections or processes."""

from django.db import connection

# What migrations put there and every test takes for granted.
KEPT = {"auth_permission", "django_content_type", "django_migrations", "deadlines_rulebookstamp"}


def empty_every_table() -> None:
    """Empty all tables but those that migrations filled, append-only ones too, and close the connection."""
    tables = set(connection.introspection.table_names()) - KEPT
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"TRUNCATE {', '.join(sorted(tables))} RESTART IDENTITY CASCADE")
        cursor.execute("SET session_replication_role = DEFAULT")
    connection.close()
