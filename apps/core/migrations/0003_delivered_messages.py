"""Delivered outbox messages are found by when they were delivered, to be deleted in time."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """One partial index, built without holding up those who write."""

    atomic = False
    dependencies = [("core", "0002_extensions")]
    operations = [
        AddIndexConcurrently(
            "outboxmessage",
            models.Index(
                fields=["delivered_at"],
                condition=models.Q(delivered_at__isnull=False),
                name="core_outbox_delivered",
            ),
        ),
    ]
