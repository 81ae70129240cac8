import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("grid", "0002_tree_version"),
        ("organisation", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("date", models.DateField(unique=True, verbose_name="日期")),
                ("is_working", models.BooleanField(verbose_name="上班")),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                ("origin", models.CharField(max_length=200, verbose_name="来源")),
            ],
            options={
                "ordering": ["date"],
            },
        ),
        migrations.CreateModel(
            name="CalendarYear",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(unique=True, verbose_name="年份")),
                ("announced", models.BooleanField(default=False, verbose_name="已公布")),
                ("origin", models.CharField(max_length=200, verbose_name="来源")),
            ],
            options={
                "ordering": ["year"],
            },
        ),
        migrations.CreateModel(
            name="LadderRung",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.PositiveSmallIntegerField(unique=True, verbose_name="步骤")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("remind", "提醒"),
                            ("yellow", "黄牌"),
                            ("red", "红牌"),
                            ("escalate", "上报升级"),
                            ("meeting", "列入例会"),
                        ],
                        max_length=10,
                        verbose_name="做什么",
                    ),
                ),
                (
                    "anchor",
                    models.CharField(
                        choices=[
                            ("share", "时限的百分比"),
                            ("before_end", "到期之前"),
                            ("at_end", "到期"),
                            ("after_end", "到期之后"),
                        ],
                        max_length=10,
                        verbose_name="起算",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=6, verbose_name="数量")),
                (
                    "measure",
                    models.CharField(
                        blank=True,
                        choices=[("working_hours", "工作时"), ("working_days", "工作日"), ("calendar_hours", "小时")],
                        max_length=20,
                        verbose_name="计时单位",
                    ),
                ),
                ("origin", models.CharField(max_length=200, verbose_name="来源")),
            ],
            options={
                "ordering": ["step"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("step__gte", 1)), name="deadlines_ladderrung_step_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)), name="deadlines_ladderrung_amount_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("measure__in", ["working_hours", "working_days", "calendar_hours"]),
                            models.Q(("anchor__in", ["share", "at_end"]), ("measure", "")),
                            _connector="OR",
                        ),
                        name="deadlines_ladderrung_measure_where_counted",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LimitPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=60, unique=True)),
                ("preset", models.CharField(max_length=40, verbose_name="方案")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                ("name_en", models.CharField(max_length=100)),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("screening", "受理甄别"),
                            ("accepting", "签收"),
                            ("handling", "处置"),
                            ("verifying", "核查"),
                            ("whole", "全程"),
                            ("supervision", "督办答复"),
                            ("rectification", "整改"),
                        ],
                        max_length=20,
                        verbose_name="环节",
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        blank=True,
                        choices=[("community", "社区"), ("street", "街道"), ("district", "区"), ("agency", "处置单位")],
                        max_length=20,
                        verbose_name="层级",
                    ),
                ),
                ("category_prefix", models.CharField(blank=True, max_length=60, verbose_name="类别")),
                (
                    "urgency",
                    models.CharField(
                        blank=True,
                        choices=[("normal", "一般"), ("urgent", "紧急")],
                        max_length=10,
                        verbose_name="紧急程度",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=6, verbose_name="时限")),
                (
                    "measure",
                    models.CharField(
                        choices=[("working_hours", "工作时"), ("working_days", "工作日"), ("calendar_hours", "小时")],
                        max_length=20,
                        verbose_name="计时单位",
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="启用")),
                ("effective_from", models.DateField(verbose_name="生效日")),
                ("effective_to", models.DateField(null=True, verbose_name="失效日")),
                ("origin", models.CharField(max_length=200, verbose_name="来源")),
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
                "ordering": ["stage", "code"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="deadlines_limitpolicy_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("effective_to__isnull", True),
                            ("effective_to__gte", models.F("effective_from")),
                            _connector="OR",
                        ),
                        name="deadlines_limitpolicy_effective_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("measure__in", ["working_hours", "working_days", "calendar_hours"])),
                        name="deadlines_limitpolicy_measure",
                    ),
                    models.CheckConstraint(
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
                                ],
                            )
                        ),
                        name="deadlines_limitpolicy_stage",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Limit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("screening", "受理甄别"),
                            ("accepting", "签收"),
                            ("handling", "处置"),
                            ("verifying", "核查"),
                            ("whole", "全程"),
                            ("supervision", "督办答复"),
                            ("rectification", "整改"),
                        ],
                        max_length=20,
                    ),
                ),
                ("subject_kind", models.CharField(max_length=30)),
                ("subject_id", models.BigIntegerField()),
                ("subject_label", models.CharField(max_length=200)),
                ("subject_url", models.CharField(max_length=200)),
                (
                    "measure",
                    models.CharField(
                        choices=[("working_hours", "工作时"), ("working_days", "工作日"), ("calendar_hours", "小时")],
                        max_length=20,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("counts_from", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("paused_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(blank=True, choices=[("done", "已办"), ("cancelled", "已取消")], max_length=10),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "计时中"), ("paused", "已暂停"), ("ended", "已结束")],
                        default="running",
                        max_length=10,
                    ),
                ),
                (
                    "card",
                    models.CharField(
                        choices=[("none", "无"), ("yellow", "黄牌"), ("red", "红牌")], default="none", max_length=10
                    ),
                ),
                ("extensions", models.PositiveSmallIntegerField(default=0)),
                (
                    "plan_steps",
                    django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), size=None),
                ),
                (
                    "plan_kinds",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), size=None),
                ),
                ("plan_times", django.contrib.postgres.fields.ArrayField(base_field=models.DateTimeField(), size=None)),
                ("last_step", models.PositiveSmallIntegerField(default=0)),
                ("next_step_at", models.DateTimeField(null=True)),
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
                    "head",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.agency",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.agency",
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
                    "policy",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="deadlines.limitpolicy",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_step_at__isnull", False)),
                        fields=["next_step_at", "id"],
                        name="deadlines_limit_next_step",
                    ),
                    models.Index(fields=["subject_kind", "subject_id"], name="deadlines_limit_subject"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("grid__isnull", True), ("community__isnull", False), _connector="OR"),
                            models.Q(("community__isnull", True), ("street__isnull", False), _connector="OR"),
                        ),
                        name="deadlines_limit_path_without_hole",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "ended"), _negated=True),
                        fields=("subject_kind", "subject_id", "stage"),
                        name="deadlines_limit_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gt", models.F("started_at"))),
                        name="deadlines_limit_due_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", True),
                                ("outcome", ""),
                                ("paused_at__isnull", True),
                                ("state", "running"),
                            ),
                            models.Q(
                                ("ended_at__isnull", True),
                                ("outcome", ""),
                                ("paused_at__isnull", False),
                                ("state", "paused"),
                            ),
                            models.Q(
                                ("ended_at__isnull", False), ("outcome__in", ["done", "cancelled"]), ("state", "ended")
                            ),
                            _connector="OR",
                        ),
                        name="deadlines_limit_state_pairs",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True), ("ended_at__gte", models.F("started_at")), _connector="OR"
                        ),
                        name="deadlines_limit_end_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("next_step_at__isnull", True), ("state", "running"), _connector="OR"),
                        name="deadlines_limit_steps_only_running",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("plan_kinds__len", models.F("plan_times__len")),
                            ("plan_steps__len", models.F("plan_times__len")),
                        ),
                        name="deadlines_limit_plan_parallel",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("card__in", ["none", "yellow", "red"])), name="deadlines_limit_card"
                    ),
                    models.CheckConstraint(
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
                                ],
                            )
                        ),
                        name="deadlines_limit_stage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("measure__in", ["working_hours", "working_days", "calendar_hours"])),
                        name="deadlines_limit_measure",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RulebookStamp",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("value", models.UUIDField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="deadlines_rulebookstamp_single")
                ],
            },
        ),
        migrations.CreateModel(
            name="SweepRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_at", models.DateTimeField(db_index=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("limits", models.PositiveIntegerField(default=0)),
                ("steps", models.PositiveIntegerField(default=0)),
                ("batches", models.PositiveIntegerField(default=0)),
                ("lag_seconds", models.PositiveIntegerField(default=0, help_text="how late the oldest step was taken")),
                ("by_kind", models.JSONField(default=dict)),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True), ("ended_at__gte", models.F("started_at")), _connector="OR"
                        ),
                        name="deadlines_sweeprun_end_after_start",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LadderStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("remind", "提醒"),
                            ("yellow", "黄牌"),
                            ("red", "红牌"),
                            ("escalate", "上报升级"),
                            ("meeting", "列入例会"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "card",
                    models.CharField(
                        choices=[("none", "无"), ("yellow", "黄牌"), ("red", "红牌")], default="none", max_length=10
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("done_at", models.DateTimeField()),
                (
                    "holder",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.agency",
                    ),
                ),
                (
                    "limit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="deadlines.limit",
                    ),
                ),
            ],
            options={
                "ordering": ["limit_id", "step"],
                "constraints": [
                    models.UniqueConstraint(fields=("limit", "step"), name="deadlines_ladderstep_once"),
                    models.CheckConstraint(
                        condition=models.Q(("done_at__gte", models.F("due_at"))),
                        name="deadlines_ladderstep_done_when_due",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["remind", "yellow", "red", "escalate", "meeting"])),
                        name="deadlines_ladderstep_kind",
                    ),
                ],
            },
        ),
    ]
