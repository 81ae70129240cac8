import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.core.crypto


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("cases", "0111_enforcement"),
        ("organisation", "0110_enforcing_agencies"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="mediating",
            field=models.BooleanField(
                db_default=False, default=False, help_text="a mediation of its dispute is running"
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="mediations_made",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, help_text="how often its dispute was mediated"
            ),
        ),
        migrations.AlterField(
            model_name="category",
            name="evidence",
            field=models.CharField(
                choices=[
                    ("none", "不要求"),
                    ("photo_before", "处置前照片"),
                    ("photo_after", "处置后照片"),
                    ("both", "处置前后照片"),
                    ("mediation", "调解结果"),
                ],
                default="none",
                max_length=14,
            ),
        ),
        migrations.CreateModel(
            name="Mediation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(help_text="the first, second … on this case")),
                ("mediator", models.CharField(max_length=60, verbose_name="调解员")),
                ("opened_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "调解中"), ("agreed", "达成协议"), ("failed", "调解不成")],
                        default="running",
                        max_length=10,
                    ),
                ),
                ("agreement", models.TextField(blank=True, max_length=2000, verbose_name="协议内容")),
                ("performance_on", models.DateField(null=True, verbose_name="履行期限")),
                (
                    "way_on",
                    models.CharField(
                        blank=True,
                        choices=[("arbitration", "申请仲裁"), ("court", "提起诉讼"), ("petition", "信访渠道")],
                        max_length=12,
                        verbose_name="后续途径",
                    ),
                ),
                ("why_failed", models.TextField(blank=True, max_length=2000, verbose_name="未达成协议的原因")),
                ("ended_at", models.DateTimeField(null=True)),
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
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mediations",
                        to="cases.case",
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
                    "opened_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["case", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "number"), name="cases_mediation_case_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "running")), fields=("case",), name="cases_mediation_one_running"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mediator", ""), _negated=True), name="cases_mediation_mediator_named"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("agreement", ""),
                                ("state", "running"),
                                ("way_on", ""),
                                ("why_failed", ""),
                                ("ended_at__isnull", True),
                                ("ended_by__isnull", True),
                                ("performance_on__isnull", True),
                            ),
                            models.Q(
                                ("agreement__gt", ""),
                                ("state", "agreed"),
                                ("way_on", ""),
                                ("why_failed", ""),
                                ("ended_at__gte", models.F("opened_at")),
                                ("ended_by__isnull", False),
                                ("performance_on__isnull", False),
                            ),
                            models.Q(
                                ("agreement", ""),
                                ("state", "failed"),
                                ("way_on__gt", ""),
                                ("why_failed__gt", ""),
                                ("ended_at__gte", models.F("opened_at")),
                                ("ended_by__isnull", False),
                                ("performance_on__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="cases_mediation_concluded_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MediationParty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "role",
                    models.CharField(choices=[("applicant", "申请人"), ("respondent", "被申请人")], max_length=10),
                ),
                ("name", apps.core.crypto.EncryptedTextField(blank=True, null=True, verbose_name="姓名")),
                ("phone", apps.core.crypto.EncryptedTextField(blank=True, null=True, verbose_name="电话")),
                (
                    "mediation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parties",
                        to="cases.mediation",
                    ),
                ),
            ],
            options={
                "ordering": ["mediation", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("mediation", "number"), name="cases_mediationparty_number"),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["applicant", "respondent"])), name="cases_mediationparty_role"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MediationSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("held_at", models.DateTimeField(verbose_name="调解时间")),
                ("record", models.TextField(max_length=2000, verbose_name="调解记录")),
                ("recorded_at", models.DateTimeField()),
                (
                    "mediation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="cases.mediation",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["mediation", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("mediation", "number"), name="cases_mediationsession_number"),
                    models.CheckConstraint(
                        condition=models.Q(("record", ""), _negated=True), name="cases_mediationsession_record_given"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("held_at__lte", models.F("recorded_at"))),
                        name="cases_mediationsession_held_before_record",
                    ),
                ],
            },
        ),
    ]
