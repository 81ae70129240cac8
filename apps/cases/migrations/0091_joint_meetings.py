import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("cases", "0090_special_list"),
        ("grid", "0003_announce_permission"),
        ("organisation", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="JointMeeting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("week", models.DateField(help_text="the Monday of the week it is for", verbose_name="周")),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("held_on", models.DateField(null=True, verbose_name="会议日期")),
                ("chair", models.CharField(blank=True, max_length=60, verbose_name="主持人")),
                ("attended", models.CharField(blank=True, max_length=500, verbose_name="参会单位和人员")),
                ("summary", models.TextField(blank=True, max_length=4000, verbose_name="会议纪要")),
                ("recorded_at", models.DateTimeField(null=True)),
                (
                    "opened_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grid.unit"
                    ),
                ),
            ],
            options={
                "ordering": ["-week", "-id"],
                "indexes": [models.Index(fields=["-week", "-id"], name="cases_jointmeeting_recent")],
                "constraints": [
                    models.UniqueConstraint(fields=("unit", "week"), name="cases_jointmeeting_unit_week"),
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("unit",),
                        name="cases_jointmeeting_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("week__iso_week_day", 1)), name="cases_jointmeeting_week_on_monday"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at__isnull", True), ("closed_at__gte", models.F("opened_at")), _connector="OR"
                        ),
                        name="cases_jointmeeting_closed_after_opening",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("held_on__isnull", True),
                                ("recorded_at__isnull", True),
                                ("recorded_by__isnull", True),
                                ("attended", ""),
                                ("chair", ""),
                                ("summary", ""),
                            ),
                            models.Q(
                                ("chair__gt", ""),
                                ("held_on__isnull", False),
                                ("recorded_at__isnull", False),
                                ("recorded_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="cases_jointmeeting_minutes_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MeetingItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(help_text="its place on the list")),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("special", "专案"),
                            ("ladder", "严重超时"),
                            ("suspended", "挂起"),
                            ("returned", "两次退回"),
                            ("overdue", "超时红牌"),
                            ("back", "上次未解决"),
                            ("hand", "提交研究"),
                        ],
                        max_length=10,
                    ),
                ),
                ("because", models.TextField(blank=True, max_length=2000, verbose_name="提交理由")),
                ("added_at", models.DateTimeField()),
                ("returns", models.PositiveSmallIntegerField(default=0, help_text="how often it came back unresolved")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("listed", "待议"),
                            ("decided", "待落实"),
                            ("resolved", "已办结"),
                            ("back", "转入下次"),
                            ("ended", "随案办结"),
                        ],
                        default="listed",
                        max_length=10,
                    ),
                ),
                ("decision", models.TextField(blank=True, max_length=2000, verbose_name="会议决定")),
                ("due_on", models.DateField(null=True, verbose_name="完成期限")),
                ("decided_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("result", models.TextField(blank=True, max_length=2000, verbose_name="办结情况")),
                (
                    "added_by",
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
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.agency",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="meeting_items",
                        to="cases.case",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "leader",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="cases.jointmeeting",
                    ),
                ),
            ],
            options={
                "ordering": ["meeting", "number"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "decided")),
                        fields=["agency", "due_on"],
                        name="cases_meetingitem_due",
                    ),
                    models.Index(fields=["case", "id"], name="cases_meetingitem_case"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("meeting", "number"), name="cases_meetingitem_meeting_number"),
                    models.UniqueConstraint(fields=("meeting", "case"), name="cases_meetingitem_meeting_case"),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["listed", "decided"])),
                        fields=("case",),
                        name="cases_meetingitem_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("why", "hand"), _negated=True),
                            models.Q(("added_by__isnull", False), ("because__gt", "")),
                            _connector="OR",
                        ),
                        name="cases_meetingitem_by_hand_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("agency__isnull", True),
                                ("decision", ""),
                                ("due_on__isnull", True),
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                                models.Q(("state", "decided"), _negated=True),
                            ),
                            models.Q(
                                ("agency__isnull", False),
                                ("decision__gt", ""),
                                ("due_on__isnull", False),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                models.Q(("state", "listed"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="cases_meetingitem_decided_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state__in", ["listed", "decided"])),
                            models.Q(
                                models.Q(("state__in", ["listed", "decided"]), _negated=True),
                                ("ended_at__gte", models.F("added_at")),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="cases_meetingitem_ended_when_over",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_by__isnull", False), ("result__gt", ""), ("state", "resolved")),
                            models.Q(models.Q(("state", "resolved"), _negated=True), ("result", "")),
                            _connector="OR",
                        ),
                        name="cases_meetingitem_resolved_whole",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="tabled",
            field=models.BooleanField(db_default=False, default=False, help_text="on the list of a joint meeting"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("tabled", False), ("open", True), _connector="OR"),
                name="cases_case_tabled_while_open",
            ),
        ),
    ]
