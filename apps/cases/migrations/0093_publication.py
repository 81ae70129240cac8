import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("cases", "0092_hazards"),
        ("grid", "0003_announce_permission"),
        ("organisation", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("held", "待审看"),
                            ("waiting", "待公示"),
                            ("published", "已公示"),
                            ("withheld", "不予公示"),
                            ("taken_down", "随重开撤下"),
                        ],
                        max_length=10,
                    ),
                ),
                ("how", models.CharField(choices=[("spot", "当场处置"), ("handled", "派遣处置")], max_length=8)),
                ("title", models.CharField(blank=True, max_length=40, verbose_name="公示标题")),
                ("words", models.CharField(blank=True, max_length=300, verbose_name="办理结果")),
                ("reported_on", models.DateField()),
                ("closed_on", models.DateField()),
                (
                    "publish_at",
                    models.DateTimeField(help_text="when it goes out by itself; none: a desk looks it over", null=True),
                ),
                ("published_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True, max_length=2000, verbose_name="不予公示的理由")),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.agency",
                    ),
                ),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="publication", to="cases.case"
                    ),
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
                    "community",
                    models.ForeignKey(
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
                    "edited_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "street",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grid.unit",
                    ),
                ),
                (
                    "withheld_by",
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
                "ordering": ["-published_at", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "published")),
                        fields=["-published_at", "-id"],
                        name="cases_publication_published",
                    ),
                    models.Index(
                        condition=models.Q(("state", "published")),
                        fields=["community", "-published_at", "-id"],
                        name="cases_publication_community",
                    ),
                    models.Index(
                        condition=models.Q(("state", "published")),
                        fields=["category", "-published_at", "-id"],
                        name="cases_publication_category",
                    ),
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["publish_at"], name="cases_publication_due"
                    ),
                    models.Index(fields=["state", "-closed_on", "-id"], name="cases_publication_state"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("community__isnull", True), ("street__isnull", False), _connector="OR"),
                        name="cases_publication_path_without_hole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_at__isnull", False), ("state", "published")),
                            models.Q(models.Q(("state", "published"), _negated=True), ("published_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="cases_publication_published_when_public",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason__gt", ""), ("state", "withheld"), ("withheld_by__isnull", False)),
                            models.Q(
                                models.Q(("state", "withheld"), _negated=True),
                                ("reason", ""),
                                ("withheld_by__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="cases_publication_withheld_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), ("words", "")), ("edited_by__isnull", False), _connector="OR"
                        ),
                        name="cases_publication_words_of_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "waiting"), _negated=True),
                            ("publish_at__isnull", False),
                            _connector="OR",
                        ),
                        name="cases_publication_waiting_has_its_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("closed_on__gte", models.F("reported_on"))),
                        name="cases_publication_dates_in_order",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="publicity",
            field=models.CharField(
                blank=True,
                choices=[
                    ("held", "待审看"),
                    ("waiting", "待公示"),
                    ("published", "已公示"),
                    ("withheld", "不予公示"),
                    ("taken_down", "随重开撤下"),
                ],
                db_default="",
                default="",
                help_text="of its publication",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("publicity", ""), ("state", "closed")),
                fields=["closed_at", "id"],
                name="cases_case_unpublished",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("publicity", ""), ("state", "closed"), _connector="OR"),
                name="cases_case_publicity_of_closed",
            ),
        ),
    ]
