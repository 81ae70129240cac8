import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("grid", "0002_tree_version"),
    ]

    operations = [
        migrations.CreateModel(
            name="DutyDay",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("date", models.DateField()),
                ("log_id", models.BigIntegerField(null=True)),
                ("filed", models.BooleanField()),
                ("filed_at", models.DateTimeField(null=True)),
                ("late", models.BooleanField()),
            ],
            options={
                "db_table": "assessment_dutyday",
                "ordering": ["date", "id"],
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Workday",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("date", models.DateField(unique=True)),
            ],
            options={
                "ordering": ["date"],
            },
        ),
        migrations.CreateModel(
            name="Indicator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=80, unique=True)),
                ("code", models.CharField(max_length=30)),
                (
                    "subject_kind",
                    models.CharField(
                        choices=[
                            ("district", "区"),
                            ("street", "街道"),
                            ("community", "社区"),
                            ("grid", "网格"),
                            ("worker", "网格员"),
                            ("agency", "处置单位"),
                        ],
                        max_length=10,
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=40, verbose_name="指标")),
                ("name_en", models.CharField(max_length=60)),
                ("numerator", models.CharField(max_length=30)),
                ("denominator", models.CharField(blank=True, max_length=30)),
                ("better", models.CharField(choices=[("up", "越高越好"), ("down", "越低越好")], max_length=4)),
                (
                    "scoring",
                    models.CharField(
                        choices=[("proportional", "按比例"), ("deduction", "按件扣分"), ("shown", "只列示")],
                        max_length=12,
                    ),
                ),
                ("full_mark", models.DecimalField(decimal_places=2, max_digits=6)),
                ("floor", models.DecimalField(decimal_places=3, max_digits=4)),
                ("cap", models.DecimalField(decimal_places=3, max_digits=4)),
                ("per_item", models.DecimalField(decimal_places=2, max_digits=6)),
                ("minimum", models.PositiveIntegerField()),
                ("leading", models.BooleanField(default=False)),
                ("effective_from", models.DateField()),
                ("effective_to", models.DateField(null=True)),
                ("active", models.BooleanField(default=True)),
                ("origin", models.CharField(max_length=200)),
            ],
            options={
                "ordering": ["subject_kind", "position"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("floor__lt", models.F("cap"))), name="assessment_indicator_floor_below_cap"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("full_mark__gte", 0), ("per_item__gte", 0)),
                        name="assessment_indicator_points_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("effective_to__isnull", True),
                            ("effective_to__gte", models.F("effective_from")),
                            _connector="OR",
                        ),
                        name="assessment_indicator_dates_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("scoring", "proportional"), _negated=True),
                            models.Q(("denominator", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="assessment_indicator_share_has_denominator",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scoring__in", ["proportional", "deduction", "shown"])),
                        name="assessment_indicator_scoring_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Period",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("head_sequence", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "head_hash",
                    models.BinaryField(
                        default=b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
                        max_length=32,
                    ),
                ),
                ("label", models.CharField(max_length=7, verbose_name="月份")),
                ("version", models.PositiveSmallIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("computed", "已计算"),
                            ("reviewed", "已复核"),
                            ("published", "已发布"),
                            ("sealed", "已封存"),
                        ],
                        default="computed",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("cutoff", models.DateTimeField()),
                ("checksum", models.CharField(max_length=64)),
                ("subjects", models.PositiveIntegerField(default=0)),
                ("because", models.CharField(blank=True, max_length=200, verbose_name="更正理由")),
                ("computed_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(null=True)),
                (
                    "district",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grid.unit"
                    ),
                ),
            ],
            options={
                "verbose_name": "考核月份",
                "ordering": ["-label", "-version"],
                "constraints": [
                    models.UniqueConstraint(fields=("district", "label", "version"), name="assessment_period_version"),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["published", "sealed"]), _negated=True),
                        fields=("district", "label"),
                        name="assessment_period_one_unpublished",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("label__regex", "^\\d{4}-(0[1-9]|1[0-2])$")), name="assessment_period_label"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["computed", "reviewed", "published", "sealed"])),
                        name="assessment_period_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_at__isnull", False), ("state__in", ["published", "sealed"])),
                            models.Q(
                                models.Q(("state__in", ["published", "sealed"]), _negated=True),
                                ("published_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="assessment_period_published_when_public",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version", 1), models.Q(("because", ""), _negated=True), _connector="OR"),
                        name="assessment_period_correction_has_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Score",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "subject_kind",
                    models.CharField(
                        choices=[
                            ("district", "区"),
                            ("street", "街道"),
                            ("community", "社区"),
                            ("grid", "网格"),
                            ("worker", "网格员"),
                            ("agency", "处置单位"),
                        ],
                        max_length=10,
                    ),
                ),
                ("subject_id", models.BigIntegerField()),
                ("code", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=120)),
                ("peer", models.CharField(blank=True, max_length=12)),
                ("points", models.DecimalField(decimal_places=2, max_digits=6, null=True, verbose_name="得分")),
                ("rank", models.PositiveIntegerField(null=True, verbose_name="名次")),
                ("ranked", models.PositiveIntegerField(default=0)),
                ("previous_rank", models.PositiveIntegerField(null=True)),
                ("sample", models.PositiveIntegerField(default=0)),
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
                    "period",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scores",
                        to="assessment.period",
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
                "verbose_name": "考核得分",
                "ordering": [
                    "period",
                    "subject_kind",
                    "peer",
                    models.OrderBy(models.F("rank"), nulls_last=True),
                    "code",
                ],
                "indexes": [
                    models.Index(fields=["period", "subject_kind", "rank", "id"], name="assessment_score_ranking"),
                    models.Index(fields=["subject_kind", "subject_id"], name="assessment_score_subject"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("grid__isnull", True), ("community__isnull", False), _connector="OR"),
                            models.Q(("community__isnull", True), ("street__isnull", False), _connector="OR"),
                        ),
                        name="assessment_score_path_without_hole",
                    ),
                    models.UniqueConstraint(
                        fields=("period", "subject_kind", "subject_id"), name="assessment_score_one_per_subject"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("points__isnull", True),
                            models.Q(("points__gte", 0), ("points__lte", 100)),
                            _connector="OR",
                        ),
                        name="assessment_score_out_of_100",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rank__isnull", True), ("points__isnull", False), _connector="OR"),
                        name="assessment_score_ranked_has_points",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("subject_kind__in", ["district", "street", "community", "grid", "worker", "agency"])
                        ),
                        name="assessment_score_subject_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScoreEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sequence", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("action", models.CharField(max_length=40)),
                ("payload", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ("salt", models.BinaryField(max_length=16)),
                ("digest", models.BinaryField(max_length=32)),
                ("previous", models.BinaryField(max_length=32)),
                ("hash", models.BinaryField(max_length=32)),
                (
                    "actor",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办理人",
                    ),
                ),
                (
                    "period",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="assessment.period",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("period", "sequence"), name="assessment_scoreevent_period_sequence")
                ],
            },
        ),
        migrations.CreateModel(
            name="ScoreItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("numerator", models.PositiveIntegerField()),
                ("denominator", models.PositiveIntegerField()),
                ("value", models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ("points", models.DecimalField(decimal_places=2, max_digits=6, null=True)),
                (
                    "indicator",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assessment.indicator",
                    ),
                ),
                (
                    "score",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="assessment.score",
                    ),
                ),
            ],
            options={
                "ordering": ["score", "indicator"],
                "constraints": [
                    models.UniqueConstraint(fields=("score", "indicator"), name="assessment_scoreitem_once"),
                    models.CheckConstraint(
                        condition=models.Q(("points__isnull", True), ("points__gte", 0), _connector="OR"),
                        name="assessment_scoreitem_points_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value__isnull", True), ("denominator__gt", 0), _connector="OR"),
                        name="assessment_scoreitem_value_has_base",
                    ),
                ],
            },
        ),
    ]
