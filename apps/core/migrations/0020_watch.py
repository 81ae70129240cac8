import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("core", "0003_delivered_messages"),
    ]

    operations = [
        migrations.CreateModel(
            name="PeriodicTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                ("watched_since", models.DateTimeField()),
                ("last_started_at", models.DateTimeField(null=True)),
                ("last_ended_at", models.DateTimeField(null=True)),
                ("last_ok_at", models.DateTimeField(null=True)),
                ("last_result", models.JSONField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=500)),
                ("failures", models.PositiveIntegerField(default=0, help_text="failed runs since the last success")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("failures", 0), ("last_error", "")),
                            models.Q(models.Q(("last_error", ""), _negated=True), ("failures__gt", 0)),
                            _connector="OR",
                        ),
                        name="core_periodictask_failures_have_error",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("last_ended_at__isnull", True), ("last_started_at__isnull", True)),
                            models.Q(("last_ended_at__isnull", False), ("last_started_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="core_periodictask_run_has_both_ends",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Standstill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("since", models.DateTimeField(help_text="the last success before it")),
                ("noticed_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("name",),
                        name="core_standstill_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("noticed_at__gt", models.F("since"))),
                        name="core_standstill_noticed_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True), ("ended_at__gt", models.F("since")), _connector="OR"
                        ),
                        name="core_standstill_ended_after_start",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="job",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="job",
            name="cancelled_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="job",
            name="retry_of",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="retried_as", to="core.job"
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", True)), fields=["id"], name="core_job_unfinished"
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["started_by", "-id"], name="core_job_of_person"),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(("cancelled_by__isnull", True), ("cancel_requested", True), _connector="OR"),
                name="core_job_cancelled_on_request",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(("error", ""), ("state", "failed"), _connector="OR"),
                name="core_job_error_when_failed",
            ),
        ),
    ]
