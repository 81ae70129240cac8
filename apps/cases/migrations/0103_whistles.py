import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("cases", "0102_dual_reports"),
        ("grid", "0003_announce_permission"),
        ("organisation", "0003_liaisons"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="summonses_open",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, help_text="agencies called that have not told the result"
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="whistled",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, help_text="how often agencies were called to the spot"
            ),
        ),
        migrations.CreateModel(
            name="Whistle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(help_text="the first, second … on this case")),
                ("blown_at", models.DateTimeField()),
                ("reason", models.TextField(max_length=2000, verbose_name="吹哨事由")),
                ("arrive_by", models.DateTimeField(verbose_name="到场时限")),
                (
                    "blown_by",
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
                        related_name="whistles",
                        to="cases.case",
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
            ],
            options={
                "ordering": ["case", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "number"), name="cases_whistle_case_number"),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="cases_whistle_reason_given"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("arrive_by__gt", models.F("blown_at"))), name="cases_whistle_time_to_arrive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Summons",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("called", "待到场"),
                            ("arrived", "已到场"),
                            ("reported", "已报告结果"),
                            ("ended", "随案结束"),
                        ],
                        default="called",
                        max_length=8,
                    ),
                ),
                ("called_at", models.DateTimeField()),
                ("arrive_by", models.DateTimeField()),
                ("arrived_at", models.DateTimeField(null=True)),
                ("arrival_note", models.TextField(blank=True, max_length=2000)),
                ("metres", models.PositiveIntegerField(null=True)),
                ("report_by", models.DateTimeField(null=True)),
                ("reported_at", models.DateTimeField(null=True)),
                ("result", models.TextField(blank=True, max_length=2000, verbose_name="到场结果")),
                ("stars", models.PositiveSmallIntegerField(null=True)),
                ("rated_at", models.DateTimeField(null=True)),
                ("rating_note", models.TextField(blank=True, max_length=2000)),
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
                    "arrived_by",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="summonses",
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
                    "rated_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reported_by",
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
                    "whistle",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="summonses",
                        to="cases.whistle",
                    ),
                ),
            ],
            options={
                "ordering": ["whistle", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["called", "arrived"])),
                        fields=["district", "arrive_by", "id"],
                        name="cases_summons_district_open",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["called", "arrived"])),
                        fields=["street", "arrive_by", "id"],
                        name="cases_summons_street_open",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["called", "arrived"])),
                        fields=["community", "arrive_by", "id"],
                        name="cases_summons_community_open",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["called", "arrived"])),
                        fields=["grid", "arrive_by", "id"],
                        name="cases_summons_grid_open",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", False)),
                        fields=["district", "-ended_at", "-id"],
                        name="cases_summons_district_done",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", False)),
                        fields=["street", "-ended_at", "-id"],
                        name="cases_summons_street_done",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", False)),
                        fields=["community", "-ended_at", "-id"],
                        name="cases_summons_community_done",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", False)),
                        fields=["grid", "-ended_at", "-id"],
                        name="cases_summons_grid_done",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["called", "arrived"])),
                        fields=["agency", "arrive_by", "id"],
                        name="cases_summons_agency_open",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", False)),
                        fields=["agency", "-ended_at", "-id"],
                        name="cases_summons_agency_done",
                    ),
                    models.Index(fields=["case", "agency"], name="cases_summons_case_agency"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("grid__isnull", True), ("community__isnull", False), _connector="OR"),
                            models.Q(("community__isnull", True), ("street__isnull", False), _connector="OR"),
                        ),
                        name="cases_summons_path_without_hole",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["called", "arrived"])),
                        fields=("case", "agency"),
                        name="cases_summons_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("arrived_at__isnull", True),
                                ("arrived_by__isnull", True),
                                ("metres__isnull", True),
                                ("report_by__isnull", True),
                            ),
                            models.Q(
                                ("arrived_at__gte", models.F("called_at")),
                                ("arrived_at__isnull", False),
                                ("arrived_by__isnull", False),
                                ("report_by__gt", models.F("arrived_at")),
                                ("report_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="cases_summons_arrival_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reported_at__isnull", True), ("reported_by__isnull", True), ("result", "")),
                            models.Q(
                                ("arrived_at__isnull", False),
                                ("reported_at__gte", models.F("arrived_at")),
                                ("reported_at__isnull", False),
                                ("reported_by__isnull", False),
                                ("result__gt", ""),
                            ),
                            _connector="OR",
                        ),
                        name="cases_summons_result_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("arrived_at__isnull", True), ("ended_at__isnull", True), ("state", "called")),
                            models.Q(
                                ("arrived_at__isnull", False),
                                ("ended_at__isnull", True),
                                ("reported_at__isnull", True),
                                ("state", "arrived"),
                            ),
                            models.Q(
                                ("ended_at", models.F("reported_at")),
                                ("ended_at__isnull", False),
                                ("reported_at__isnull", False),
                                ("state", "reported"),
                            ),
                            models.Q(("ended_at__isnull", False), ("reported_at__isnull", True), ("state", "ended")),
                            _connector="OR",
                        ),
                        name="cases_summons_state_fits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("rated_at__isnull", True),
                                ("rated_by__isnull", True),
                                ("rating_note", ""),
                                ("stars__isnull", True),
                            ),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("rated_at__gte", models.F("ended_at")),
                                ("rated_at__isnull", False),
                                ("rated_by__isnull", False),
                                ("stars__gte", 1),
                                ("stars__isnull", False),
                                ("stars__lte", 5),
                            ),
                            _connector="OR",
                        ),
                        name="cases_summons_rating_whole",
                    ),
                ],
            },
        ),
    ]
