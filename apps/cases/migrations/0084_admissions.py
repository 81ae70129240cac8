"""What may be pushed down to the grids of a unit."""

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.organisation.models


class Migration(migrations.Migration):
    """The lines of admission lists."""

    dependencies = [
        ("cases", "0083_code_schemes"),
        ("grid", "0003_announce_permission"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Admission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_from", models.DateField(verbose_name="生效日")),
                ("effective_to", models.DateField(null=True, verbose_name="失效日")),
                ("because", models.CharField(max_length=200, verbose_name="理由")),
                ("admitted_at", models.DateTimeField()),
                ("ended_because", models.CharField(blank=True, default="", max_length=200)),
                (
                    "admitted_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.category",
                        verbose_name="案件类别",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grid.unit",
                        verbose_name="单元",
                    ),
                ),
            ],
            options={
                "ordering": ["unit", "category", "effective_from"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("effective_to__isnull", True),
                            ("effective_to__gte", models.F("effective_from")),
                            _connector="OR",
                        ),
                        name="cases_admission_dates_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("because", ""), _negated=True), name="cases_admission_because_given"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_by__isnull", True),
                            models.Q(("effective_to__isnull", False), models.Q(("ended_because", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="cases_admission_ended_with_reason",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("unit", "="),
                            ("category", "="),
                            (apps.organisation.models.DateRange("effective_from", "effective_to"), "&&"),
                        ],
                        name="cases_admission_no_overlap",
                    ),
                ],
            },
        ),
    ]
