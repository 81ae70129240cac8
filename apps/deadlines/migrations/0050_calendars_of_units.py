"""Days and hours of single units, changes of the calendar, and what befell each limit's end."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("deadlines", "0041_appeals"),
        ("grid", "0002_tree_version"),
        ("organisation", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("changes", models.JSONField()),
                ("first_date", models.DateField(null=True)),
                ("last_date", models.DateField(null=True)),
                ("because", models.CharField(max_length=200, verbose_name="理由")),
                ("at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "undoes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="deadlines.calendarchange",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grid.unit",
                        verbose_name="单元",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("because", ""), _negated=True),
                        name="deadlines_calendarchange_because_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("last_date__isnull", True),
                            models.Q(("first_date__isnull", False), ("last_date__gte", models.F("first_date"))),
                            _connector="OR",
                        ),
                        name="deadlines_calendarchange_dates_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LimitChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("paused", "暂停计时"),
                            ("resumed", "恢复计时"),
                            ("extended", "延期"),
                            ("recomputed", "按新日历重算"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("old_due", models.DateTimeField()),
                ("new_due", models.DateTimeField()),
                ("because", models.CharField(blank=True, max_length=200)),
                (
                    "actor",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "cause",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moved",
                        to="deadlines.calendarchange",
                    ),
                ),
                (
                    "limit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="changes", to="deadlines.limit"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("cause__isnull", False)),
                        fields=["cause", "id"],
                        name="deadlines_limitchange_cause",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["paused", "resumed", "extended", "recomputed"])),
                        name="deadlines_limitchange_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cause__isnull", False), ("kind", "recomputed")),
                            models.Q(models.Q(("kind", "recomputed"), _negated=True), ("cause__isnull", True)),
                            _connector="OR",
                        ),
                        name="deadlines_limitchange_cause_of_recomputed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "paused"), ("new_due", models.F("old_due"))),
                            models.Q(("kind", "resumed"), ("new_due__gte", models.F("old_due"))),
                            models.Q(("kind", "extended"), ("new_due__gt", models.F("old_due"))),
                            models.Q(("kind", "recomputed"), models.Q(("new_due", models.F("old_due")), _negated=True)),
                            _connector="OR",
                        ),
                        name="deadlines_limitchange_moves_as_its_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkingHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_from", models.DateField(verbose_name="生效日")),
                (
                    "periods",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TimeField(), size=8, verbose_name="工作时段"
                    ),
                ),
                ("origin", models.CharField(max_length=200, verbose_name="来源")),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grid.unit",
                        verbose_name="单元",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "working hours",
                "ordering": ["effective_from"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("unit", "effective_from"),
                        name="deadlines_workinghours_once_per_unit",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("periods__len__in", [0, 2, 4, 6, 8])), name="deadlines_workinghours_pairs"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("periods__0__lt", models.F("periods__1")),
                            ("periods__1__lt", models.F("periods__2")),
                            ("periods__2__lt", models.F("periods__3")),
                            ("periods__3__lt", models.F("periods__4")),
                            ("periods__4__lt", models.F("periods__5")),
                            ("periods__5__lt", models.F("periods__6")),
                            ("periods__6__lt", models.F("periods__7")),
                        ),
                        name="deadlines_workinghours_in_order",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="calendarday",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grid.unit",
                verbose_name="单元",
            ),
        ),
        migrations.AddField(
            model_name="limit",
            name="due_fixed",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name="calendarday",
            name="date",
            field=models.DateField(verbose_name="日期"),
        ),
        migrations.AddIndex(
            model_name="limit",
            index=models.Index(
                condition=models.Q(("state", "ended"), _negated=True), fields=["id"], name="deadlines_limit_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarday",
            constraint=models.UniqueConstraint(
                fields=("unit", "date"), name="deadlines_calendarday_once_per_unit", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarday",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="deadlines_calendarday_named"
            ),
        ),
    ]
