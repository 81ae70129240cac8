"""Who answers for which category becomes dated rules that a trigger keeps from being edited."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.organisation.models

FIXED = """
    CREATE FUNCTION cases_routingrule_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION 'cases_routingrule_fixed: a rule is ended, never deleted'
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.ended_at IS NOT NULL
           OR COALESCE(NEW.effective_to, 'infinity') > COALESCE(OLD.effective_to, 'infinity')
           OR (OLD.category_id, OLD.kind, OLD.level, OLD.unit_id, OLD.lead, OLD.assisting, OLD.fallback,
               OLD.effective_from, OLD.by_hand, OLD.because, OLD.created_by_id, OLD.created_at)
              IS DISTINCT FROM
              (NEW.category_id, NEW.kind, NEW.level, NEW.unit_id, NEW.lead, NEW.assisting, NEW.fallback,
               NEW.effective_from, NEW.by_hand, NEW.because, NEW.created_by_id, NEW.created_at) THEN
            RAISE EXCEPTION 'cases_routingrule_fixed: a rule gets an end and a successor, it is not edited'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER cases_routingrule_fixed BEFORE UPDATE OR DELETE ON cases_routingrule
        FOR EACH ROW EXECUTE FUNCTION cases_routingrule_fixed();
"""
FIXED_REVERSE = """
    DROP TRIGGER cases_routingrule_fixed ON cases_routingrule;
    DROP FUNCTION cases_routingrule_fixed();
"""


class Migration(migrations.Migration):
    """The table of routing rules; the duty of a category goes into it with the next load of the catalogues."""

    dependencies = [
        ("cases", "0080_suspensions"),
        ("grid", "0003_announce_permission"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveField(
            model_name="category",
            name="duty",
        ),
        migrations.AlterField(
            model_name="category",
            name="kind",
            field=models.CharField(choices=[("component", "部件"), ("event", "事件")], max_length=12),
        ),
        migrations.CreateModel(
            name="RoutingRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[("component", "部件"), ("event", "事件")],
                        max_length=12,
                        verbose_name="部件或事件",
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        blank=True,
                        choices=[("district", "区"), ("street", "街道"), ("community", "社区")],
                        max_length=10,
                        verbose_name="调度层级",
                    ),
                ),
                ("lead", models.CharField(blank=True, max_length=60, verbose_name="主办单位")),
                (
                    "assisting",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), default=list, size=None, verbose_name="协办单位"
                    ),
                ),
                ("fallback", models.CharField(blank=True, max_length=60, verbose_name="托底单位")),
                ("effective_from", models.DateField(verbose_name="生效日")),
                ("effective_to", models.DateField(null=True, verbose_name="失效日")),
                ("withdrawn", models.BooleanField(default=False)),
                ("by_hand", models.BooleanField(default=False)),
                ("because", models.CharField(max_length=200, verbose_name="理由")),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_because", models.CharField(blank=True, max_length=200)),
                (
                    "category",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="routing_rules",
                        to="cases.category",
                        verbose_name="案件类别",
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
                    "unit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grid.unit",
                        verbose_name="范围",
                    ),
                ),
            ],
            options={
                "ordering": ["category", "kind", "level", "unit", "effective_from", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("effective_to__isnull", True),
                            ("effective_to__gte", models.F("effective_from")),
                            _connector="OR",
                        ),
                        name="cases_routingrule_dates_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("category__isnull", True), ("kind", ""), _connector="OR"),
                        name="cases_routingrule_kind_or_category",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["", "component", "event"])), name="cases_routingrule_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["", "district", "street", "community"])),
                        name="cases_routingrule_level",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lead", ""), _negated=True),
                            models.Q(("fallback", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="cases_routingrule_names_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lead", ""), _negated=True), ("assisting__len", 0), _connector="OR"
                        ),
                        name="cases_routingrule_assists_a_lead",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("lead", ""), ("lead__regex", "^(agency|duty|centre):."), _connector="OR"),
                        name="cases_routingrule_lead",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fallback", ""), ("fallback__regex", "^(agency|duty|centre):."), _connector="OR"
                        ),
                        name="cases_routingrule_fallback",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("because", ""), _negated=True), name="cases_routingrule_because_given"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("withdrawn", False)),
                            models.Q(("ended_at__isnull", False), models.Q(("ended_because", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="cases_routingrule_ended_with_reason",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("withdrawn", False)),
                        expressions=[
                            (models.Func(models.F("category"), 0, function="COALESCE"), "="),
                            ("kind", "="),
                            ("level", "="),
                            (models.Func(models.F("unit"), 0, function="COALESCE"), "="),
                            (apps.organisation.models.DateRange("effective_from", "effective_to"), "&&"),
                        ],
                        name="cases_routingrule_no_overlap",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FIXED, FIXED_REVERSE),
    ]
