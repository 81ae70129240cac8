"""Samples of handled cases: drawing them for the supervision office, and reviewing what was drawn."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.cases.actions import Action
from apps.cases.choices import CASE_TOPIC, REVEAL, SPOT_DRAW
from apps.cases.drawing import Drawing, draw_lots
from apps.cases.filing import Filing
from apps.cases.matters import forget_matters
from apps.cases.models import Case, CaseEvent, Category, Sample, SampleReview
from apps.cases.sampling import (
    ALWAYS_CHECKED,
    MOST_DRAWN,
    SAMPLE_DRAW,
    TAKEN_UP_AGAIN,
    Consequence,
    Finding,
    Point,
    ReviewState,
    SampleKind,
    point_column,
)
from apps.cases.selectors.samples import population_of
from apps.cases.services import orders
from apps.cases.services.reopening import take_up_again
from apps.cases.standing import reviews_for
from apps.core import clock
from apps.core.audit import append_event
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from apps.core.locks import advisory_lock
from apps.core.outbox import enqueue
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.placed import PATH_RELATED, place_at
from apps.grid.scopes import covers
from apps.notices.services import Draft, send
from apps.organisation.models import Agency
from apps.organisation.selectors import agency_people

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.cases.services.acting import Step

Details = dict[str, Any]
DRAWN_TITLE = gettext_noop("样本抽查，待评查：%(title)s")
DRAWN = gettext_noop("抽中本单位办理的案件 %(count)s 件。")
LONGEST_TITLE = 60
# Acts that leave no hand in how a case was handled: remarks, orders from above, looking.
NO_HAND = (
    Action.COMMENT,
    Action.SUPERVISE,
    Action.WITHDRAW,
    Action.DECIDE_APPEAL,
    Action.REVIEW_SAMPLE,
    REVEAL,
    SPOT_DRAW,
    SAMPLE_DRAW,
)


@dataclass(frozen=True)
class SampleRule:
    """What a sample is drawn from and how much of it: ``size`` cases or ``percent`` in a hundred of those closed in the
    unit of code ``unit`` from ``since`` to ``until``; reviewed by the end of ``due_on``. ``client_id`` keeps a form
    sent twice from drawing twice."""

    client_id: uuid.UUID
    title: str
    unit: str
    since: date
    until: date
    due_on: date
    category: Category | None = None
    agency: Agency | None = None
    kind: str = SampleKind.ALL
    size: int | None = None
    percent: int | None = None


@transaction.atomic
def draw_sample(*, actor: "User", rule: SampleRule, at: datetime) -> Sample:
    """Draw a sample; the cases drawn wait for their review, their desks are told.

    Raises ``NotVisible`` for a unit outside the scope, ``NotAllowed`` for those who do not supervise cases over it,
    ``InvalidInput`` naming each wrong field, also where there is nothing to draw from or too much would be drawn. What
    was drawn with the same ``client_id`` is returned as it is.
    """
    unit = Unit.objects.select_related(*PATH_RELATED).filter(code=rule.unit).first()
    if unit is None or not covers(actor, Permission.CASE_VIEW, place_at(unit)):
        raise NotVisible
    if not covers(actor, Permission.CASE_SUPERVISE, place_at(unit)):
        raise NotAllowed
    advisory_lock(f"sample:{rule.client_id}")
    before = Sample.objects.filter(client_id=rule.client_id, drawn_by=actor).first()
    if before is not None:
        return before
    _check_rule(rule, clock.local(at).date())
    sample = Sample(
        client_id=rule.client_id,
        title=rule.title.strip(),
        since=rule.since,
        until=rule.until,
        category=rule.category,
        agency=rule.agency,
        kind=rule.kind,
        size=rule.size,
        percent=rule.percent,
        seed=secrets.token_hex(16),
        due_on=rule.due_on,
        drawn_by=actor,
        drawn_at=at,
        **place_at(unit),
    )
    drawing = _draw(sample)
    sample.population, sample.digest, sample.drawn = drawing.population, drawing.digest, len(drawing.chosen)
    sample.save(force_insert=True)
    cases = _put_on_list(sample, drawing.chosen, at)
    _tell(sample, cases, at)
    return sample


def _check_rule(rule: SampleRule, today: date) -> None:
    wrong: dict[str, list[str]] = {}
    if not rule.title.strip() or len(rule.title.strip()) > LONGEST_TITLE:
        wrong["title"] = [_("请写明名称，最多 %(most)d 个字。") % {"most": LONGEST_TITLE}]
    if rule.since > rule.until:
        wrong["since"] = [_("开始日期不能晚于结束日期。")]
    if rule.until >= today:
        wrong["until"] = [_("结案时段须在今天之前结束。")]
    if rule.due_on <= today:
        wrong["due_on"] = [_("评查期限须晚于今天。")]
    if rule.kind not in SampleKind.values:
        wrong["kind"] = [_("请从名单中选择。")]
    if (rule.size is None) == (rule.percent is None):
        wrong["size"] = [_("件数和比例填一项。")]
    if rule.size is not None and not 1 <= rule.size <= MOST_DRAWN:
        wrong["size"] = [_("一次抽 1 至 %(most)d 件。") % {"most": MOST_DRAWN}]
    if rule.percent is not None and not 1 <= rule.percent <= 100:
        wrong["percent"] = ["1–100"]
    if wrong:
        raise InvalidInput(fields=wrong)


def _draw(sample: Sample) -> Drawing:
    drawing = draw_lots(population_of(sample), sample.seed, size=sample.size, percent=sample.percent)
    if not drawing.chosen:
        raise InvalidInput(fields={"until": [_("这段时间没有符合条件的已结案件，请放宽条件。")]})
    if len(drawing.chosen) > MOST_DRAWN:
        values = {"population": drawing.population, "drawn": len(drawing.chosen), "most": MOST_DRAWN}
        text = _("符合条件的有 %(population)d 件，按比例要抽 %(drawn)d 件；一次最多抽 %(most)d 件，请降低比例。")
        raise InvalidInput(fields={"percent": [text % values]})
    return drawing


def _put_on_list(sample: Sample, chosen: Sequence[int], at: datetime) -> list[Case]:
    """A review for each case drawn, in the order of their keys; one that was opened again a moment ago lapses."""
    cases = list(Case.objects.filter(pk__in=chosen).order_by("pk").select_for_update(of=("self",)))
    hands = _hands_in(chosen)
    closed = [case for case in cases if not case.open]
    SampleReview.objects.bulk_create(
        SampleReview(
            sample=sample,
            case=case,
            agency_id=case.handler_id or case.desk_id,  # type: ignore[attr-defined]
            hands=sorted({one for one in (case.reporter_id, case.handled_by_id) if one} | hands.get(case.pk, set())),  # type: ignore[attr-defined]
            state=ReviewState.LAPSED if case.open else ReviewState.WAITING,
            ended_at=at if case.open else None,
            **case.place,
        )
        for case in cases
    )
    payload = {"sample": sample.pk, "title": sample.title, "seed": sample.seed}
    for case in closed:
        append_event(
            CaseEvent,
            case,
            actor=sample.drawn_by,
            action=SAMPLE_DRAW,
            payload=payload,
            at=at,
            save_head=False,
            from_state=case.state,
            to_state=case.state,
        )
        case.samples_waiting += 1
        message = {"case": case.pk, "action": SAMPLE_DRAW, "event": case.head_sequence, "actor": sample.drawn_by.pk}
        enqueue(CASE_TOPIC, message, at=at)
    Case.objects.bulk_update(closed, ["samples_waiting", "head_sequence", "head_hash"])
    return closed


def _hands_in(cases: Sequence[int]) -> dict[int, set[int]]:
    """The keys of those who did something to each case but look on."""
    acts = CaseEvent.objects.filter(case__in=cases, actor__isnull=False).exclude(action__in=NO_HAND)
    found = acts.order_by().values("case").annotate(hands=ArrayAgg("actor_id", distinct=True))
    return {row["case"]: set(row["hands"]) for row in found}


def _tell(sample: Sample, cases: Sequence[Case], at: datetime) -> None:
    """Each desk that answers for cases drawn hears of it, once."""
    counts: dict[int, int] = {}
    for case in cases:
        counts[case.desk_id] = counts.get(case.desk_id, 0) + 1  # type: ignore[attr-defined]
    desks = Agency.objects.filter(pk__in=counts).select_related("unit").order_by("pk")
    drafts = [
        Draft(
            recipients=frozenset(agency_people(desk).order_by().values_list("pk", flat=True)) - {sample.drawn_by.pk},
            kind="case.sample_draw",
            title=DRAWN_TITLE,
            body=DRAWN,
            params={"title": sample.title, "count": counts[desk.pk]},
            url="/samples/?show=waiting",
            dedupe_key=f"case-sample:{sample.pk}:{desk.pk}",
        )
        for desk in desks
    ]
    send([draft for draft in drafts if draft.recipients], at=at)


# What a review finds


def review_sample(step: "Step") -> Details:
    """What was found of a sampled case: qualified, or not, with what is wrong. An unqualified one may be opened again
    at its desk and counted as rework, with an order to reply where that is asked for."""
    review = _chosen(step)
    findings = _findings(step)
    qualified = bool(step.given["qualified"])
    consequence = _consequence(step, findings, qualified=qualified)
    for point, finding in findings.items():
        setattr(review, point_column(point), finding)
    review.state = ReviewState.QUALIFIED if qualified else ReviewState.UNQUALIFIED
    review.reviewed_by, review.ended_at, review.note = step.actor, step.at, step.note
    review.consequence = consequence
    review.save()
    step.case.samples_waiting -= 1
    forget_matters(step.case)
    details: Details = {
        "sample": review.sample.pk,
        "title": review.sample.title,
        "qualified": qualified,
        "faults": [point.value for point in review.faults()],
        "handler": review.agency_id,  # type: ignore[attr-defined]
    }
    if not qualified:
        details["consequence"] = consequence
    if consequence in TAKEN_UP_AGAIN:
        details |= _take_up(step, consequence)
    return details


def _chosen(step: "Step") -> SampleReview:
    """The review in the sample named, or in the one due first."""
    mine = reviews_for(step.case, step.actor)
    if not mine:
        raise WrongState(extra={"state": step.case.state})
    given = step.given.get("sample")
    chosen = next((one for one in mine if given in {None, ""} or str(one.sample.pk) == str(given)), None)
    if chosen is None:
        raise InvalidInput(fields={"sample": [_("请从名单中选择。")]})
    return SampleReview.objects.select_for_update(of=("self",)).select_related("sample").get(pk=chosen.pk)


def _findings(step: "Step") -> dict[Point, str]:
    """What was found at each point; what can be read from the desk is looked at always."""
    found: dict[Point, str] = {}
    wrong: dict[str, list[str]] = {}
    for point in Point:
        given = str(step.given.get(point_column(point)) or Finding.SKIPPED)
        if given not in Finding.values or (given == Finding.SKIPPED and point in ALWAYS_CHECKED):
            wrong[point_column(point)] = [_("请写明“%(point)s”是否符合。") % {"point": point.label}]
        found[point] = given
    if wrong:
        raise InvalidInput(fields=wrong)
    return found


def _consequence(step: "Step", findings: dict[Point, str], *, qualified: bool) -> str:
    """What an unqualified review orders. Raises ``InvalidInput`` where the verdict does not fit what was found."""
    faulty = Finding.FAULT in findings.values()
    if qualified and faulty:
        raise InvalidInput(fields={"qualified": [_("有不符合的项，不能评为合格。")]})
    if qualified:
        return ""
    if not faulty:
        raise InvalidInput(fields={"qualified": [_("评为不合格的，请指出哪一项不符合。")]})
    if not step.note:
        raise InvalidInput(fields={"note": [_("不合格的须写明问题。")]})
    given = str(step.given.get("consequence") or Consequence.NOTED)
    if given not in Consequence.values:
        raise InvalidInput(fields={"consequence": [_("请从名单中选择。")]})
    if given in TAKEN_UP_AGAIN and step.case.filing == Filing.ARCHIVED:
        raise InvalidInput(fields={"consequence": [_("案卷已归档：请先指出问题，重开由区级调卷办理。")]})
    return given


def _take_up(step: "Step", consequence: str) -> Details:
    """Handled anew, as after a failed spot check; with an order that waits for a reply where that is asked for."""
    case = step.case
    case.rework_count += 1
    take_up_again(step)
    if consequence != Consequence.SUPERVISE:
        return {"agency": case.desk.name, "due": case.due_at}
    return orders.supervise(step) | {"agency": case.desk.name}
