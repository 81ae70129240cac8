import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("cases", "0002_append_only"),
        ("grid", "0002_tree_version"),
    ]

    operations = [
        migrations.CreateModel(
            name="DailyLog",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client_id", models.UUIDField(unique=True)),
                ("date", models.DateField(verbose_name="日期")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "草稿"), ("filed", "已提交"), ("reviewed", "已审阅")],
                        default="draft",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("filed_at", models.DateTimeField(null=True, verbose_name="提交时间")),
                ("phone_at", models.DateTimeField(null=True, verbose_name="手机时间")),
                ("late", models.BooleanField(default=False, verbose_name="迟交")),
                ("reported_cases", models.PositiveSmallIntegerField(default=0)),
                ("verified_cases", models.PositiveSmallIntegerField(default=0)),
                ("content_mark", models.BinaryField(max_length=32, null=True)),
                ("reviewed_at", models.DateTimeField(null=True)),
                (
                    "rating",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "需改进"), (2, "合格"), (3, "好")], null=True, verbose_name="评价"
                    ),
                ),
                ("comment", models.CharField(blank=True, max_length=500, verbose_name="评语")),
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
                    "reviewed_by",
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
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grid.unit",
                    ),
                ),
                (
                    "worker",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "网格日志",
                "ordering": ["-date", "-id"],
                "indexes": [
                    models.Index(fields=["district", "-date", "-id"], name="inspections_log_district"),
                    models.Index(fields=["street", "-date", "-id"], name="inspections_log_street"),
                    models.Index(fields=["community", "-date", "-id"], name="inspections_log_community"),
                    models.Index(fields=["grid", "-date", "-id"], name="inspections_log_grid"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("grid__isnull", True), ("community__isnull", False), _connector="OR"),
                            models.Q(("community__isnull", True), ("street__isnull", False), _connector="OR"),
                        ),
                        name="inspections_dailylog_path_without_hole",
                    ),
                    models.UniqueConstraint(fields=("worker", "date"), name="inspections_dailylog_one_per_day"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "filed", "reviewed"])),
                        name="inspections_dailylog_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("content_mark__isnull", True),
                                ("filed_at__isnull", True),
                                ("late", False),
                                ("state", "draft"),
                            ),
                            models.Q(
                                models.Q(("state", "draft"), _negated=True),
                                ("content_mark__isnull", False),
                                ("filed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="inspections_dailylog_filed_when_not_draft",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("rating__isnull", False),
                                ("reviewed_at__isnull", False),
                                ("reviewed_by__isnull", False),
                                ("state", "reviewed"),
                            ),
                            models.Q(
                                models.Q(("state", "reviewed"), _negated=True),
                                ("comment", ""),
                                ("rating__isnull", True),
                                ("reviewed_at__isnull", True),
                                ("reviewed_by__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="inspections_dailylog_review_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reviewed_by__isnull", True),
                            models.Q(("reviewed_by", models.F("worker")), _negated=True),
                            _connector="OR",
                        ),
                        name="inspections_dailylog_not_own_reviewer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rating__isnull", True), ("rating__in", [1, 2, 3]), _connector="OR"),
                        name="inspections_dailylog_rating_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LogEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client_id", models.UUIDField(unique=True)),
                ("sequence", models.PositiveSmallIntegerField()),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("party", "党建与民情"),
                            ("security", "治安与纠纷"),
                            ("social", "社会事务"),
                            ("health", "卫生计生"),
                            ("employment", "就业社保"),
                            ("urban", "市容秩序"),
                            ("safety", "安全生产"),
                            ("culture", "文化宣传"),
                            ("economy", "经济服务"),
                        ],
                        max_length=10,
                        verbose_name="事项",
                    ),
                ),
                ("text", models.TextField(max_length=1000, verbose_name="内容")),
                ("happened_at", models.DateTimeField(verbose_name="发生时间")),
                ("recorded_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="log_entries",
                        to="cases.case",
                    ),
                ),
                (
                    "log",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="inspections.dailylog",
                    ),
                ),
            ],
            options={
                "verbose_name": "日志条目",
                "ordering": ["log", "sequence"],
                "constraints": [
                    models.UniqueConstraint(fields=("log", "sequence"), name="inspections_logentry_log_sequence"),
                    models.UniqueConstraint(
                        condition=models.Q(("case__isnull", False)),
                        fields=("case",),
                        name="inspections_logentry_one_per_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "subject__in",
                                [
                                    "party",
                                    "security",
                                    "social",
                                    "health",
                                    "employment",
                                    "urban",
                                    "safety",
                                    "culture",
                                    "economy",
                                ],
                            )
                        ),
                        name="inspections_logentry_subject_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text__regex", "^\\s*$"), _negated=True),
                        name="inspections_logentry_text_given",
                    ),
                ],
            },
        ),
    ]
