import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("cases", "0070_webhooks"),
        ("grid", "0003_announce_permission"),
        ("organisation", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="Suspension",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(help_text="the first, second … on this case")),
                ("asked_at", models.DateTimeField()),
                ("reason", models.TextField(max_length=2000, verbose_name="挂起理由")),
                ("review_on", models.DateField(verbose_name="复核日期")),
                ("promised_on", models.DateField(verbose_name="承诺办结日期")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "待批复"),
                            ("refused", "未批准"),
                            ("lapsed", "已失效"),
                            ("running", "挂起中"),
                            ("ended", "已恢复"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision", models.TextField(blank=True, max_length=2000, verbose_name="批复意见")),
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
                        related_name="suspensions",
                        to="cases.case",
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
                    "leg",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.leg"
                    ),
                ),
            ],
            options={
                "ordering": ["case", "number"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "asked")),
                        fields=["decider", "asked_at"],
                        name="cases_suspension_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "number"), name="cases_suspension_case_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["asked", "running"])),
                        fields=("case",),
                        name="cases_suspension_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="cases_suspension_reason_given"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("promised_on__gte", models.F("review_on"))),
                        name="cases_suspension_promise_not_before_review",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("state", "asked")),
                            models.Q(
                                ("decided_at__gte", models.F("asked_at")),
                                ("decided_by__isnull", True),
                                ("state", "lapsed"),
                            ),
                            models.Q(
                                ("decided_at__gte", models.F("asked_at")),
                                ("decided_by__isnull", False),
                                ("decision__gt", ""),
                                ("state", "refused"),
                            ),
                            models.Q(
                                ("decided_at__gte", models.F("asked_at")),
                                ("decided_by__isnull", False),
                                ("state__in", ["running", "ended"]),
                            ),
                            _connector="OR",
                        ),
                        name="cases_suspension_decided_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["running", "ended"]), ("decider__isnull", False), _connector="OR"
                        ),
                        name="cases_suspension_asked_of_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__gte", models.F("decided_at")),
                                ("ended_at__isnull", False),
                                ("state", "ended"),
                            ),
                            models.Q(models.Q(("state", "ended"), _negated=True), ("ended_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="cases_suspension_ended_when_resumed",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="promised_on",
            field=models.DateField(null=True, verbose_name="承诺办结日期"),
        ),
        migrations.AddField(
            model_name="case",
            name="suspension_asked",
            field=models.BooleanField(
                db_default=False, default=False, help_text="a request to suspend it waits for its decision"
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="suspensions_made",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, help_text="how often setting it aside was asked for or done"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state", "suspended")), fields=["desk", "review_on"], name="cases_case_desk_review"
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("promised_on__isnull", True),
                    models.Q(("promised_on__gte", models.F("review_on")), ("state", "suspended")),
                    _connector="OR",
                ),
                name="cases_case_promise_while_suspended",
            ),
        ),
    ]
