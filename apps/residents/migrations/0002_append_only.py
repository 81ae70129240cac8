"""Events are never changed or deleted; a household and the residences in it share one dwelling."""

from django.db import migrations

from apps.core.audit import append_only_sql

FORWARD, REVERSE = append_only_sql("residents_residentevent")

SAME_DWELLING = """
    ALTER TABLE residents_residence ADD CONSTRAINT residents_residence_household_at_dwelling
        FOREIGN KEY (dwelling_id, household_id) REFERENCES residents_household (dwelling_id, id)
        DEFERRABLE INITIALLY DEFERRED;
"""
ANY_DWELLING = "ALTER TABLE residents_residence DROP CONSTRAINT residents_residence_household_at_dwelling;"


class Migration(migrations.Migration):
    """The trigger of the chain and a foreign key over two columns."""

    dependencies = [("residents", "0001_initial")]
    operations = [
        migrations.RunSQL(FORWARD, REVERSE),
        migrations.RunSQL(SAME_DWELLING, ANY_DWELLING),
    ]
