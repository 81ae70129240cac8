"""Emptying a database whose rows were really committed, for tests with several connections or processes."""

from django.db import connection

# What migrations put there and every test takes for granted.
STAMPS = {"deadlines_rulebookstamp": "value = gen_random_uuid()", "grid_treeversion": "number = number + 1"}
KEPT = {"auth_permission", "django_content_type", "django_migrations", *STAMPS}


def empty_every_table() -> None:
    """Empty all tables but those that migrations filled, append-only ones too, and close the connection.

    The stamps by which processes notice a changed tree or rulebook move on, since everything has changed.
    """
    tables = set(connection.introspection.table_names()) - KEPT
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"TRUNCATE {', '.join(sorted(tables))} RESTART IDENTITY CASCADE")
        cursor.execute("SET session_replication_role = DEFAULT")
        for table, change in STAMPS.items():
            cursor.execute(f"UPDATE {table} SET {change}")
    connection.close()
