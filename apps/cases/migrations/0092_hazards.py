import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("cases", "0091_joint_meetings"),
        ("grid", "0003_announce_permission"),
        ("organisation", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="HazardListing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(help_text="the first, second … on this case")),
                (
                    "level",
                    models.CharField(
                        choices=[("city", "市级挂牌"), ("district", "区级挂牌"), ("street", "街镇级挂牌")],
                        max_length=10,
                    ),
                ),
                ("demand", models.TextField(max_length=2000, verbose_name="隐患和整改要求")),
                ("party", models.CharField(max_length=80, verbose_name="整改责任单位")),
                ("due_on", models.DateField(verbose_name="整改期限")),
                ("listed_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("finding", models.TextField(blank=True, max_length=2000, verbose_name="验收意见")),
                (
                    "accepted_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.agency",
                        verbose_name="督办单位",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hazard_listings",
                        to="cases.case",
                    ),
                ),
                (
                    "listed_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["case", "number"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("accepted_at__isnull", True)),
                        fields=["due_on", "id"],
                        name="cases_hazardlisting_standing",
                    ),
                    models.Index(
                        condition=models.Q(("accepted_at__isnull", False)),
                        fields=["-accepted_at", "-id"],
                        name="cases_hazardlisting_accepted",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "number"), name="cases_hazardlisting_case_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("accepted_at__isnull", True)),
                        fields=("case",),
                        name="cases_hazardlisting_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("demand__gt", ""), ("party__gt", "")),
                        name="cases_hazardlisting_demand_and_party_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("accepted_at__isnull", True), ("accepted_by__isnull", True), ("finding", "")),
                            models.Q(
                                ("accepted_at__gte", models.F("listed_at")),
                                ("accepted_by__isnull", False),
                                ("finding__gt", ""),
                            ),
                            _connector="OR",
                        ),
                        name="cases_hazardlisting_accepted_whole",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="hazard",
            field=models.BooleanField(db_default=False, default=False, help_text="publicly listed as a major hazard"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("hazard", True), ("open", True)),
                fields=["district", "due_at", "id"],
                name="cases_case_hazard",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("hazard", False), ("open", True), _connector="OR"),
                name="cases_case_hazard_while_open",
            ),
        ),
    ]
