"""Residents from whom cases are heard, beside the users who entered them; and when it happened."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.core.crypto


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("cases", "0002_append_only"),
        ("grid", "0002_tree_version"),
        ("organisation", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseReporter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client_id", models.UUIDField(null=True, unique=True)),
                ("name", apps.core.crypto.EncryptedTextField(blank=True, null=True, verbose_name="姓名")),
                ("phone", apps.core.crypto.EncryptedTextField(blank=True, null=True, verbose_name="电话")),
                ("phone_hash", models.BinaryField(max_length=33, null=True)),
                ("anonymous", models.BooleanField(default=False, verbose_name="要求匿名")),
                (
                    "callback",
                    models.CharField(
                        choices=[("none", "不需回复"), ("phone", "电话回复"), ("sms", "短信回复")],
                        default="none",
                        max_length=5,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("patrol", "网格巡查"),
                            ("log", "网格日志"),
                            ("inspection", "检查发现"),
                            ("joint_patrol", "联合巡查"),
                            ("supervisor", "督导巡查"),
                            ("video", "视频巡逻"),
                            ("hotline_12345", "12345 热线"),
                            ("hotline_12319", "12319 热线"),
                            ("media", "媒体"),
                            ("opinion", "舆情"),
                            ("emergency_110", "110 联动"),
                            ("petition", "信访"),
                            ("service_hall", "服务大厅"),
                            ("leaders_line", "领导公开电话"),
                            ("letter_box", "居民信箱"),
                            ("portal", "居民上报"),
                            ("wechat", "微信"),
                            ("department", "部门转办"),
                            ("upper_level", "上级交办"),
                            ("deputies", "代表委员"),
                            ("third_party", "第三方检查"),
                            ("open311", "Open311"),
                        ],
                        max_length=20,
                        verbose_name="来源",
                    ),
                ),
                ("source_number", models.CharField(max_length=60, null=True)),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reporters", to="cases.case"
                    ),
                ),
            ],
            options={
                "verbose_name": "反映人",
                "indexes": [
                    models.Index(
                        condition=models.Q(("phone_hash__isnull", False)),
                        fields=["phone_hash", "-added_at"],
                        name="cases_casereporter_phone",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("phone__isnull", True), ("phone_hash__isnull", True)),
                            models.Q(("phone__isnull", False), ("phone_hash__isnull", False)),
                            _connector="OR",
                        ),
                        name="cases_casereporter_phone_with_hash",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("callback", "none"), ("phone__isnull", False), _connector="OR"),
                        name="cases_casereporter_phone_to_call_back",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("source_number__isnull", False)),
                        fields=("source", "source_number"),
                        name="cases_casereporter_source_number",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="occurred_at",
            field=models.DateTimeField(null=True, verbose_name="发生时间"),
        ),
        migrations.AddIndex(
            model_name="caseevent",
            index=models.Index(
                condition=models.Q(("action", "reveal")), fields=["-at", "-id"], name="cases_caseevent_reveals"
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("occurred_at__isnull", True), ("occurred_at__lte", models.F("reported_at")), _connector="OR"
                ),
                name="cases_case_occurred_before_report",
            ),
        ),
    ]
