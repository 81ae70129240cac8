import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("cases", "0125_archive"),
        ("grid", "0003_announce_permission"),
        ("organisation", "0003_liaisons"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="follow_up_waiting",
            field=models.BooleanField(
                db_default=False, default=False, help_text="its reporter is to be called and has not been reached"
            ),
        ),
        migrations.CreateModel(
            name="FollowUpDraw",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("percent", models.PositiveSmallIntegerField()),
                ("seed", models.CharField(max_length=32)),
                (
                    "population",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        help_text="the numbers of all that could be drawn",
                        size=None,
                    ),
                ),
                ("drawn", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField()),
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
                    "desk",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.agency",
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
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["district", "-id"], name="cases_followupdraw_district"),
                    models.Index(fields=["street", "-id"], name="cases_followupdraw_street"),
                    models.Index(fields=["community", "-id"], name="cases_followupdraw_community"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("grid__isnull", True), ("community__isnull", False), _connector="OR"),
                            models.Q(("community__isnull", True), ("street__isnull", False), _connector="OR"),
                        ),
                        name="cases_followupdraw_path_without_hole",
                    ),
                    models.UniqueConstraint(fields=("desk", "until"), name="cases_followupdraw_once"),
                    models.CheckConstraint(
                        condition=models.Q(("since__lte", models.F("until"))), name="cases_followupdraw_days_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("percent__gte", 1), ("percent__lte", 100)),
                        name="cases_followupdraw_percent_of_hundred",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("drawn__gte", 1), ("drawn__lte", models.F("population__len"))),
                        name="cases_followupdraw_out_of_population",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("seed__regex", "^[0-9a-f]{32}$")), name="cases_followupdraw_seed_written"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("closed_at", models.DateTimeField()),
                ("why", models.CharField(choices=[("asked", "要求回复"), ("drawn", "抽中")], max_length=5)),
                ("due_at", models.DateTimeField(verbose_name="回访时限")),
                ("call_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "待回访"),
                            ("reached", "已回访"),
                            ("unreached", "未能回访"),
                            ("lapsed", "已重开，不再回访"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("attempts_made", models.PositiveSmallIntegerField(default=0)),
                ("contacted", models.BooleanField(null=True, verbose_name="是否及时联系")),
                ("solved", models.BooleanField(null=True, verbose_name="是否解决")),
                ("satisfied", models.BooleanField(null=True, verbose_name="是否满意")),
                (
                    "rejected",
                    models.BooleanField(
                        default=False, help_text="the reporter did not accept the result: it is reopened"
                    ),
                ),
                ("said", models.TextField(blank=True, max_length=2000, verbose_name="反映人怎么说")),
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
                        related_name="follow_ups",
                        to="cases.case",
                    ),
                ),
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
                    "desk",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.agency",
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
                    "handled_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reached_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reporter",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.casereporter",
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
                    "draw",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to="cases.followupdraw",
                    ),
                ),
            ],
            options={
                "ordering": ["due_at", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["district", "due_at", "id"],
                        name="cases_followup_district_open",
                    ),
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["street", "due_at", "id"],
                        name="cases_followup_street_open",
                    ),
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["community", "due_at", "id"],
                        name="cases_followup_community_open",
                    ),
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["grid", "due_at", "id"],
                        name="cases_followup_grid_open",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", False)),
                        fields=["district", "-ended_at", "-id"],
                        name="cases_followup_district_done",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", False)),
                        fields=["street", "-ended_at", "-id"],
                        name="cases_followup_street_done",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", False)),
                        fields=["community", "-ended_at", "-id"],
                        name="cases_followup_community_done",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", False)),
                        fields=["grid", "-ended_at", "-id"],
                        name="cases_followup_grid_done",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("grid__isnull", True), ("community__isnull", False), _connector="OR"),
                            models.Q(("community__isnull", True), ("street__isnull", False), _connector="OR"),
                        ),
                        name="cases_followup_path_without_hole",
                    ),
                    models.UniqueConstraint(fields=("case", "closed_at"), name="cases_followup_once_a_closing"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")), fields=("case",), name="cases_followup_one_waiting"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("draw__isnull", True), ("why", "asked")),
                            models.Q(("draw__isnull", False), ("why", "drawn")),
                            _connector="OR",
                        ),
                        name="cases_followup_drawn_in_a_draw",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gt", models.F("closed_at"))),
                        name="cases_followup_due_after_closing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", True),
                                ("state", "waiting"),
                                ("contacted__isnull", True),
                                ("reached_by__isnull", True),
                                ("rejected", False),
                                ("said", ""),
                                ("satisfied__isnull", True),
                                ("solved__isnull", True),
                            ),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("state", "lapsed"),
                                ("contacted__isnull", True),
                                ("reached_by__isnull", True),
                                ("rejected", False),
                                ("said", ""),
                                ("satisfied__isnull", True),
                                ("solved__isnull", True),
                            ),
                            models.Q(
                                ("attempts_made__gte", 1),
                                ("ended_at__isnull", False),
                                ("state", "unreached"),
                                ("contacted__isnull", True),
                                ("reached_by__isnull", True),
                                ("rejected", False),
                                ("said", ""),
                                ("satisfied__isnull", True),
                                ("solved__isnull", True),
                            ),
                            models.Q(
                                ("attempts_made__gte", 1),
                                ("ended_at__isnull", False),
                                ("state", "reached"),
                                ("contacted__isnull", False),
                                ("reached_by__isnull", False),
                                ("satisfied__isnull", False),
                                ("solved__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="cases_followup_answered_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reached_by__isnull", True),
                            ("handled_by__isnull", True),
                            models.Q(("reached_by", models.F("handled_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="cases_followup_by_somebody_else",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rejected", False), ("solved", False), _connector="OR"),
                        name="cases_followup_rejected_unsolved",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "reached"), _negated=True),
                            models.Q(("satisfied", True), ("solved", True)),
                            ("said__gt", ""),
                            _connector="OR",
                        ),
                        name="cases_followup_discontent_told",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUpShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("percent", models.PositiveSmallIntegerField(null=True, verbose_name="抽查比例")),
                ("set_at", models.DateTimeField()),
                (
                    "set_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grid.unit"
                    ),
                ),
            ],
            options={
                "ordering": ["-set_at", "-id"],
                "indexes": [models.Index(fields=["unit", "-set_at", "-id"], name="cases_followupshare_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("percent__isnull", True), ("percent__lte", 100), _connector="OR"),
                        name="cases_followupshare_percent_of_hundred",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUpAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(help_text="the first, second … call")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("reached", "接通"),
                            ("no_answer", "无人接听"),
                            ("wrong_number", "号码有误"),
                            ("refused", "拒绝回访"),
                        ],
                        max_length=12,
                    ),
                ),
                ("called_at", models.DateTimeField()),
                ("called_on", models.DateField(help_text="its day in Shanghai")),
                ("note", models.TextField(blank=True, max_length=2000)),
                (
                    "called_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "follow_up",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="cases.followup",
                    ),
                ),
                (
                    "handled_by",
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
                "ordering": ["follow_up", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("follow_up", "number"), name="cases_followupattempt_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("outcome__in", ["reached", "refused"])),
                        fields=("follow_up",),
                        name="cases_followupattempt_ends_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["reached", "no_answer", "wrong_number", "refused"])),
                        name="cases_followupattempt_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("handled_by__isnull", True),
                            models.Q(("called_by", models.F("handled_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="cases_followupattempt_by_somebody_else",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(model_name="case", name="cases_case_archived_at_rest"),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("filing", "archived"), _negated=True),
                    models.Q(
                        ("appeals_open", 0),
                        ("follow_up_waiting", False),
                        ("spot_waiting", False),
                        ("summonses_open", 0),
                    ),
                    _connector="OR",
                ),
                name="cases_case_archived_at_rest",
            ),
        ),
    ]
