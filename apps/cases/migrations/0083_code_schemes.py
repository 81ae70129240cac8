"""Which scheme of codes a district goes by."""

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.organisation.models


class Migration(migrations.Migration):
    """The choices of schemes."""

    dependencies = [
        ("cases", "0082_category_versions"),
        ("grid", "0003_announce_permission"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SchemeChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "scheme",
                    models.CharField(
                        choices=[("gbt47678", "GB/T 47678.5-2026"), ("gbt30428", "GB/T 30428.2-2013")],
                        max_length=20,
                        verbose_name="编码方案",
                    ),
                ),
                ("effective_from", models.DateField(verbose_name="生效日")),
                ("effective_to", models.DateField(null=True, verbose_name="失效日")),
                ("because", models.CharField(max_length=200, verbose_name="理由")),
                ("chosen_at", models.DateTimeField()),
                (
                    "chosen_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grid.unit"
                    ),
                ),
            ],
            options={
                "ordering": ["unit", "-effective_from"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("scheme__in", ["gbt47678", "gbt30428"])), name="cases_schemechoice_scheme"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("because", ""), _negated=True), name="cases_schemechoice_because_given"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("effective_to__isnull", True),
                            ("effective_to__gte", models.F("effective_from")),
                            _connector="OR",
                        ),
                        name="cases_schemechoice_dates_in_order",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("unit", "="),
                            (apps.organisation.models.DateRange("effective_from", "effective_to"), "&&"),
                        ],
                        name="cases_schemechoice_no_overlap",
                    ),
                ],
            },
        ),
    ]
