"""Ladder steps are never changed or deleted; every change of the rules renews their stamp."""

from django.db import migrations

APPEND_ONLY = """
    CREATE FUNCTION deadlines_ladderstep_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'deadlines_ladderstep is append-only' USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE TRIGGER deadlines_ladderstep_append_only_row BEFORE UPDATE OR DELETE ON deadlines_ladderstep
        FOR EACH ROW EXECUTE FUNCTION deadlines_ladderstep_append_only();
    CREATE TRIGGER deadlines_ladderstep_append_only_all BEFORE TRUNCATE ON deadlines_ladderstep
        FOR EACH STATEMENT EXECUTE FUNCTION deadlines_ladderstep_append_only();
"""
APPEND_ONLY_REVERSE = """
    DROP TRIGGER deadlines_ladderstep_append_only_row ON deadlines_ladderstep;
    DROP TRIGGER deadlines_ladderstep_append_only_all ON deadlines_ladderstep;
    DROP FUNCTION deadlines_ladderstep_append_only();
"""

RULES = ("deadlines_calendaryear", "deadlines_calendarday", "deadlines_limitpolicy", "deadlines_ladderrung")
RENEW = """
    CREATE FUNCTION deadlines_renew_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO deadlines_rulebookstamp (id, value) VALUES (1, gen_random_uuid())
            ON CONFLICT (id) DO UPDATE SET value = gen_random_uuid();
        RETURN NULL;
    END $$;
    INSERT INTO deadlines_rulebookstamp (id, value) VALUES (1, gen_random_uuid());
"""
STAMP = "".join(
    f"CREATE TRIGGER {table}_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION deadlines_renew_stamp();\n"
    for table in RULES
)
STAMP_REVERSE = "".join(f"DROP TRIGGER {table}_stamp ON {table};\n" for table in RULES)


class Migration(migrations.Migration):
    """Triggers of the clock."""

    dependencies = [("deadlines", "0001_initial")]
    operations = [
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_REVERSE),
        migrations.RunSQL(RENEW, "DROP FUNCTION deadlines_renew_stamp(); DELETE FROM deadlines_rulebookstamp;"),
        migrations.RunSQL(STAMP, STAMP_REVERSE),
    ]
