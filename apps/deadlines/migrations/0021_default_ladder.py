"""The steps that every limit climbed become the first version of the default ladder."""

from datetime import date

from django.db import migrations

BEGINNING = date(2004, 1, 1)


def found_ladder(apps, schema_editor):
    """Hang the rungs on one ladder; nothing to do where the catalogues were never loaded."""
    rungs = apps.get_model("deadlines", "LadderRung").objects.filter(ladder=None)
    if not rungs.exists():
        return
    preset, _made = apps.get_model("deadlines", "LimitPreset").objects.get_or_create(
        code="default", defaults={"name": "default", "name_en": "default", "base": True, "origin": "0021"}
    )
    ladder = apps.get_model("deadlines", "Ladder").objects.create(
        code="default", preset=preset, name="default", name_en="default", effective_from=BEGINNING, origin="0021"
    )
    rungs.update(ladder=ladder)


def leave_ladder(apps, schema_editor):
    """Keep the newest steps of the default ladder and the newest version of every policy as it was called."""
    ladders = apps.get_model("deadlines", "Ladder").objects.filter(code="default").order_by("-version")
    rungs = apps.get_model("deadlines", "LadderRung").objects.all()
    rungs.exclude(ladder_id=ladders.values_list("pk", flat=True).first()).delete()
    rungs.update(ladder_id=None)
    policies = apps.get_model("deadlines", "LimitPolicy").objects
    # without choices of sets and without complexity these would hold everywhere and for everything
    policies.exclude(preset__base=True, complexity="").update(active=False)
    newest: dict[str, int] = {}
    for policy in policies.order_by("-version"):
        if policy.code in newest:
            policies.filter(pk=policy.pk).update(code=f"{policy.code[:50]}-v{policy.version}", active=False)
        newest.setdefault(policy.code, policy.pk)


class Migration(migrations.Migration):
    """Rungs get their ladder."""

    dependencies = [("deadlines", "0020_rules_with_versions")]
    operations = [migrations.RunPython(found_ladder, leave_ladder)]
