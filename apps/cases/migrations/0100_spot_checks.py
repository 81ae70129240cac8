import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("cases", "0081_routing"),
        ("grid", "0003_announce_permission"),
        ("organisation", "0002_append_only"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="spot_waiting",
            field=models.BooleanField(
                db_default=False, default=False, help_text="drawn for a spot check that has not been made"
            ),
        ),
        migrations.CreateModel(
            name="SpotDraw",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("percent", models.PositiveSmallIntegerField()),
                ("seed", models.CharField(max_length=32)),
                (
                    "population",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        help_text="the numbers of all that could be drawn",
                        size=None,
                    ),
                ),
                ("drawn", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField()),
                (
                    "community",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grid.unit",
                    ),
                ),
                (
                    "desk",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.agency",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grid.unit"
                    ),
                ),
                (
                    "grid",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grid.unit",
                    ),
                ),
                (
                    "street",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grid.unit",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["district", "-id"], name="cases_spotdraw_district"),
                    models.Index(fields=["street", "-id"], name="cases_spotdraw_street"),
                    models.Index(fields=["community", "-id"], name="cases_spotdraw_community"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("grid__isnull", True), ("community__isnull", False), _connector="OR"),
                            models.Q(("community__isnull", True), ("street__isnull", False), _connector="OR"),
                        ),
                        name="cases_spotdraw_path_without_hole",
                    ),
                    models.UniqueConstraint(fields=("desk", "until"), name="cases_spotdraw_once"),
                    models.CheckConstraint(
                        condition=models.Q(("since__lte", models.F("until"))), name="cases_spotdraw_days_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("percent__gte", 1), ("percent__lte", 100)),
                        name="cases_spotdraw_percent_of_hundred",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("drawn__gte", 1), ("drawn__lte", models.F("population__len"))),
                        name="cases_spotdraw_out_of_population",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("seed__regex", "^[0-9a-f]{32}$")), name="cases_spotdraw_seed_written"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SpotCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("settled_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "待抽查"),
                            ("passed", "通过"),
                            ("failed", "不通过"),
                            ("lapsed", "已重开，不再抽查"),
                        ],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                ("note", models.TextField(blank=True, max_length=2000, verbose_name="现场情况")),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="spot_checks",
                        to="cases.case",
                    ),
                ),
                (
                    "checked_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "community",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grid.unit",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grid.unit"
                    ),
                ),
                (
                    "grid",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grid.unit",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "street",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grid.unit",
                    ),
                ),
                (
                    "draw",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checks",
                        to="cases.spotdraw",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["district", "id"],
                        name="cases_spotcheck_district_open",
                    ),
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["street", "id"],
                        name="cases_spotcheck_street_open",
                    ),
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["community", "id"],
                        name="cases_spotcheck_community_open",
                    ),
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["grid", "id"],
                        name="cases_spotcheck_grid_open",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", False)),
                        fields=["district", "-ended_at", "-id"],
                        name="cases_spotcheck_district_done",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", False)),
                        fields=["street", "-ended_at", "-id"],
                        name="cases_spotcheck_street_done",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", False)),
                        fields=["community", "-ended_at", "-id"],
                        name="cases_spotcheck_community_done",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", False)),
                        fields=["grid", "-ended_at", "-id"],
                        name="cases_spotcheck_grid_done",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("grid__isnull", True), ("community__isnull", False), _connector="OR"),
                            models.Q(("community__isnull", True), ("street__isnull", False), _connector="OR"),
                        ),
                        name="cases_spotcheck_path_without_hole",
                    ),
                    models.UniqueConstraint(fields=("draw", "case"), name="cases_spotcheck_draw_case"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")), fields=("case",), name="cases_spotcheck_one_waiting"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("checked_by__isnull", True),
                                ("ended_at__isnull", True),
                                ("note", ""),
                                ("state", "waiting"),
                            ),
                            models.Q(
                                ("checked_by__isnull", True),
                                ("ended_at__isnull", False),
                                ("note", ""),
                                ("state", "lapsed"),
                            ),
                            models.Q(
                                ("checked_by__isnull", False),
                                ("ended_at__isnull", False),
                                ("state__in", ["passed", "failed"]),
                            ),
                            _connector="OR",
                        ),
                        name="cases_spotcheck_found_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checked_by__isnull", True),
                            models.Q(("checked_by", models.F("settled_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="cases_spotcheck_by_somebody_else",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "failed"), _negated=True), ("note__gt", ""), _connector="OR"
                        ),
                        name="cases_spotcheck_failure_explained",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SpotShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("percent", models.PositiveSmallIntegerField(null=True, verbose_name="抽查比例")),
                ("set_at", models.DateTimeField()),
                (
                    "set_by",
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
                "ordering": ["-set_at", "-id"],
                "indexes": [models.Index(fields=["unit", "-set_at", "-id"], name="cases_spotshare_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("percent__isnull", True), ("percent__lte", 100), _connector="OR"),
                        name="cases_spotshare_percent_of_hundred",
                    )
                ],
            },
        ),
    ]
