"""Publishing results: made when a case is closed, out by itself after a day unless a desk withholds it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.cases.actions import Action
from apps.cases.choices import AT_ONCE, LOOKED_OVER, CaseState, HowSettled, Publicity
from apps.cases.models import Case, CaseEvent, CaseReporter, Publication
from apps.cases.models.publication import TITLE_MOST, WORDS_MOST
from apps.cases.scrubbing import FOUND_WORDS, personal_data_in
from apps.core import clock
from apps.core.audit import append_event
from apps.core.errors import InvalidInput, WrongState

if TYPE_CHECKING:
    from apps.cases.services.acting import Step

Details = dict[str, Any]
PUBLISH_AFTER = timedelta(hours=24)  # a desk looks over what goes out until then
BACKLOG = timedelta(days=31)
BATCH = 200
HOW = {"spot": HowSettled.SPOT, AT_ONCE: HowSettled.AT_ONCE}


def publication_follows(step: "Step") -> None:
    """After any act: a case that is closed now gets its publication, one reopened loses it. The caller saves the
    case."""
    case = step.case
    if case.state == CaseState.CLOSED and case.closed_at == step.at:
        plan_publication(case, at=step.at)
    elif case.open and case.publicity:
        Publication.objects.filter(case=case).update(
            state=Publicity.TAKEN_DOWN,
            publish_at=None,
            published_at=None,
            withheld_by=None,
            reason="",
        )
        case.publicity = ""


def plan_publication(case: Case, *, at: datetime) -> Publication:
    """The publication of a closed case, out after ``PUBLISH_AFTER``; matters about persons wait until a desk has looked
    them over. What a desk wrote before the case was reopened is dropped. The caller saves the case."""
    held = case.category.key.startswith(LOOKED_OVER)
    how = HOW.get(case.settled_kind, HowSettled.HANDLED)
    publication, _made = Publication.objects.update_or_create(
        case=case,
        defaults={
            "state": Publicity.HELD if held else Publicity.WAITING,
            "category_id": case.category.pk,
            "district_id": case.place["district_id"] or 0,
            "street_id": case.place["street_id"],
            "community_id": case.place["community_id"],
            "how": how,
            "agency": case.handler if how == HowSettled.HANDLED else None,
            "title": "",
            "words": "",
            "reported_on": clock.local(case.reported_at).date(),
            "closed_on": clock.local(case.closed_at or at).date(),
            "publish_at": None if held else at + PUBLISH_AFTER,
            "published_at": None,
            "edited_by": None,
            "withheld_by": None,
            "reason": "",
        },
    )
    case.publicity = publication.state
    return publication


# Acts of a desk


def _publication(step: "Step") -> Publication:
    publication = Publication.objects.select_for_update().filter(case=step.case).first()
    if publication is None:
        raise WrongState(extra={"state": step.case.state})
    return publication


def _keep(step: "Step", publication: Publication) -> None:
    publication.save()
    step.case.publicity = publication.state


def publish(step: "Step") -> Details:
    """Out now, by a desk's hand: one that waited, was held, or was withheld before."""
    publication = _publication(step)
    publication.state, publication.published_at, publication.publish_at = Publicity.PUBLISHED, step.at, None
    publication.withheld_by, publication.reason = None, ""
    _keep(step, publication)
    return {}


def withhold(step: "Step") -> Details:
    """Not published, or no longer, with a reason."""
    publication = _publication(step)
    was_out = publication.state == Publicity.PUBLISHED
    publication.state, publication.published_at, publication.publish_at = Publicity.WITHHELD, None, None
    publication.withheld_by, publication.reason = step.actor, step.note
    _keep(step, publication)
    return {"was_out": was_out}


def edit_publication(step: "Step") -> Details:
    """Other words for the public, checked for personal data; empty ones give the plain facts again."""
    publication = _publication(step)
    title = " ".join(str(step.given.get("public_title") or "").split())
    words = str(step.given.get("public_words") or "").strip()
    wrong = {
        name: texts
        for name, text in (("public_title", title), ("public_words", words))
        if (texts := _amiss(name, text, step.case))
    }
    if wrong:
        raise InvalidInput(fields=wrong)
    publication.title, publication.words = title, words
    publication.edited_by = step.actor if title or words else None
    publication.save()
    return {"title": title, "words": words}


def _amiss(name: str, text: str, case: Case) -> list[str]:
    most = {"public_title": TITLE_MOST, "public_words": WORDS_MOST}[name]
    if len(text) > most:
        return [_("最多 %(most)d 个字。") % {"most": most}]
    found = personal_data_in(text, names=names_in(case)) if text else []
    if not found:
        return []
    kinds = _("、").join(str(FOUND_WORDS[kind]) for kind in found)
    return [_("含有%(kinds)s，请删去后再保存；地点只写到社区。") % {"kinds": kinds}]


def names_in(case: Case) -> list[str]:
    """The names of everybody the case knows: who reported, from whom it was heard, who worked on it."""
    people = [case.reporter, case.worker, case.handled_by]
    names = [person.name for person in people if person is not None]
    names += [str(row.name) for row in CaseReporter.objects.filter(case=case) if row.name]
    acted = CaseEvent.objects.filter(case=case, actor__isnull=False).order_by()
    return [*names, *acted.values_list("actor__name", flat=True).distinct()]


# By itself


def publish_results(*, at: datetime) -> int:
    """Plan what was closed in the last ``BACKLOG`` without a publication, then publish what is due: each case once,
    with an event in its chain. One that is being acted on waits for the next run. Answers how many went out."""
    _plan_missing(at)
    out = 0
    while done := _publish_some(at):
        out += done
    return out


@transaction.atomic
def _plan_missing(at: datetime) -> None:
    missing = Case.objects.filter(state=CaseState.CLOSED, publicity="", closed_at__gte=at - BACKLOG)
    for case in _locked(missing.order_by("closed_at", "id")):
        plan_publication(case, at=case.closed_at or at)
        case.save(update_fields=["publicity"])


def _locked(cases: Any) -> Iterable[Case]:
    rows = cases.select_for_update(of=("self",), skip_locked=True).select_related("category", "handler")
    return list(rows[:BATCH])


@transaction.atomic
def _publish_some(at: datetime) -> int:
    due = Publication.objects.filter(state=Publicity.WAITING, publish_at__lte=at).order_by("publish_at")
    ids = list(due.values_list("case_id", flat=True)[:BATCH])
    cases = _locked(Case.objects.filter(pk__in=ids, publicity=Publicity.WAITING).order_by("pk"))
    for case in cases:
        append_event(
            CaseEvent,
            case,
            actor=None,
            action=Action.PUBLISH.value,
            payload={},
            at=at,
            save_head=False,
            from_state=case.state,
            to_state=case.state,
        )
        case.publicity, case.version = Publicity.PUBLISHED, case.version + 1
        case.save(update_fields=["publicity", "version", "head_sequence", "head_hash"])
    ids = [case.pk for case in cases]
    Publication.objects.filter(case__in=ids).update(state=Publicity.PUBLISHED, published_at=at, publish_at=None)
    return len(ids)
