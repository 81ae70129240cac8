"""Case events are never changed or deleted; case numbers come from a sequence."""

from django.db import migrations

from apps.core.audit import append_only_sql

FORWARD, REVERSE = append_only_sql("cases_caseevent")


class Migration(migrations.Migration):
    """The trigger of the chain and the sequence of numbers."""

    dependencies = [("cases", "0001_initial")]
    operations = [
        migrations.RunSQL(FORWARD, REVERSE),
        migrations.RunSQL("CREATE SEQUENCE cases_number", "DROP SEQUENCE cases_number"),
    ]
