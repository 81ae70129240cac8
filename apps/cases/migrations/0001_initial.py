import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("grid", "0002_tree_version"),
        ("organisation", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="Category",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=60, unique=True, verbose_name="代码")),
                ("scheme", models.CharField(max_length=20)),
                ("kind", models.CharField(max_length=12)),
                ("code", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=80, verbose_name="类别")),
                ("name_en", models.CharField(max_length=160)),
                ("level", models.PositiveSmallIntegerField()),
                ("is_leaf", models.BooleanField(default=False)),
                (
                    "urgency",
                    models.CharField(choices=[("normal", "一般"), ("urgent", "紧急")], default="normal", max_length=10),
                ),
                ("on_the_spot", models.BooleanField(default=False)),
                (
                    "evidence",
                    models.CharField(
                        choices=[
                            ("none", "不要求"),
                            ("photo_before", "处置前照片"),
                            ("photo_after", "处置后照片"),
                            ("both", "处置前后照片"),
                        ],
                        default="none",
                        max_length=14,
                    ),
                ),
                ("duty", models.CharField(blank=True, max_length=30)),
                ("icon", models.CharField(blank=True, max_length=40)),
                ("active", models.BooleanField(default=True)),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="cases.category",
                    ),
                ),
            ],
            options={
                "verbose_name": "案件类别",
                "ordering": ["scheme", "kind", "code"],
                "constraints": [
                    models.UniqueConstraint(fields=("scheme", "kind", "code"), name="cases_category_scheme_kind_code"),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="cases_category_name_given"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Case",
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
                ("number", models.CharField(max_length=20, unique=True, verbose_name="编号")),
                ("client_id", models.UUIDField(null=True, unique=True)),
                ("title", models.CharField(max_length=80, verbose_name="标题")),
                ("description", models.TextField(blank=True, max_length=2000, verbose_name="情况说明")),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2), default=list, editable=False, size=None
                    ),
                ),
                (
                    "urgency",
                    models.CharField(choices=[("normal", "一般"), ("urgent", "紧急")], default="normal", max_length=10),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("patrol", "网格巡查"),
                            ("log", "网格日志"),
                            ("inspection", "检查发现"),
                            ("joint_patrol", "联合巡查"),
                            ("supervisor", "督导巡查"),
                            ("video", "视频巡逻"),
                            ("hotline_12345", "12345 热线"),
                            ("hotline_12319", "12319 热线"),
                            ("media", "媒体"),
                            ("opinion", "舆情"),
                            ("emergency_110", "110 联动"),
                            ("petition", "信访"),
                            ("service_hall", "服务大厅"),
                            ("leaders_line", "领导公开电话"),
                            ("letter_box", "居民信箱"),
                            ("portal", "居民上报"),
                            ("wechat", "微信"),
                            ("department", "部门转办"),
                            ("upper_level", "上级交办"),
                            ("deputies", "代表委员"),
                            ("third_party", "第三方检查"),
                            ("open311", "Open311"),
                        ],
                        default="patrol",
                        max_length=20,
                        verbose_name="来源",
                    ),
                ),
                ("source_number", models.CharField(max_length=60, null=True)),
                ("lon", models.FloatField(verbose_name="经度")),
                ("lat", models.FloatField(verbose_name="纬度")),
                ("address", models.CharField(blank=True, max_length=160, verbose_name="地点")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reported", "待受理"),
                            ("refused", "不予受理"),
                            ("registered", "待派遣"),
                            ("dispatched", "处置中"),
                            ("handled", "待核查"),
                            ("verified", "待结案"),
                            ("suspended", "挂起"),
                            ("merged", "已合并"),
                            ("closed", "已结案"),
                        ],
                        default="reported",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "suspended_from",
                    models.CharField(
                        choices=[
                            ("reported", "待受理"),
                            ("refused", "不予受理"),
                            ("registered", "待派遣"),
                            ("dispatched", "处置中"),
                            ("handled", "待核查"),
                            ("verified", "待结案"),
                            ("suspended", "挂起"),
                            ("merged", "已合并"),
                            ("closed", "已结案"),
                        ],
                        max_length=10,
                        null=True,
                    ),
                ),
                ("review_on", models.DateField(null=True, verbose_name="复核日期")),
                ("open", models.BooleanField(default=True)),
                ("due_at", models.DateTimeField(null=True, verbose_name="时限")),
                (
                    "card",
                    models.CharField(
                        blank=True, choices=[("", "无"), ("yellow", "黄牌"), ("red", "红牌")], default="", max_length=6
                    ),
                ),
                ("supervised", models.BooleanField(default=False)),
                ("version", models.PositiveIntegerField(default=1)),
                ("settled_kind", models.CharField(blank=True, max_length=10)),
                ("rework_count", models.PositiveSmallIntegerField(default=0)),
                ("return_count", models.PositiveSmallIntegerField(default=0)),
                ("reopen_count", models.PositiveSmallIntegerField(default=0)),
                ("solved", models.BooleanField(null=True)),
                ("satisfied", models.BooleanField(null=True)),
                ("reported_at", models.DateTimeField(verbose_name="上报时间")),
                ("registered_at", models.DateTimeField(null=True)),
                ("dispatched_at", models.DateTimeField(null=True)),
                ("handled_at", models.DateTimeField(null=True)),
                ("verified_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("handling_due_at", models.DateTimeField(null=True)),
                ("handled_in_time", models.BooleanField(null=True)),
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
                    "handled_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "handler",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.agency",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.agency",
                        verbose_name="持有单位",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="merged", to="cases.case"
                    ),
                ),
                (
                    "reporter",
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
                    "supervisor",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.agency",
                    ),
                ),
                (
                    "worker",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.category",
                        verbose_name="类别",
                    ),
                ),
            ],
            options={
                "verbose_name": "案件",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("open", True)),
                        fields=["district", "due_at", "id"],
                        name="cases_case_district_open",
                    ),
                    models.Index(
                        condition=models.Q(("open", True)),
                        fields=["street", "due_at", "id"],
                        name="cases_case_street_open",
                    ),
                    models.Index(
                        condition=models.Q(("open", True)),
                        fields=["community", "due_at", "id"],
                        name="cases_case_community_open",
                    ),
                    models.Index(
                        condition=models.Q(("open", True)), fields=["grid", "due_at", "id"], name="cases_case_grid_open"
                    ),
                    models.Index(
                        condition=models.Q(("open", True)),
                        fields=["holder", "due_at", "id"],
                        name="cases_case_holder_open",
                    ),
                    models.Index(
                        condition=models.Q(("open", True)),
                        fields=["district", "state", "due_at", "id"],
                        name="cases_case_district_state",
                    ),
                    models.Index(
                        condition=models.Q(("open", True)),
                        fields=["street", "state", "due_at", "id"],
                        name="cases_case_street_state",
                    ),
                    models.Index(
                        condition=models.Q(("open", True)),
                        fields=["community", "state", "due_at", "id"],
                        name="cases_case_community_state",
                    ),
                    models.Index(
                        condition=models.Q(("open", True)),
                        fields=["grid", "state", "due_at", "id"],
                        name="cases_case_grid_state",
                    ),
                    models.Index(
                        condition=models.Q(("open", True)),
                        fields=["holder", "state", "due_at", "id"],
                        name="cases_case_holder_state",
                    ),
                    models.Index(
                        condition=models.Q(("open", False)),
                        fields=["district", "-closed_at", "-id"],
                        name="cases_case_district_closed",
                    ),
                    models.Index(
                        condition=models.Q(("open", False)),
                        fields=["street", "-closed_at", "-id"],
                        name="cases_case_street_closed",
                    ),
                    models.Index(
                        condition=models.Q(("open", False)),
                        fields=["community", "-closed_at", "-id"],
                        name="cases_case_community_closed",
                    ),
                    models.Index(
                        condition=models.Q(("open", False)),
                        fields=["grid", "-closed_at", "-id"],
                        name="cases_case_grid_closed",
                    ),
                    models.Index(fields=["category", "-reported_at"], name="cases_case_category_recent"),
                    models.Index(fields=["category", "lat", "lon"], name="cases_case_category_point"),
                    models.Index(fields=["reporter", "-reported_at"], name="cases_case_reporter_recent"),
                    models.Index(fields=["district", "reported_at"], name="cases_case_district_reported"),
                    django.contrib.postgres.indexes.GinIndex(fields=["words"], name="cases_case_words"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("grid__isnull", True), ("community__isnull", False), _connector="OR"),
                            models.Q(("community__isnull", True), ("street__isnull", False), _connector="OR"),
                        ),
                        name="cases_case_path_without_hole",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("source_number__isnull", False)),
                        fields=("source", "source_number"),
                        name="cases_case_source_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("open", True),
                                (
                                    "state__in",
                                    ["dispatched", "handled", "registered", "reported", "suspended", "verified"],
                                ),
                            ),
                            models.Q(
                                ("open", False),
                                models.Q(
                                    (
                                        "state__in",
                                        ["dispatched", "handled", "registered", "reported", "suspended", "verified"],
                                    ),
                                    _negated=True,
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="cases_case_open_fits_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", True),
                                ("due_at__isnull", False),
                                ("holder__isnull", False),
                                ("open", True),
                            ),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("due_at__isnull", True),
                                ("holder__isnull", True),
                                ("open", False),
                            ),
                            _connector="OR",
                        ),
                        name="cases_case_held_while_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("review_on__isnull", False), ("state", "suspended"), ("suspended_from__isnull", False)
                            ),
                            models.Q(models.Q(("state", "suspended"), _negated=True), ("suspended_from__isnull", True)),
                            _connector="OR",
                        ),
                        name="cases_case_suspension_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("merged_into__isnull", False), ("state", "merged")),
                            models.Q(models.Q(("state", "merged"), _negated=True), ("merged_into__isnull", True)),
                            _connector="OR",
                        ),
                        name="cases_case_merged_into",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("lat__gte", -90), ("lat__lte", 90), ("lon__gte", -180), ("lon__lte", 180)),
                        name="cases_case_point_on_earth",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True), name="cases_case_title_given"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Leg",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sequence", models.PositiveSmallIntegerField()),
                (
                    "role",
                    models.CharField(choices=[("lead", "主办"), ("assist", "协办")], default="lead", max_length=6),
                ),
                ("stage", models.CharField(max_length=12)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "待接收"),
                            ("accepted", "办理中"),
                            ("returned", "已退回"),
                            ("fed_back", "已反馈"),
                            ("failed", "核查未通过"),
                            ("ended", "已结束"),
                        ],
                        max_length=8,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("due_at", models.DateTimeField()),
                ("in_time", models.BooleanField(null=True)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("opened_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
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
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="legs", to="cases.case"
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
                    "handled_by",
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
                "ordering": ["case", "sequence"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["accepted", "offered"])),
                        fields=["agency", "due_at", "id"],
                        name="cases_leg_agency_open",
                    ),
                    models.Index(fields=["agency", "ended_at"], name="cases_leg_agency_ended"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "sequence"), name="cases_leg_case_sequence"),
                    models.UniqueConstraint(
                        condition=models.Q(("role", "lead"), ("state__in", ["accepted", "offered"])),
                        fields=("case",),
                        name="cases_leg_one_open_lead",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["accepted", "offered"])),
                        fields=("case", "agency"),
                        name="cases_leg_one_open_per_agency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state__in", ["accepted", "offered"])),
                            models.Q(
                                models.Q(("state__in", ["accepted", "offered"]), _negated=True),
                                ("ended_at__gte", models.F("opened_at")),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="cases_leg_ended_when_done",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseEvent",
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
                    "from_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reported", "待受理"),
                            ("refused", "不予受理"),
                            ("registered", "待派遣"),
                            ("dispatched", "处置中"),
                            ("handled", "待核查"),
                            ("verified", "待结案"),
                            ("suspended", "挂起"),
                            ("merged", "已合并"),
                            ("closed", "已结案"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("reported", "待受理"),
                            ("refused", "不予受理"),
                            ("registered", "待派遣"),
                            ("dispatched", "处置中"),
                            ("handled", "待核查"),
                            ("verified", "待结案"),
                            ("suspended", "挂起"),
                            ("merged", "已合并"),
                            ("closed", "已结案"),
                        ],
                        max_length=10,
                    ),
                ),
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
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="cases.case",
                    ),
                ),
                (
                    "leg",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.leg",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case", "sequence"), name="cases_caseevent_case_sequence")
                ],
            },
        ),
    ]
