import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("cases", "0043_orders_and_requests"),
        ("grid", "0003_announce_permission"),
        ("organisation", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=30, verbose_name="名称")),
                ("query", models.CharField(max_length=600)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "我的筛选",
                "ordering": ["user", "name"],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "name"), name="cases_savedfilter_user_name"),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="cases_savedfilter_name_given"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StandardReply",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("action", models.CharField(blank=True, max_length=20, verbose_name="用于")),
                ("text", models.CharField(max_length=300, verbose_name="内容")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="次序")),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grid.unit",
                        verbose_name="单元",
                    ),
                ),
            ],
            options={
                "verbose_name": "常用语",
                "ordering": ["unit", "position", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("unit", "action", "text"), name="cases_standardreply_once"),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="cases_standardreply_text_given"
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["lat", "lon"], name="cases_case_point"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("address", ""), _negated=True),
                fields=["address", "-reported_at"],
                name="cases_case_address_recent",
            ),
        ),
    ]
