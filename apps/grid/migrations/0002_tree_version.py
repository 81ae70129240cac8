"""A number that grows with every change of a unit or a boundary, so that every process can notice it cheaply."""

from django.db import migrations

FORWARD = """
CREATE TABLE grid_treeversion (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    number bigint NOT NULL
);
INSERT INTO grid_treeversion (number) VALUES (1);
CREATE FUNCTION grid_raise_tree_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE grid_treeversion SET number = number + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER grid_unit_raises_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON grid_unit
    FOR EACH STATEMENT EXECUTE FUNCTION grid_raise_tree_version();
CREATE TRIGGER grid_boundary_raises_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON grid_boundary
    FOR EACH STATEMENT EXECUTE FUNCTION grid_raise_tree_version();
"""
REVERSE = """
DROP TRIGGER grid_boundary_raises_version ON grid_boundary;
DROP TRIGGER grid_unit_raises_version ON grid_unit;
DROP FUNCTION grid_raise_tree_version();
DROP TABLE grid_treeversion;
"""


class Migration(migrations.Migration):
    """The table of one row and its triggers."""

    dependencies = [("grid", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
