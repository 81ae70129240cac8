"""Grant events are never changed or deleted."""

from django.db import migrations

from apps.core.audit import append_only_sql

FORWARD, REVERSE = append_only_sql("organisation_grantevent")


class Migration(migrations.Migration):
    """The trigger of the chain."""

    dependencies = [("organisation", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
