"""What limits were reckoned by is never changed, the record of changes is append-only, every change renews the stamp."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = ("deadlines_limitpreset", "deadlines_presetchoice", "deadlines_ladder")
STAMP = "".join(
    f"CREATE TRIGGER {table}_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION deadlines_renew_stamp();\n"
    for table in TABLES
)
STAMP_REVERSE = "".join(f"DROP TRIGGER {table}_stamp ON {table};\n" for table in TABLES)

FIXED = """
    CREATE FUNCTION deadlines_limitpolicy_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (OLD.code, OLD.version, OLD.preset, OLD.stage, OLD.level, OLD.category_prefix, OLD.urgency, OLD.complexity,
            OLD.unit_id, OLD.amount, OLD.measure, OLD.effective_from)
           IS DISTINCT FROM
           (NEW.code, NEW.version, NEW.preset, NEW.stage, NEW.level, NEW.category_prefix, NEW.urgency, NEW.complexity,
            NEW.unit_id, NEW.amount, NEW.measure, NEW.effective_from)
           AND EXISTS (SELECT 1 FROM deadlines_limit WHERE policy_id = OLD.id) THEN
            RAISE EXCEPTION 'deadlines_limitpolicy_fixed: limits were reckoned by this policy'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER deadlines_limitpolicy_fixed BEFORE UPDATE ON deadlines_limitpolicy
        FOR EACH ROW EXECUTE FUNCTION deadlines_limitpolicy_fixed();

    CREATE FUNCTION deadlines_ladder_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (OLD.code, OLD.version, OLD.preset, OLD.stage, OLD.urgency, OLD.complexity, OLD.unit_id, OLD.effective_from)
           IS DISTINCT FROM
           (NEW.code, NEW.version, NEW.preset, NEW.stage, NEW.urgency, NEW.complexity, NEW.unit_id, NEW.effective_from)
           AND EXISTS (SELECT 1 FROM deadlines_limit WHERE ladder_id = OLD.id) THEN
            RAISE EXCEPTION 'deadlines_ladder_fixed: limits climb this ladder' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER deadlines_ladder_fixed BEFORE UPDATE ON deadlines_ladder
        FOR EACH ROW EXECUTE FUNCTION deadlines_ladder_fixed();

    CREATE FUNCTION deadlines_ladderrung_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        touched bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.ladder_id ELSE OLD.ladder_id END;
    BEGIN
        IF EXISTS (SELECT 1 FROM deadlines_limit WHERE ladder_id = touched) THEN
            RAISE EXCEPTION 'deadlines_ladderrung_fixed: limits climb this ladder' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END $$;
    CREATE TRIGGER deadlines_ladderrung_fixed BEFORE INSERT OR UPDATE OR DELETE ON deadlines_ladderrung
        FOR EACH ROW EXECUTE FUNCTION deadlines_ladderrung_fixed();
"""
FIXED_REVERSE = "".join(
    f"DROP TRIGGER {table}_fixed ON {table}; DROP FUNCTION {table}_fixed();\n"
    for table in ("deadlines_limitpolicy", "deadlines_ladder", "deadlines_ladderrung")
)

APPEND_ONLY = """
    CREATE FUNCTION deadlines_rulechange_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'deadlines_rulechange is append-only' USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE TRIGGER deadlines_rulechange_append_only_row BEFORE UPDATE OR DELETE ON deadlines_rulechange
        FOR EACH ROW EXECUTE FUNCTION deadlines_rulechange_append_only();
    CREATE TRIGGER deadlines_rulechange_append_only_all BEFORE TRUNCATE ON deadlines_rulechange
        FOR EACH STATEMENT EXECUTE FUNCTION deadlines_rulechange_append_only();
"""
APPEND_ONLY_REVERSE = """
    DROP TRIGGER deadlines_rulechange_append_only_row ON deadlines_rulechange;
    DROP TRIGGER deadlines_rulechange_append_only_all ON deadlines_rulechange;
    DROP FUNCTION deadlines_rulechange_append_only();
"""


class Migration(migrations.Migration):
    """Triggers of the rules."""

    dependencies = [("deadlines", "0021_default_ladder")]
    operations = [
        migrations.AlterField(
            "ladderrung",
            "ladder",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rungs",
                to="deadlines.ladder",
                db_index=False,
            ),
        ),
        migrations.RunSQL(STAMP, STAMP_REVERSE),
        migrations.RunSQL(FIXED, FIXED_REVERSE),
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_REVERSE),
    ]
