import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.organisation.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("core", "0002_extensions"),
        ("grid", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PostKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=30, unique=True)),
                ("name", models.CharField(max_length=40, verbose_name="岗位")),
                ("name_en", models.CharField(max_length=60)),
                ("unit_kind", models.CharField(max_length=10)),
                ("single_holder", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Agency",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="代码")),
                ("name", models.CharField(max_length=80, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("centre", "中心"),
                            ("department", "部门"),
                            ("section", "科室"),
                            ("detachment", "派出机构"),
                            ("utility", "公用事业"),
                            ("property", "物业"),
                        ],
                        max_length=12,
                        verbose_name="类别",
                    ),
                ),
                (
                    "duties",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30), blank=True, default=list, size=None
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agencies",
                        to="grid.unit",
                        verbose_name="所属单元",
                    ),
                ),
            ],
            options={
                "verbose_name": "处置单位",
                "ordering": ["unit__tree_id", "unit__lft", "kind", "id"],
                "permissions": [("leg_handle", "leg_handle")],
                "default_permissions": (),
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["duties"], name="organisation_agency_duties")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "centre")), fields=("unit",), name="organisation_agency_one_centre"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="organisation_agency_name_given"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AgencyGroupObjectPermission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "content_object",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisation.agency"),
                ),
                ("group", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="auth.group")),
                ("permission", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="auth.permission")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AgencyUserObjectPermission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "content_object",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisation.agency"),
                ),
                ("permission", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="auth.permission")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RoleGrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("worker", "网格员"),
                            ("grid_leader", "网格长"),
                            ("station", "社区工作站"),
                            ("street_dispatcher", "街道调度员"),
                            ("district_dispatcher", "区调度员"),
                            ("agency_handler", "处置单位经办人"),
                            ("leader", "领导"),
                            ("assessor", "考核员"),
                            ("clerk", "台账员"),
                            ("unit_admin", "单元管理员"),
                            ("system_admin", "系统管理员"),
                            ("auditor", "审计员"),
                        ],
                        max_length=20,
                        verbose_name="角色",
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="起")),
                ("valid_to", models.DateField(null=True, verbose_name="止")),
                ("because", models.CharField(max_length=200, verbose_name="缘由")),
                ("granted_at", models.DateTimeField()),
                (
                    "agency",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="organisation.agency",
                    ),
                ),
                (
                    "granted_by",
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
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="grants", to="grid.unit"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="grants", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["user", "valid_from", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agency__isnull", False), ("role", "agency_handler"), ("unit__isnull", True)),
                            models.Q(
                                models.Q(("role", "agency_handler"), _negated=True),
                                ("agency__isnull", True),
                                ("unit__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="organisation_rolegrant_unit_or_agency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="organisation_rolegrant_dates_in_order",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("user", "="),
                            ("role", "="),
                            (models.Func(models.F("unit"), 0, function="COALESCE"), "="),
                            (models.Func(models.F("agency"), 0, function="COALESCE"), "="),
                            (apps.organisation.models.DateRange("valid_from", "valid_to"), "&&"),
                        ],
                        name="organisation_rolegrant_no_overlap",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GrantEvent",
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grant_events",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="organisation.rolegrant"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "sequence"), name="organisation_grantevent_user_sequence")
                ],
            },
        ),
        migrations.CreateModel(
            name="Staffing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("single_holder", models.BooleanField(default=False, editable=False)),
                ("valid_from", models.DateField(verbose_name="起")),
                ("valid_to", models.DateField(null=True, verbose_name="止")),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisation.postkind"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="staffings", to="grid.unit"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="staffings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["unit", "post", "valid_from"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="organisation_staffing_dates_in_order",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("single_holder", True)),
                        expressions=[
                            ("unit", "="),
                            ("post", "="),
                            (apps.organisation.models.DateRange("valid_from", "valid_to"), "&&"),
                        ],
                        name="organisation_staffing_one_holder",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("user", "="),
                            ("unit", "="),
                            ("post", "="),
                            (apps.organisation.models.DateRange("valid_from", "valid_to"), "&&"),
                        ],
                        name="organisation_staffing_no_overlap",
                    ),
                ],
            },
        ),
        migrations.AlterUniqueTogether(
            name="agencygroupobjectpermission",
            unique_together={("group", "permission", "content_object")},
        ),
        migrations.AlterUniqueTogether(
            name="agencyuserobjectpermission",
            unique_together={("user", "permission", "content_object")},
        ),
    ]
