import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.core.crypto


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("cases", "0050_desk_replies_and_filters"),
        ("core", "0020_watch"),
        ("grid", "0003_announce_permission"),
        ("organisation", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="WebhookSubscriber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True, verbose_name="名称")),
                ("url", models.CharField(max_length=500, verbose_name="接收地址")),
                ("secret", apps.core.crypto.EncryptedTextField(blank=True, null=True)),
                ("previous_secret", apps.core.crypto.EncryptedTextField(blank=True, null=True)),
                ("previous_until", models.DateTimeField(null=True)),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, default=list, size=None
                    ),
                ),
                ("active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                ("failures", models.PositiveIntegerField(default=0)),
                ("failing_since", models.DateTimeField(null=True)),
                ("rest_until", models.DateTimeField(null=True)),
                ("paused_at", models.DateTimeField(null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.agency",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grid.unit"
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agency__isnull", True), ("unit__isnull", False)),
                            models.Q(("agency__isnull", False), ("unit__isnull", True)),
                            _connector="OR",
                        ),
                        name="cases_webhooksubscriber_one_scope",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("secret__isnull", False)), name="cases_webhooksubscriber_has_secret"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("previous_secret__isnull", True), ("previous_until__isnull", True)),
                            models.Q(("previous_secret__isnull", False), ("previous_until__isnull", False)),
                            _connector="OR",
                        ),
                        name="cases_webhooksubscriber_previous_ends",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("failing_since__isnull", True),
                                ("failures", 0),
                                ("paused_at__isnull", True),
                                ("rest_until__isnull", True),
                            ),
                            models.Q(("failing_since__isnull", False), ("failures__gt", 0)),
                            _connector="OR",
                        ),
                        name="cases_webhooksubscriber_pause_has_cause",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("sequence", models.PositiveIntegerField(default=0)),
                ("event_type", models.CharField(max_length=40)),
                ("body", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "待发送"), ("sent", "已送达"), ("failed", "将重试"), ("dead", "未送达")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("tried_at", models.DateTimeField(null=True)),
                (
                    "failure",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("timeout", "对方未在时限内应答"),
                            ("unreachable", "连接不上对方"),
                            ("unresolved", "域名无法解析"),
                            ("forbidden", "地址不允许访问"),
                            ("broken-answer", "对方应答无法识别"),
                            ("server-error", "对方出错"),
                            ("busy", "对方限流"),
                            ("redirected", "对方要求跳转"),
                            ("refused", "对方拒绝"),
                            ("gone", "对方表示不再接收"),
                            ("lost", "发送中断，结果不明"),
                        ],
                        max_length=20,
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=300)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("milliseconds", models.PositiveIntegerField(null=True)),
                ("request_headers", models.JSONField(default=dict)),
                ("answer_headers", models.JSONField(default=dict)),
                ("answer_body", models.TextField(blank=True)),
                (
                    "case",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "replay",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.job"
                    ),
                ),
                (
                    "subscriber",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="cases.webhooksubscriber",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("waiting", "failed"))),
                        fields=["subscriber", "next_attempt_at", "id"],
                        name="cases_webhook_due",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ("waiting", "failed"))),
                        fields=["subscriber", "case", "sequence"],
                        name="cases_webhook_before",
                    ),
                    models.Index(fields=["subscriber", "state", "-id"], name="cases_webhook_by_state"),
                    models.Index(fields=["subscriber", "-id"], name="cases_webhook_of_subscriber"),
                    models.Index(
                        condition=models.Q(("state", "sent")), fields=["sent_at"], name="cases_webhook_to_forget"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("case__isnull", False), ("replay__isnull", True)),
                        fields=("subscriber", "case", "sequence"),
                        name="cases_webhookdelivery_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("replay__isnull", False)),
                        fields=("replay", "case", "sequence"),
                        name="cases_webhookdelivery_replayed_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "sent", "failed", "dead"])),
                        name="cases_webhookdelivery_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("case__isnull", False), ("sequence__gt", 0)),
                            models.Q(("case__isnull", True), ("replay__isnull", True), ("sequence", 0)),
                            _connector="OR",
                        ),
                        name="cases_webhookdelivery_of_event",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sent_at__isnull", False), ("state", "sent")),
                            models.Q(models.Q(("state", "sent"), _negated=True), ("sent_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="cases_webhookdelivery_sent_is_dated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sent_at__isnull", True), ("sent_at__gte", models.F("created_at")), _connector="OR"
                        ),
                        name="cases_webhookdelivery_sent_after_made",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "sent"]),
                            models.Q(("failure", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="cases_webhookdelivery_failure_named",
                    ),
                ],
            },
        ),
    ]
