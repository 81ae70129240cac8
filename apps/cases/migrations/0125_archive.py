import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("cases", "0093_publication"),
        ("grid", "0003_announce_permission"),
        ("organisation", "0003_liaisons"),
    ]

    operations = [
        migrations.CreateModel(
            name="ArchiveBook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField()),
                ("last", models.PositiveIntegerField(default=0)),
                (
                    "district",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grid.unit"
                    ),
                ),
            ],
            options={
                "indexes": [],
                "constraints": [
                    models.UniqueConstraint(fields=("district", "year"), name="cases_archivebook_district_year")
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("young", "异议期内"), ("ripe", "待归档"), ("archived", "已归档"), ("out", "已调卷")],
                        max_length=8,
                    ),
                ),
                ("closed_at", models.DateTimeField()),
                ("ripe_at", models.DateTimeField(help_text="when the time to reject the result is over")),
                (
                    "check_at",
                    models.DateTimeField(help_text="when the task looks next whether it is complete", null=True),
                ),
                (
                    "missing",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10),
                        db_default=[],
                        default=list,
                        help_text="as last looked",
                        size=None,
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(null=True)),
                ("sequence", models.PositiveIntegerField(null=True)),
                ("number", models.CharField(max_length=30, null=True, unique=True, verbose_name="案卷号")),
                (
                    "pieces",
                    models.JSONField(default=dict, help_text="each piece: present, missing, or why it may be absent"),
                ),
                ("archived_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True, max_length=2000, verbose_name="缺件理由")),
                ("times_out", models.PositiveSmallIntegerField(default=0, help_text="how often it was taken out")),
                (
                    "archived_by",
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
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="file", to="cases.case"
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.category",
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
                    models.Index(
                        condition=models.Q(("state", "ripe")),
                        fields=["district", "ripe_at", "id"],
                        name="cases_casefile_district_ripe",
                    ),
                    models.Index(
                        condition=models.Q(("state", "ripe")),
                        fields=["street", "ripe_at", "id"],
                        name="cases_casefile_street_ripe",
                    ),
                    models.Index(
                        condition=models.Q(("state", "ripe")),
                        fields=["community", "ripe_at", "id"],
                        name="cases_casefile_community_ripe",
                    ),
                    models.Index(
                        condition=models.Q(("state", "archived")),
                        fields=["district", "-year", "-sequence", "-id"],
                        name="cases_casefile_district_kept",
                    ),
                    models.Index(
                        condition=models.Q(("state", "archived")),
                        fields=["street", "-year", "-sequence", "-id"],
                        name="cases_casefile_street_kept",
                    ),
                    models.Index(
                        condition=models.Q(("state", "archived")),
                        fields=["community", "-year", "-sequence", "-id"],
                        name="cases_casefile_community_kept",
                    ),
                    models.Index(
                        condition=models.Q(("state", "archived")),
                        fields=["category", "-year", "-sequence", "-id"],
                        name="cases_casefile_category",
                    ),
                    models.Index(
                        condition=models.Q(("state", "ripe")), fields=["desk"], name="cases_casefile_desk_ripe"
                    ),
                    models.Index(
                        condition=models.Q(("state", "out")), fields=["district", "-id"], name="cases_casefile_out"
                    ),
                    models.Index(
                        condition=models.Q(("state", "young")), fields=["ripe_at", "id"], name="cases_casefile_young"
                    ),
                    models.Index(
                        condition=models.Q(("check_at__isnull", False)),
                        fields=["check_at", "id"],
                        name="cases_casefile_to_check",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("grid__isnull", True), ("community__isnull", False), _connector="OR"),
                            models.Q(("community__isnull", True), ("street__isnull", False), _connector="OR"),
                        ),
                        name="cases_casefile_path_without_hole",
                    ),
                    models.UniqueConstraint(
                        fields=("district", "year", "sequence"), name="cases_casefile_district_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("number__isnull", True), ("sequence__isnull", True), ("year__isnull", True)),
                            models.Q(
                                ("number__gt", ""),
                                ("number__isnull", False),
                                ("sequence__gte", 1),
                                ("sequence__isnull", False),
                                ("year__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="cases_casefile_number_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("archived_at__isnull", False), ("number__isnull", False), ("state", "archived")),
                            models.Q(
                                models.Q(("state", "archived"), _negated=True),
                                ("archived_at__isnull", True),
                                ("archived_by__isnull", True),
                                ("reason", ""),
                            ),
                            _connector="OR",
                        ),
                        name="cases_casefile_archived_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "archived"), _negated=True),
                            ("missing__len", 0),
                            models.Q(("archived_by__isnull", False), ("reason__gt", "")),
                            _connector="OR",
                        ),
                        name="cases_casefile_missing_answered_for",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "out"), _negated=True),
                            models.Q(("number__isnull", False), ("times_out__gte", 1)),
                            _connector="OR",
                        ),
                        name="cases_casefile_out_of_an_archive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("check_at__isnull", False), ("state", "ripe")),
                            models.Q(models.Q(("state", "ripe"), _negated=True), ("check_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="cases_casefile_ripe_is_looked_at",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="filing",
            field=models.CharField(
                blank=True,
                choices=[("young", "异议期内"), ("ripe", "待归档"), ("archived", "已归档"), ("out", "已调卷")],
                db_default="",
                default="",
                help_text="of its file",
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("filing", ""), ("open", False)),
                fields=["closed_at", "id"],
                name="cases_case_unfiled",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("filing", ""), ("open", False), _connector="OR"),
                name="cases_case_filing_of_finished",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("filing", "archived"), _negated=True),
                    models.Q(("appeals_open", 0), ("spot_waiting", False), ("summonses_open", 0)),
                    _connector="OR",
                ),
                name="cases_case_archived_at_rest",
            ),
        ),
    ]
