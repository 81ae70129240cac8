"""Categories change by dated versions that a trigger keeps from being edited."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FIXED = """
    CREATE FUNCTION cases_categoryversion_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' OR OLD.applied_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL
           OR to_jsonb(OLD) - ARRAY['applied_at', 'withdrawn_at', 'withdrawn_by_id']
              IS DISTINCT FROM to_jsonb(NEW) - ARRAY['applied_at', 'withdrawn_at', 'withdrawn_by_id'] THEN
            RAISE EXCEPTION 'cases_categoryversion_fixed: a version is put into force or withdrawn, never edited'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER cases_categoryversion_fixed BEFORE UPDATE OR DELETE ON cases_categoryversion
        FOR EACH ROW EXECUTE FUNCTION cases_categoryversion_fixed();
"""
FIXED_REVERSE = """
    DROP TRIGGER cases_categoryversion_fixed ON cases_categoryversion;
    DROP FUNCTION cases_categoryversion_fixed();
"""


class Migration(migrations.Migration):
    """Work standard and self-government of a category, and its versions."""

    dependencies = [
        ("cases", "0113_screenings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="category",
            name="self_governed",
            field=models.BooleanField(db_default=False, default=False, verbose_name="可居民自治"),
        ),
        migrations.AddField(
            model_name="category",
            name="standard",
            field=models.TextField(blank=True, db_default="", default="", max_length=2000, verbose_name="工作标准"),
        ),
        migrations.AlterField(
            model_name="category",
            name="active",
            field=models.BooleanField(default=True, verbose_name="启用"),
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
                verbose_name="证据要求",
            ),
        ),
        migrations.AlterField(
            model_name="category",
            name="name_en",
            field=models.CharField(max_length=160, verbose_name="英文名称"),
        ),
        migrations.AlterField(
            model_name="category",
            name="on_the_spot",
            field=models.BooleanField(default=False, verbose_name="可当场处置"),
        ),
        migrations.AlterField(
            model_name="category",
            name="urgency",
            field=models.CharField(
                choices=[("normal", "一般"), ("urgent", "紧急")],
                default="normal",
                max_length=10,
                verbose_name="紧急程度",
            ),
        ),
        migrations.CreateModel(
            name="CategoryVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="类别")),
                ("name_en", models.CharField(max_length=160, verbose_name="英文名称")),
                (
                    "urgency",
                    models.CharField(
                        choices=[("normal", "一般"), ("urgent", "紧急")],
                        default="normal",
                        max_length=10,
                        verbose_name="紧急程度",
                    ),
                ),
                ("on_the_spot", models.BooleanField(default=False, verbose_name="可当场处置")),
                (
                    "evidence",
                    models.CharField(
                        choices=[
                            ("none", "不要求"),
                            ("photo_before", "处置前照片"),
                            ("photo_after", "处置后照片"),
                            ("both", "处置前后照片"),
                            ("mediation", "调解结果"),
                        ],
                        default="none",
                        max_length=14,
                        verbose_name="证据要求",
                    ),
                ),
                ("self_governed", models.BooleanField(db_default=False, default=False, verbose_name="可居民自治")),
                (
                    "standard",
                    models.TextField(blank=True, db_default="", default="", max_length=2000, verbose_name="工作标准"),
                ),
                ("active", models.BooleanField(default=True, verbose_name="启用")),
                ("effective_from", models.DateField(verbose_name="生效日")),
                ("because", models.CharField(max_length=200, verbose_name="理由")),
                ("written_at", models.DateTimeField()),
                ("applied_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="cases.category"
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "written_by",
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
                "ordering": ["category", "effective_from", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("applied_at__isnull", True), ("withdrawn_at__isnull", True)),
                        fields=["effective_from"],
                        name="cases_categoryversion_planned",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("applied_at__isnull", True), ("withdrawn_at__isnull", True)),
                        fields=("category",),
                        name="cases_categoryversion_one_planned",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="cases_categoryversion_name_given"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("because", ""), _negated=True), name="cases_categoryversion_because_given"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("urgency__in", ["normal", "urgent"])), name="cases_categoryversion_urgency"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("evidence__in", ["none", "photo_before", "photo_after", "both", "mediation"])
                        ),
                        name="cases_categoryversion_evidence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("applied_at__isnull", True), ("withdrawn_at__isnull", True), _connector="OR"
                        ),
                        name="cases_categoryversion_applied_or_withdrawn",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)),
                            models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="cases_categoryversion_withdrawn_by_somebody",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FIXED, FIXED_REVERSE),
    ]
