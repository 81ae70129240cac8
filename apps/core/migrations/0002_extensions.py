"""PostgreSQL extensions that constraints of several rooms need."""

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations


class Migration(migrations.Migration):
    """Exclusion constraints over dates compare plain columns too."""

    dependencies = [("core", "0001_initial")]
    operations = [BtreeGistExtension()]
