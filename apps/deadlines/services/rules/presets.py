"""Letting a unit go by a set of rules, and no longer."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.clock import local
from apps.core.errors import InvalidInput, NotVisible, WrongState
from apps.deadlines import drafts
from apps.deadlines.changes import choice_facts, record_change
from apps.deadlines.choices import OWN_PRESET, RuleKind
from apps.deadlines.models import LimitPreset, PresetChoice

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.grid.models import Unit
from apps.deadlines.services.rules.checks import (
    check_days,
    check_last_day,
    check_right,
    check_whole,
    locked_rows,
    reason_of,
)


@transaction.atomic
def choose_preset(
    *,
    actor: "User",
    unit: "Unit",
    preset: LimitPreset,
    effective_from: date,
    because: str,
    at: datetime,
    replace: bool = False,
) -> PresetChoice:
    """Let a unit and everything below it go by a set from a later day on.

    With ``replace`` the unit's other choices that speak of the same matters end the day before. Raises ``InvalidInput``
    where they overlap otherwise, where the set is chosen already, or where the unit's own rules say the same.
    """
    check_right(actor, unit)
    check_days(effective_from, None, at=at)
    if not preset.active or preset.code == OWN_PRESET:
        raise InvalidInput(fields={"preset": [_("该方案不能选用。")]})
    rows = locked_rows()
    choice = PresetChoice(unit=unit, preset=preset, effective_from=effective_from)
    ending = drafts.rivals(rows, choice) if replace else []
    before = [choice_facts(one) for one in ending]
    check_whole(drafts.with_choice(rows, choice, ending=ending), rows, at=at)
    last_day = effective_from - timedelta(days=1)
    for one in ending:
        if one.effective_from > last_day:
            one.delete()
        else:
            PresetChoice.objects.filter(pk=one.pk).update(effective_to=last_day)
    choice.save(force_insert=True)
    record_change(
        RuleKind.PRESET,
        choice,
        before={"ended": before} if before else None,
        after=choice_facts(choice),
        because=reason_of(because),
        actor=actor,
        at=at,
    )
    return choice


@transaction.atomic
def end_choice(*, actor: "User", choice_id: int, last_day: date, because: str, at: datetime) -> None:
    """Let a unit's choice of a set end with ``last_day``, today at the earliest; one that has not begun is dropped.

    Raises ``NotVisible``, ``InvalidInput`` where the day is over, ``WrongState`` where the choice has ended.
    """
    choice = PresetChoice.objects.select_related("unit", "preset").filter(pk=choice_id).first()
    if choice is None:
        raise NotVisible
    check_right(actor, choice.unit)
    locked_rows()
    choice.refresh_from_db()
    before, today = choice_facts(choice), local(at).date()
    if choice.effective_to is not None and choice.effective_to <= today:
        raise WrongState(_("该选择已结束。"))
    after = None
    if choice.effective_from > today:
        choice.delete()
    else:
        check_last_day(choice, last_day, at=at)
        choice.effective_to = last_day
        choice.save(update_fields=["effective_to"])
        after = choice_facts(choice)
    record_change(RuleKind.PRESET, choice, before=before, after=after, because=reason_of(because), actor=actor, at=at)
