import django.db.models.deletion
import mptt.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Unit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=15, unique=True, verbose_name="代码")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("name_key", models.CharField(default="", editable=False, max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[("district", "区"), ("street", "街道"), ("community", "社区"), ("grid", "网格")],
                        max_length=10,
                        verbose_name="层级",
                    ),
                ),
                (
                    "grid_type",
                    models.CharField(
                        blank=True,
                        choices=[("basic", "基础网格"), ("dedicated", "专属网格")],
                        max_length=10,
                        null=True,
                        verbose_name="网格类型",
                    ),
                ),
                ("households", models.PositiveIntegerField(default=0, verbose_name="户数")),
                ("opened_on", models.DateField(verbose_name="启用日期")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="停用日期")),
                ("lft", models.PositiveIntegerField(editable=False)),
                ("rght", models.PositiveIntegerField(editable=False)),
                ("tree_id", models.PositiveIntegerField(db_index=True, editable=False)),
                ("level", models.PositiveIntegerField(editable=False)),
                (
                    "parent",
                    mptt.fields.TreeForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="grid.unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "层级单元",
                "ordering": ["tree_id", "lft"],
                "permissions": [
                    ("unit_view", "unit_view"),
                    ("boundary_edit", "boundary_edit"),
                    ("staff_manage", "staff_manage"),
                    ("case_view", "case_view"),
                    ("case_report", "case_report"),
                    ("case_register", "case_register"),
                    ("case_settle", "case_settle"),
                    ("case_dispatch", "case_dispatch"),
                    ("case_escalate", "case_escalate"),
                    ("case_verify", "case_verify"),
                    ("case_close", "case_close"),
                    ("case_suspend", "case_suspend"),
                    ("case_extend", "case_extend"),
                    ("case_supervise", "case_supervise"),
                    ("case_comment", "case_comment"),
                    ("log_file", "log_file"),
                    ("log_view", "log_view"),
                    ("log_review", "log_review"),
                    ("resident_view", "resident_view"),
                    ("resident_edit", "resident_edit"),
                    ("resident_reveal", "resident_reveal"),
                    ("score_view", "score_view"),
                    ("score_run", "score_run"),
                    ("score_publish", "score_publish"),
                    ("system_manage", "system_manage"),
                    ("audit_view", "audit_view"),
                ],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["tree_id", "lft"], name="grid_unit_tree"),
                    models.Index(fields=["kind", "name_key"], name="grid_unit_kind_name"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("code__regex", "^\\d{6}$"), ("kind", "district")),
                            models.Q(("code__regex", "^\\d{9}$"), ("kind", "street")),
                            models.Q(("code__regex", "^\\d{12}$"), ("kind", "community")),
                            models.Q(("code__regex", "^\\d{15}$"), ("kind", "grid")),
                            _connector="OR",
                        ),
                        name="grid_unit_code_fits_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "district"), ("parent__isnull", True)),
                            models.Q(models.Q(("kind", "district"), _negated=True), ("parent__isnull", False)),
                            _connector="OR",
                        ),
                        name="grid_unit_only_district_is_root",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("grid_type__isnull", False), ("kind", "grid")),
                            models.Q(models.Q(("kind", "grid"), _negated=True), ("grid_type__isnull", True)),
                            _connector="OR",
                        ),
                        name="grid_unit_grid_type",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_on__isnull", True), ("closed_on__gte", models.F("opened_on")), _connector="OR"
                        ),
                        name="grid_unit_closed_after_opened",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="grid_unit_name_given"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Boundary",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("geometry", models.JSONField()),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "草案"), ("published", "生效"), ("ended", "历史")], max_length=10
                    ),
                ),
                ("synthetic", models.BooleanField(default=False)),
                ("area", models.DecimalField(decimal_places=1, help_text="m², geodesic", max_digits=14)),
                ("perimeter", models.DecimalField(decimal_places=1, help_text="m, geodesic", max_digits=12)),
                ("valid_from", models.DateTimeField(null=True)),
                ("valid_to", models.DateTimeField(null=True)),
                ("drawn_at", models.DateTimeField()),
                ("because", models.CharField(blank=True, max_length=200)),
                (
                    "drawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="boundaries", to="grid.unit"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "published")), fields=("unit",), name="grid_boundary_one_published"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "draft")), fields=("unit",), name="grid_boundary_one_draft"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "draft"), ("valid_from__isnull", True), ("valid_to__isnull", True)),
                            models.Q(("state", "published"), ("valid_from__isnull", False), ("valid_to__isnull", True)),
                            models.Q(
                                ("state", "ended"),
                                ("valid_from__isnull", False),
                                ("valid_to__gte", models.F("valid_from")),
                                ("valid_to__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="grid_boundary_dates_fit_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("area__gt", 0), ("perimeter__gt", 0)), name="grid_boundary_has_area"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UnitFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("because", models.CharField(max_length=200)),
                (
                    "parent",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grid.unit"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="facts", to="grid.unit"
                    ),
                ),
            ],
            options={
                "ordering": ["unit", "valid_from"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("valid_to__isnull", True)),
                        fields=("unit",),
                        name="grid_unitfact_one_present",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="grid_unitfact_dates_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UnitGroupObjectPermission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content_object", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="grid.unit")),
                ("group", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="auth.group")),
                ("permission", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="auth.permission")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="UnitUserObjectPermission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content_object", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="grid.unit")),
                ("permission", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="auth.permission")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AlterUniqueTogether(
            name="unitgroupobjectpermission",
            unique_together={("group", "permission", "content_object")},
        ),
        migrations.AlterUniqueTogether(
            name="unituserobjectpermission",
            unique_together={("user", "permission", "content_object")},
        ),
    ]
