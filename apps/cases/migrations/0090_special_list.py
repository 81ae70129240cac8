import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("cases", "0085_duty_rulings"),
        ("grid", "0003_announce_permission"),
        ("organisation", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseParty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
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
                        related_name="parties",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("agency", "case"), name="cases_caseparty_agency_case")],
            },
        ),
        migrations.CreateModel(
            name="SpecialControl",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(help_text="the first, second … of this entry")),
                ("at", models.DateTimeField()),
                ("planned_on", models.DateField(help_text="when it was due")),
                ("text", models.TextField(max_length=2000, verbose_name="管控情况")),
                ("next_on", models.DateField(verbose_name="下次管控")),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["listing", "number"],
            },
        ),
        migrations.CreateModel(
            name="SpecialListing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(help_text="the first, second … on this case")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "待列入"),
                            ("declined", "未列入"),
                            ("lapsed", "已失效"),
                            ("listed", "在册"),
                            ("removed", "已移出"),
                            ("closed", "随案办结"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField(max_length=2000, verbose_name="列入理由")),
                ("proposed_at", models.DateTimeField(null=True)),
                ("control_on", models.DateField(null=True, verbose_name="下次管控")),
                ("controls_made", models.PositiveSmallIntegerField(default=0)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision", models.TextField(blank=True, max_length=2000, verbose_name="意见")),
                ("ended_at", models.DateTimeField(null=True)),
                ("end_reason", models.TextField(blank=True, max_length=2000, verbose_name="移出理由")),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.agency",
                        verbose_name="责任单位",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="special_listings",
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
                    "leader",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="责任领导",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposer",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.agency",
                    ),
                ),
            ],
            options={
                "ordering": ["case", "number"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "listed")),
                        fields=["control_on", "id"],
                        name="cases_speciallisting_control",
                    ),
                    models.Index(
                        condition=models.Q(("state", "proposed")),
                        fields=["proposed_at", "id"],
                        name="cases_speciallisting_proposed",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["removed", "closed"])),
                        fields=["-ended_at", "-id"],
                        name="cases_speciallisting_over",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "number"), name="cases_speciallisting_case_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["proposed", "listed"])),
                        fields=("case",),
                        name="cases_speciallisting_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="cases_speciallisting_reason_given"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("proposed_at__isnull", True),
                                ("proposed_by__isnull", True),
                                ("proposer__isnull", True),
                                ("state__in", ["listed", "removed", "closed"]),
                            ),
                            models.Q(
                                ("proposed_at__isnull", False),
                                ("proposed_by__isnull", False),
                                ("proposer__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="cases_speciallisting_proposed_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("state", "proposed")),
                            models.Q(
                                ("decided_at__gte", models.F("proposed_at")),
                                ("decided_by__isnull", True),
                                ("state", "lapsed"),
                            ),
                            models.Q(
                                ("decided_at__gte", models.F("proposed_at")),
                                ("decided_by__isnull", False),
                                ("decision__gt", ""),
                                ("state", "declined"),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("state__in", ["listed", "removed", "closed"]),
                            ),
                            _connector="OR",
                        ),
                        name="cases_speciallisting_decided_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["listed", "removed", "closed"]), _negated=True),
                            models.Q(
                                ("control_on__isnull", False),
                                models.Q(("agency__isnull", False), ("leader__isnull", False), _connector="OR"),
                            ),
                            _connector="OR",
                        ),
                        name="cases_speciallisting_somebody_answers",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__gte", models.F("decided_at")),
                                ("ended_by__isnull", False),
                                ("state__in", ["removed", "closed"]),
                            ),
                            models.Q(
                                models.Q(("state__in", ["removed", "closed"]), _negated=True),
                                ("ended_at__isnull", True),
                                ("ended_by__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="cases_speciallisting_ended_when_over",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end_reason__gt", ""), ("state", "removed")),
                            models.Q(models.Q(("state", "removed"), _negated=True), ("end_reason", "")),
                            _connector="OR",
                        ),
                        name="cases_speciallisting_removed_with_reason",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="special",
            field=models.BooleanField(db_default=False, default=False, help_text="on the district's special list"),
        ),
        migrations.AddField(
            model_name="case",
            name="special_asked",
            field=models.BooleanField(
                db_default=False, default=False, help_text="proposed for the special list, without a decision"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("open", True), ("special", True)),
                fields=["district", "due_at", "id"],
                name="cases_case_special",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("special", False), models.Q(("open", True), ("special_asked", False)), _connector="OR"
                ),
                name="cases_case_special_while_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("special_asked", False), ("state", "suspended"), _connector="OR"),
                name="cases_case_special_asked_while_suspended",
            ),
        ),
        migrations.AddField(
            model_name="specialcontrol",
            name="listing",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="controls",
                to="cases.speciallisting",
            ),
        ),
        migrations.AddConstraint(
            model_name="specialcontrol",
            constraint=models.UniqueConstraint(
                fields=("listing", "number"), name="cases_specialcontrol_listing_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="specialcontrol",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="cases_specialcontrol_text_given"
            ),
        ),
    ]
