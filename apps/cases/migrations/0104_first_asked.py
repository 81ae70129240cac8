import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("cases", "0103_whistles"),
        ("grid", "0003_announce_permission"),
        ("organisation", "0003_liaisons"),
    ]

    operations = [
        migrations.CreateModel(
            name="MissingList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(help_text="the first, second … on this case")),
                (
                    "items",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), size=None),
                ),
                ("asked_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "待补正"), ("supplied", "已补正"), ("lapsed", "不再需要")],
                        default="asked",
                        max_length=8,
                    ),
                ),
                ("answer", models.TextField(blank=True, max_length=2000)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="missing_lists",
                        to="cases.case",
                    ),
                ),
                (
                    "leg",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.leg"
                    ),
                ),
            ],
            options={
                "ordering": ["case", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "number"), name="cases_missinglist_case_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")), fields=("case",), name="cases_missinglist_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("items__len__gte", 1)), name="cases_missinglist_something_missing"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", ""),
                                ("answered_by__isnull", True),
                                ("ended_at__isnull", True),
                                ("state", "asked"),
                            ),
                            models.Q(
                                ("answer", ""),
                                ("answered_by__isnull", True),
                                ("ended_at__gte", models.F("asked_at")),
                                ("ended_at__isnull", False),
                                ("state", "lapsed"),
                            ),
                            models.Q(
                                ("answer__gt", ""),
                                ("answered_by__isnull", False),
                                ("ended_at__gte", models.F("asked_at")),
                                ("ended_at__isnull", False),
                                ("state", "supplied"),
                            ),
                            _connector="OR",
                        ),
                        name="cases_missinglist_answered_whole",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="first_asked",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="首问责任人",
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="missing_asked",
            field=models.BooleanField(
                db_default=False, default=False, help_text="what is missing was asked for and not supplied"
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="missing_lists_made",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("first_asked__isnull", False), ("open", True)),
                fields=["first_asked", "due_at", "id"],
                name="cases_case_first_asked_open",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("first_asked__isnull", False), ("open", False)),
                fields=["first_asked", "-closed_at", "-id"],
                name="cases_case_first_asked_closed",
            ),
        ),
    ]
