"""What befell limits and calendars is never changed or deleted; hours renew the stamp; open limits get a history."""

from django.db import migrations

TABLES = ("deadlines_limitchange", "deadlines_calendarchange")
APPEND_ONLY = "".join(
    f"""
    CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE TRIGGER {table}_append_only_row BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION {table}_append_only();
    CREATE TRIGGER {table}_append_only_all BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only();
    """
    for table in TABLES
)
APPEND_ONLY_REVERSE = "".join(
    f"""
    DROP TRIGGER {table}_append_only_row ON {table};
    DROP TRIGGER {table}_append_only_all ON {table};
    DROP FUNCTION {table}_append_only();
    """
    for table in TABLES
)
STAMP = """
    CREATE TRIGGER deadlines_workinghours_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON deadlines_workinghours
        FOR EACH STATEMENT EXECUTE FUNCTION deadlines_renew_stamp();
"""
# Limits from before: those whose pauses nobody wrote down, and those whose end was agreed, keep their end.
HISTORY = """
    INSERT INTO deadlines_limitchange (limit_id, kind, at, old_due, new_due, because)
    SELECT id, 'paused', paused_at, due_at, due_at, '' FROM deadlines_limit WHERE state = 'paused';
    UPDATE deadlines_limit SET due_fixed = true
     WHERE state <> 'ended' AND (extensions > 0 OR counts_from <> started_at OR stage = 'supervision');
"""


class Migration(migrations.Migration):
    """Triggers of the calendar's trail."""

    dependencies = [("deadlines", "0050_calendars_of_units")]
    operations = [
        migrations.RunSQL(HISTORY, migrations.RunSQL.noop),
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_REVERSE),
        migrations.RunSQL(STAMP, "DROP TRIGGER deadlines_workinghours_stamp ON deadlines_workinghours;"),
    ]
