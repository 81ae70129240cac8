"""An index on the limits of a community that got a card."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0051_calendar_triggers")]

    operations = [
        migrations.AddIndex(
            model_name="limit",
            index=models.Index(
                condition=models.Q(("card", "none"), _negated=True), fields=["community"], name="deadlines_limit_carded"
            ),
        ),
    ]
