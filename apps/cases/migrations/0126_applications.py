from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0120_follow_ups"),
    ]

    operations = [
        migrations.AddField(
            model_name="category",
            name="application",
            field=models.BooleanField(db_default=False, default=False, verbose_name="可申办事项"),
        ),
        migrations.AddField(
            model_name="categoryversion",
            name="application",
            field=models.BooleanField(db_default=False, default=False, verbose_name="可申办事项"),
        ),
        migrations.AlterField(
            model_name="publication",
            name="how",
            field=models.CharField(
                choices=[("spot", "当场处置"), ("at_once", "当场办结"), ("handled", "派遣处置")], max_length=8
            ),
        ),
    ]
