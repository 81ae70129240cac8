"""Adding, changing and ending ladders."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput, NotVisible, WrongState
from apps.deadlines import drafts, reckoning
from apps.deadlines.changes import ladder_facts, record_change
from apps.deadlines.choices import OWN_PRESET, Anchor, Measure, RuleKind, StepKind
from apps.deadlines.models import Ladder, LadderRung
from apps.deadlines.reckoning import Rung

if TYPE_CHECKING:
    from apps.accounts.models import User
from apps.deadlines.services.rules.checks import (
    Matters,
    check_days,
    check_last_day,
    check_open,
    check_right,
    check_whole,
    copied,
    end_version,
    has_begun,
    locked_rows,
    move_version,
    own_preset,
    predecessor_of,
    reason_of,
)

MOST_STEPS = 12


@transaction.atomic
def change_ladder(
    *,
    actor: "User",
    ladder_id: int,
    rungs: Sequence[Rung],
    effective_from: date,
    because: str,
    at: datetime,
) -> Ladder:
    """Other steps from a later day on, as a new version; limits that run keep the ladder they climb. A version that has
    not begun is changed itself.

    Raises ``InvalidInput`` for steps that make no ladder and days that are over, ``WrongState`` for a version that has
    ended or has a successor.
    """
    ladder = _ladder(ladder_id)
    check_right(actor, ladder.unit)
    check_steps(rungs)
    rows = locked_rows()
    ladder.refresh_from_db()
    check_open(ladder, at=at)
    check_days(effective_from, ladder.effective_to, at=at)
    before = ladder_facts(ladder, ladder.rungs.order_by("step"))
    begun = has_begun(ladder, at=at)
    successor = Ladder(**copied(ladder)) if begun else ladder
    predecessor = ladder if begun else predecessor_of(ladder)
    successor.effective_from, successor.by_hand = effective_from, True
    check_whole(drafts.with_ladder(rows, successor, rungs, instead_of=predecessor), rows, at=at)
    if begun:
        successor.pk, successor.origin = None, because[:200]
        end_version(ladder, effective_from - timedelta(days=1))
        successor.save(force_insert=True)
    else:
        move_version(predecessor, successor)
        LadderRung.objects.filter(ladder=successor).delete()
    return _written(successor, rungs, before=before, because=because, actor=actor, at=at)


@transaction.atomic
def add_ladder(
    *,
    actor: "User",
    matters: Matters,
    name: str,
    rungs: Sequence[Rung],
    effective_from: date,
    because: str,
    at: datetime,
    name_en: str = "",
) -> Ladder:
    """A ladder of the product's own for ``matters`` (stage, urgency, complexity, unit) from a later day on; raises as
    ``change_ladder``, and for a ladder for the same matters on the same days."""
    check_right(actor, matters.unit)
    check_days(effective_from, None, at=at)
    check_steps(rungs)
    rows = locked_rows()
    ladder = Ladder(
        code=f"own-{uuid.uuid4().hex[:12]}",
        preset=own_preset(),
        name=name.strip(),
        name_en=name_en.strip() or name.strip(),
        stage=matters.stage,
        urgency=matters.urgency,
        complexity=matters.complexity,
        unit=matters.unit,
        effective_from=effective_from,
        by_hand=True,
        origin=because[:200],
    )
    check_whole(drafts.with_own(drafts.with_ladder(rows, ladder, rungs)), rows, at=at)
    ladder.pk = None
    ladder.save(force_insert=True)
    return _written(ladder, rungs, before=None, because=because, actor=actor, at=at)


@transaction.atomic
def end_ladder(*, actor: "User", ladder_id: int, last_day: date, because: str, at: datetime) -> Ladder:
    """Let a ladder end with ``last_day``; one that has not begun is withdrawn and the version before it goes on. The
    shipped default ladder is what climbs where nothing else is said, so it can be changed and not ended."""
    ladder = _ladder(ladder_id)
    check_right(actor, ladder.unit)
    rows = locked_rows()
    ladder.refresh_from_db()
    check_open(ladder, at=at)
    begun = has_begun(ladder, at=at)
    if begun and rows.presets[ladder.preset_id].base and ladder.preset_id != OWN_PRESET:  # type: ignore[attr-defined]
        raise WrongState(_("通用阶梯不能停用，只能改为新的版本。"))
    before = ladder_facts(ladder, ladder.rungs.order_by("step"))
    if begun:
        check_last_day(ladder, last_day, at=at)
        new = drafts.ended(ladder, last_day)
    else:
        new = drafts.ended(ladder, ladder.effective_from - timedelta(days=1))
        predecessor = predecessor_of(ladder)
        if predecessor is not None:
            predecessor.effective_to = ladder.effective_to
    ladder.effective_to, ladder.active, ladder.by_hand = new.effective_to, new.active, True
    ladder.save(update_fields=["effective_to", "active", "by_hand"])
    if not begun and predecessor is not None:
        predecessor.save(update_fields=["effective_to"])
    after = ladder_facts(ladder, ladder.rungs.order_by("step"))
    record_change(RuleKind.LADDER, ladder, before=before, after=after, because=reason_of(because), actor=actor, at=at)
    return ladder


def check_steps(rungs: Sequence[Rung]) -> None:
    """Raises ``InvalidInput`` naming ``steps`` where the steps make no ladder."""
    wrong = []
    if not rungs:
        wrong.append(_("阶梯至少要有一步。"))
    if len(rungs) > MOST_STEPS:
        wrong.append(_("阶梯最多 %(most)d 步。") % {"most": MOST_STEPS})
    for rung in rungs:
        where = {"step": rung.step}
        if rung.kind not in StepKind.values or rung.anchor not in Anchor.values:
            wrong.append(_("第 %(step)d 步：请选择做什么、何时做。") % where)
        elif rung.anchor == Anchor.SHARE and not 0 < rung.amount <= 100:
            wrong.append(_("第 %(step)d 步：百分比须在 1 到 100 之间。") % where)
        elif rung.anchor in (Anchor.BEFORE_END, Anchor.AFTER_END) and (
            rung.measure not in Measure.values or not 0 < rung.amount <= 9999
        ):
            wrong.append(_("第 %(step)d 步：请写明时间和计时单位。") % where)
    try:
        reckoning.check_rungs(list(rungs))
    except ValueError:
        wrong.append(_("步骤的次序号须从 1 起递增。"))
    if wrong:
        raise InvalidInput(fields={"steps": wrong})


def _written(
    ladder: Ladder, rungs: Sequence[Rung], *, before: Any, because: str, actor: "User", at: datetime
) -> Ladder:
    steps = [
        LadderRung(
            ladder=ladder,
            step=rung.step,
            kind=rung.kind,
            anchor=rung.anchor,
            amount=rung.amount,
            measure=rung.measure if rung.anchor in (Anchor.BEFORE_END, Anchor.AFTER_END) else "",
            origin=because[:200],
        )
        for rung in rungs
    ]
    LadderRung.objects.bulk_create(steps)
    record_change(
        RuleKind.LADDER,
        ladder,
        before=before,
        after=ladder_facts(ladder, steps),
        because=reason_of(because),
        actor=actor,
        at=at,
    )
    return ladder


def _ladder(ladder_id: int) -> Ladder:
    ladder = Ladder.objects.select_related("unit").filter(pk=ladder_id).first()
    if ladder is None:
        raise NotVisible
    return ladder
