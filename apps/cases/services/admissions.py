"""Writing admission lists: what is admitted from a day on, and until when."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.cases.models import Admission, Category
from apps.cases.selectors.admissions import admission_of
from apps.cases.services.routing import check_catalogue_right, check_first_day, reason_of
from apps.core.clock import local
from apps.core.errors import InvalidInput, WrongState
from apps.core.locks import advisory_lock
from apps.grid.models import Unit

if TYPE_CHECKING:
    from apps.accounts.models import User

LOCK = "cases.admissions"


@transaction.atomic
def admit(
    *, actor: "User", unit: Unit, categories: Sequence[Category], effective_from: date, because: str, at: datetime
) -> list[Admission]:
    """Put categories, leaves or branches, on the admission list of a unit from a later day on.

    Raises ``NotAllowed`` or ``NotVisible`` without the right over the unit, ``InvalidInput`` for a grid, for no
    category, for one that is on the list on that day or later already, and for a day that is not to come.
    """
    check_catalogue_right(actor, unit)
    check_first_day(effective_from, None, at=at)
    if unit.kind == "grid":
        raise InvalidInput(_("准入清单定到社区为止。"))
    if not categories:
        raise InvalidInput(fields={"categories": [_("请选择类别。")]})
    advisory_lock(LOCK)
    open_then = Q(effective_to__isnull=True) | Q(effective_to__gte=effective_from)
    known = Admission.objects.filter(open_then, unit=unit, category__in=categories).select_related("category").first()
    if known is not None:
        raise InvalidInput(fields={"categories": [_("“%(name)s”已在清单内。") % {"name": known.category.label}]})
    return Admission.objects.bulk_create(
        [
            Admission(
                unit=unit,
                category=category,
                effective_from=effective_from,
                because=reason_of(because),
                admitted_by=actor,
                admitted_at=at,
            )
            for category in categories
        ]
    )


@transaction.atomic
def end_admission(
    *, actor: "User", unit: Unit, admission_id: int, last_day: date, because: str, at: datetime
) -> Category:
    """Let a line of a unit's list end with ``last_day``, today at the earliest; one that has yet to begin is dropped.
    Answers its category.

    Raises ``NotAllowed``, ``NotVisible``, ``InvalidInput`` for a day that is over, ``WrongState`` for a line that
    ended.
    """
    check_catalogue_right(actor, unit)
    advisory_lock(LOCK)
    line = admission_of(unit, admission_id)
    today = local(at).date()
    if line.effective_to is not None:
        raise WrongState(_("这一条已结束，或已定下结束的日子。"))
    if line.effective_from > today:
        line.delete()
        return line.category
    if last_day < today:
        raise InvalidInput(fields={"last_day": [_("最后一天不能早于今天。")]})
    line.effective_to, line.ended_by, line.ended_because = last_day, actor, reason_of(because)
    line.save(update_fields=["effective_to", "ended_by", "ended_because"])
    return line.category
