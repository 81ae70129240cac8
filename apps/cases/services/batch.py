"""One action on many cases: each by itself, in its own transaction, with a word on how it went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.cases.actions import Action
from apps.cases.choices import BATCH_MOST
from apps.cases.matters import file_of
from apps.cases.models import Case, CaseEvent
from apps.cases.selectors.suggestion import suggest
from apps.cases.services.acting import perform
from apps.cases.workflow import rows_of
from apps.core.errors import DomainError, InvalidInput

if TYPE_CHECKING:
    from apps.accounts.models import User

BATCH_ACTIONS = (
    Action.REGISTER,
    Action.DISPATCH,
    Action.CLOSE,
    Action.SUPERVISE,
    Action.MERGE,
    Action.COMMENT,
)


@dataclass(frozen=True, slots=True)
class SeenCase:
    """A case as somebody saw it: its number and the version that was on the screen."""

    number: str
    version: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went with one case: whether it is done, and what to say about it."""

    number: str
    title: str
    done: bool
    said: str


def act_on_cases(
    *,
    actor: "User",
    action: str,
    seen: Sequence[SeenCase],
    at: datetime,
    note: str = "",
    agency: str = "",
) -> list[Outcome]:
    """Take ``action`` on each case that was seen, one after the other, and say of each how it went.

    ``agency`` is the code of the agency that gets all of them; without it each is dispatched as suggested. A merge
    puts all others into the first. A case that fails leaves the others alone. What the actor has done just so before
    is done already: sending the same again changes nothing.

    Raises ``InvalidInput`` naming ``case`` for none and for more than ``BATCH_MOST``, ``note`` where the action
    needs words.
    """
    check_batch(action, seen)
    _check_note(action, note)
    first = seen[0].number
    outcomes = []
    for one in seen:
        if action == Action.MERGE and one.number == first:
            continue
        given = {"into": first} if action == Action.MERGE else {}
        try:
            with transaction.atomic():
                outcomes.append(_take(one, actor=actor, action=action, at=at, note=note, agency=agency, given=given))
        except DomainError as error:
            outcomes.append(Outcome(one.number, _title(one.number, actor), False, _reason(error)))
    return outcomes


def check_batch(action: str, seen: Sequence[SeenCase]) -> None:
    """Raise ``InvalidInput`` naming ``case`` where so many cases cannot be taken together."""
    if not seen:
        raise InvalidInput(_("请先标记案件。"), fields={"case": [_("请先标记案件。")]})
    if len(seen) > BATCH_MOST:
        said = _("一次最多办理 %(most)d 件。") % {"most": BATCH_MOST}
        raise InvalidInput(said, fields={"case": [said]})
    if action == Action.MERGE and len(seen) == 1:
        said = _("合并至少要标记两件，其余并入第一件。")
        raise InvalidInput(said, fields={"case": [said]})


def _check_note(action: str, note: str) -> None:
    if not note.strip() and all(row.note for row in rows_of(Action(action))):
        raise InvalidInput(fields={"note": [_("请写明情况或理由。")]})


def _take(
    one: SeenCase,
    *,
    actor: "User",
    action: str,
    at: datetime,
    note: str,
    agency: str,
    given: dict[str, Any],
) -> Outcome:
    visible = Case.objects.visible_to(actor).filter(number=one.number).values("pk")
    cases = Case.objects.filter(pk__in=visible).select_related("category", "desk__unit")
    case = cases.select_for_update(of=("self",)).first()
    if case is not None and _done_before(case, one, actor=actor, action=action, note=note):
        return Outcome(case.number, case.title, True, _("您刚才已经办过"))
    said = _("已办")
    if case is not None and action == Action.DISPATCH:
        given = given | {"agency": agency}
        if not agency:
            suggestion = suggest(case, at=at)
            if suggestion is None and case.version == one.version:
                raise InvalidInput(_("没有可建议的单位，请单独选择。"))
            given["agency"] = suggestion.agency.code if suggestion else ""
            given["assisting"] = [helper.code for helper in suggestion.assisting] if suggestion else []
            given["unclear"] = suggestion is not None and suggestion.fallback
            said = _("派给%(agency)s") % {"agency": suggestion.agency.name} if suggestion else said
    moved = perform(number=one.number, action=action, actor=actor, at=at, version=one.version, note=note, **given)
    if action == Action.ARCHIVE and (file := file_of(moved)) is not None:
        said = _("案卷号 %(number)s") % {"number": file.number}
    return Outcome(moved.number, moved.title, True, said)


def _done_before(case: Case, one: SeenCase, *, actor: "User", action: str, note: str) -> bool:
    """Whether the last thing that happened to the case is this very act by this person."""
    last = CaseEvent.objects.filter(case=case, sequence=case.head_sequence).first()
    if last is None or (last.actor_id, last.action) != (actor.pk, action):
        return False
    if action == Action.COMMENT:
        return (last.payload or {}).get("note", "") == note.strip()
    return case.version == one.version + 1


def _title(number: str, actor: "User") -> str:
    return Case.objects.visible_to(actor).filter(number=number).values_list("title", flat=True).first() or ""


def _reason(error: DomainError) -> str:
    texts = [text for texts in error.fields.values() for text in texts]
    return " ".join(texts) if texts else str(error.message)
