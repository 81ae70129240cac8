"""The view of days on which a log is due; score events and published scores are never changed; the months of facts
that lie in other rooms are found by index."""

from django.db import migrations

from apps.core.audit import append_only_sql

EVENTS, NO_EVENTS = append_only_sql("assessment_scoreevent")

VIEW = """
    CREATE VIEW assessment_dutyday AS
    SELECT staffing.id * 100000 + (workday.date - DATE '2000-01-01') AS id,
           staffing.user_id AS worker_id,
           workday.date,
           street.parent_id AS district_id,
           street.id AS street_id,
           community.id AS community_id,
           grid.id AS grid_id,
           log.id AS log_id,
           log.id IS NOT NULL AND log.state <> 'draft' AS filed,
           log.filed_at,
           coalesce(log.late, false) AS late
      FROM organisation_staffing staffing
      JOIN organisation_postkind post ON post.id = staffing.post_id AND post.code = 'grid_worker'
      JOIN grid_unit grid ON grid.id = staffing.unit_id
      JOIN grid_unit community ON community.id = grid.parent_id
      JOIN grid_unit street ON street.id = community.parent_id
      JOIN assessment_workday workday
           ON workday.date >= staffing.valid_from
          AND (staffing.valid_to IS NULL OR workday.date <= staffing.valid_to)
      LEFT JOIN inspections_dailylog log ON log.worker_id = staffing.user_id AND log.date = workday.date
"""

KEEP = """
    CREATE FUNCTION assessment_keep_published() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM assessment_period WHERE id = OLD.period_id AND published_at IS NOT NULL) THEN
            RAISE EXCEPTION 'a published score is not changed' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END $$;
    CREATE TRIGGER assessment_score_keep_published BEFORE UPDATE OR DELETE ON assessment_score
        FOR EACH ROW EXECUTE FUNCTION assessment_keep_published();
    CREATE FUNCTION assessment_keep_published_item() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM assessment_score score JOIN assessment_period period ON period.id = score.period_id
                    WHERE score.id = OLD.score_id AND period.published_at IS NOT NULL) THEN
            RAISE EXCEPTION 'a published score is not changed' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END $$;
    CREATE TRIGGER assessment_scoreitem_keep_published BEFORE UPDATE OR DELETE ON assessment_scoreitem
        FOR EACH ROW EXECUTE FUNCTION assessment_keep_published_item();
"""
LET_GO = """
    DROP TRIGGER assessment_scoreitem_keep_published ON assessment_scoreitem;
    DROP FUNCTION assessment_keep_published_item();
    DROP TRIGGER assessment_score_keep_published ON assessment_score;
    DROP FUNCTION assessment_keep_published();
"""


INDEXES = """
    CREATE INDEX assessment_case_due ON cases_case (district_id, handling_due_at);
    CREATE INDEX assessment_leg_due ON cases_leg (due_at) WHERE stage = 'handling' AND role = 'lead';
    CREATE INDEX assessment_card_due ON deadlines_ladderstep (due_at) WHERE kind IN ('yellow', 'red');
"""
NO_INDEXES = """
    DROP INDEX assessment_card_due;
    DROP INDEX assessment_leg_due;
    DROP INDEX assessment_case_due;
"""


class Migration(migrations.Migration):
    """Views and triggers."""

    dependencies = [
        ("assessment", "0001_initial"),
        ("cases", "0001_initial"),
        ("deadlines", "0001_initial"),
        ("inspections", "0001_initial"),
        ("organisation", "0001_initial"),
        ("grid", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(VIEW, "DROP VIEW assessment_dutyday"),
        migrations.RunSQL(EVENTS, NO_EVENTS),
        migrations.RunSQL(KEEP, LET_GO),
        migrations.RunSQL(INDEXES, NO_INDEXES),
    ]
