"""The task to rule on a duty that is clear to nobody."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The rulings on duties."""

    dependencies = [
        ("cases", "0104_first_asked"),
        ("grid", "0003_announce_permission"),
        ("organisation", "0110_enforcing_agencies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DutyRuling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("opened_at", models.DateTimeField()),
                ("ruled_at", models.DateTimeField(null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.agency",
                        verbose_name="先办单位",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"),
                ),
                (
                    "category",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.category",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grid.unit"
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "rule",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ruling",
                        to="cases.routingrule",
                    ),
                ),
                (
                    "ruled_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-opened_at", "-id"],
                "indexes": [
                    models.Index(fields=["district", "-opened_at", "-id"], name="cases_dutyruling_of_district")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ruled_at__isnull", True)),
                        fields=("district", "category"),
                        name="cases_dutyruling_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("rule__isnull", True), ("ruled_at__isnull", True), ("ruled_by__isnull", True)),
                            models.Q(
                                ("rule__isnull", False),
                                ("ruled_at__gte", models.F("opened_at")),
                                ("ruled_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="cases_dutyruling_ruled_whole",
                    ),
                ],
            },
        ),
    ]
