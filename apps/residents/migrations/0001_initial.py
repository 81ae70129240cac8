import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.core.crypto
import apps.organisation.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("grid", "0002_tree_version"),
    ]

    operations = [
        migrations.CreateModel(
            name="Dwelling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client_id", models.UUIDField(null=True, unique=True)),
                ("building", models.CharField(max_length=60, verbose_name="楼栋")),
                ("entrance", models.CharField(blank=True, max_length=20, verbose_name="单元")),
                ("room", models.CharField(max_length=20, verbose_name="室号")),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2), default=list, editable=False, size=None
                    ),
                ),
                ("created_at", models.DateTimeField()),
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
                    "created_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "verbose_name": "住所",
                "indexes": [
                    models.Index(fields=["street"], name="residents_dwelling_street"),
                    models.Index(fields=["community"], name="residents_dwelling_community"),
                    django.contrib.postgres.indexes.GinIndex(fields=["words"], name="residents_dwelling_words"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("grid", "building", "entrance", "room"), name="residents_dwelling_address"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("grid__isnull", False)), name="residents_dwelling_in_a_grid"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("building", ""), _negated=True), models.Q(("room", ""), _negated=True)
                        ),
                        name="residents_dwelling_address_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("grid__isnull", True), ("community__isnull", False), _connector="OR"),
                            models.Q(("community__isnull", True), ("street__isnull", False), _connector="OR"),
                        ),
                        name="residents_dwelling_path_without_hole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Person",
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
                ("name", models.CharField(max_length=60, verbose_name="姓名")),
                ("name_key", models.CharField(editable=False, max_length=200)),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2), default=list, editable=False, size=None
                    ),
                ),
                (
                    "document",
                    models.CharField(
                        choices=[("id_card", "居民身份证"), ("passport", "护照")],
                        default="id_card",
                        max_length=10,
                        verbose_name="证件类型",
                    ),
                ),
                ("identity", apps.core.crypto.EncryptedTextField(blank=True, null=True, verbose_name="证件号码")),
                ("identity_hash", models.BinaryField(max_length=33, unique=True)),
                (
                    "sex",
                    models.CharField(choices=[("male", "男"), ("female", "女")], max_length=6, verbose_name="性别"),
                ),
                ("birth_date", models.DateField(verbose_name="出生日期")),
                ("phone", apps.core.crypto.EncryptedTextField(blank=True, null=True, verbose_name="电话")),
                ("phone_hash", models.BinaryField(max_length=33, null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
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
                "verbose_name": "居民",
                "indexes": [
                    models.Index(fields=["name_key", "id"], name="residents_person_name"),
                    models.Index(fields=["birth_date", "id"], name="residents_person_birth"),
                    models.Index(
                        condition=models.Q(("phone_hash__isnull", False)),
                        fields=["phone_hash"],
                        name="residents_person_phone",
                    ),
                    django.contrib.postgres.indexes.GinIndex(fields=["words"], name="residents_person_words"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="residents_person_name_given"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("document__in", ["id_card", "passport"]), ("sex__in", ["male", "female"])),
                        name="residents_person_choices",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("phone__isnull", True), ("phone_hash__isnull", True)),
                            models.Q(("phone__isnull", False), ("phone_hash__isnull", False)),
                            _connector="OR",
                        ),
                        name="residents_person_phone_with_hash",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Household",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client_id", models.UUIDField(null=True, unique=True)),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dwelling",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="households", to="residents.dwelling"
                    ),
                ),
                (
                    "head",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residents.person",
                        verbose_name="户主",
                    ),
                ),
            ],
            options={
                "verbose_name": "住户",
                "constraints": [
                    models.UniqueConstraint(fields=("dwelling", "id"), name="residents_household_dwelling_id"),
                    models.UniqueConstraint(
                        condition=models.Q(("head__isnull", False)),
                        fields=("dwelling", "head"),
                        name="residents_household_head_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Residence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client_id", models.UUIDField(null=True, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("registered", "户籍"),
                            ("floating", "流动"),
                            ("overseas", "境外"),
                            ("left_behind", "留守"),
                        ],
                        max_length=12,
                        verbose_name="居住类型",
                    ),
                ),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("head", "户主"),
                            ("spouse", "配偶"),
                            ("child", "子女"),
                            ("parent", "父母"),
                            ("grandchild", "孙子女"),
                            ("grandparent", "祖父母"),
                            ("sibling", "兄弟姐妹"),
                            ("relative", "其他亲属"),
                            ("other", "非亲属"),
                        ],
                        max_length=12,
                        verbose_name="与户主关系",
                    ),
                ),
                ("since", models.DateField(verbose_name="入住日期")),
                ("until", models.DateField(null=True, verbose_name="迁出日期")),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dwelling",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="residences", to="residents.dwelling"
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="residences", to="residents.household"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="residences", to="residents.person"
                    ),
                ),
            ],
            options={
                "verbose_name": "居住",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["registered", "floating", "overseas", "left_behind"]),
                            (
                                "relation__in",
                                [
                                    "head",
                                    "spouse",
                                    "child",
                                    "parent",
                                    "grandchild",
                                    "grandparent",
                                    "sibling",
                                    "relative",
                                    "other",
                                ],
                            ),
                        ),
                        name="residents_residence_choices",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"),
                        name="residents_residence_dates_in_order",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "registered"), ("until__isnull", True)),
                        fields=("person",),
                        name="residents_residence_one_registered",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("relation", "head"), ("until__isnull", True)),
                        fields=("household",),
                        name="residents_residence_one_head",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("person", "="),
                            ("dwelling", "="),
                            (apps.organisation.models.DateRange("since", "until"), "&&"),
                        ],
                        name="residents_residence_no_overlap",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("kind", "registered")),
                        expressions=[("person", "="), (apps.organisation.models.DateRange("since", "until"), "&&")],
                        name="residents_residence_registered_no_overlap",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ResidentEvent",
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
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="residents.person"
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
                "indexes": [models.Index(fields=["action", "-at", "-id"], name="residents_event_action_at")],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "sequence"), name="residents_event_person_sequence"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("grid__isnull", True), ("community__isnull", False), _connector="OR"),
                            models.Q(("community__isnull", True), ("street__isnull", False), _connector="OR"),
                        ),
                        name="residents_residentevent_path_without_hole",
                    ),
                ],
            },
        ),
    ]
