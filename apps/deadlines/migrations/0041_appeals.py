import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("deadlines", "0040_sweep_failures"),
        ("grid", "0002_tree_version"),
        ("organisation", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="CardAppeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField()),
                ("reason", models.TextField(max_length=2000, verbose_name="申诉理由")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "待裁定"), ("upheld", "撤销该牌"), ("rejected", "维持该牌")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision", models.TextField(blank=True, max_length=2000, verbose_name="裁定理由")),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.agency",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decider",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.agency",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "step",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="appeal", to="deadlines.ladderstep"
                    ),
                ),
            ],
            options={
                "ordering": ["made_at", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["decider", "made_at"],
                        name="deadlines_cardappeal_waiting",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="deadlines_cardappeal_reason_given"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                                ("decision", ""),
                                ("state", "open"),
                            ),
                            models.Q(
                                ("decided_by__isnull", False),
                                ("state__in", ["upheld", "rejected"]),
                                ("decided_at__gte", models.F("made_at")),
                                ("decided_at__isnull", False),
                                models.Q(("decision", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="deadlines_cardappeal_decided_whole",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="ladder",
            name="deadlines_ladder_stage",
        ),
        migrations.RemoveConstraint(
            model_name="limit",
            name="deadlines_limit_stage",
        ),
        migrations.RemoveConstraint(
            model_name="limitpolicy",
            name="deadlines_limitpolicy_stage",
        ),
        migrations.AlterField(
            model_name="ladder",
            name="stage",
            field=models.CharField(
                blank=True,
                choices=[
                    ("screening", "受理甄别"),
                    ("accepting", "签收"),
                    ("handling", "处置"),
                    ("verifying", "核查"),
                    ("whole", "全程"),
                    ("supervision", "督办答复"),
                    ("rectification", "整改"),
                    ("log_review", "日志审阅"),
                    ("task", "任务"),
                    ("appeal", "申诉"),
                ],
                max_length=20,
                verbose_name="环节",
            ),
        ),
        migrations.AlterField(
            model_name="limit",
            name="stage",
            field=models.CharField(
                choices=[
                    ("screening", "受理甄别"),
                    ("accepting", "签收"),
                    ("handling", "处置"),
                    ("verifying", "核查"),
                    ("whole", "全程"),
                    ("supervision", "督办答复"),
                    ("rectification", "整改"),
                    ("log_review", "日志审阅"),
                    ("task", "任务"),
                    ("appeal", "申诉"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="limitpolicy",
            name="stage",
            field=models.CharField(
                choices=[
                    ("screening", "受理甄别"),
                    ("accepting", "签收"),
                    ("handling", "处置"),
                    ("verifying", "核查"),
                    ("whole", "全程"),
                    ("supervision", "督办答复"),
                    ("rectification", "整改"),
                    ("log_review", "日志审阅"),
                    ("task", "任务"),
                    ("appeal", "申诉"),
                ],
                max_length=20,
                verbose_name="环节",
            ),
        ),
        migrations.AddIndex(
            model_name="ladderstep",
            index=models.Index(
                condition=models.Q(("kind__in", ("yellow", "red"))),
                fields=["-done_at", "-id"],
                name="deadlines_step_cards",
            ),
        ),
        migrations.AddIndex(
            model_name="ladderstep",
            index=models.Index(
                condition=models.Q(("kind__in", ("yellow", "red"))),
                fields=["holder", "-done_at", "-id"],
                name="deadlines_step_holder_cards",
            ),
        ),
        migrations.AddConstraint(
            model_name="ladder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "stage__in",
                        [
                            "",
                            "screening",
                            "accepting",
                            "handling",
                            "verifying",
                            "whole",
                            "supervision",
                            "rectification",
                            "log_review",
                            "task",
                            "appeal",
                        ],
                    )
                ),
                name="deadlines_ladder_stage",
            ),
        ),
        migrations.AddConstraint(
            model_name="limit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "stage__in",
                        [
                            "screening",
                            "accepting",
                            "handling",
                            "verifying",
                            "whole",
                            "supervision",
                            "rectification",
                            "log_review",
                            "task",
                            "appeal",
                        ],
                    )
                ),
                name="deadlines_limit_stage",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "stage__in",
                        [
                            "screening",
                            "accepting",
                            "handling",
                            "verifying",
                            "whole",
                            "supervision",
                            "rectification",
                            "log_review",
                            "task",
                            "appeal",
                        ],
                    )
                ),
                name="deadlines_limitpolicy_stage",
            ),
        ),
    ]
