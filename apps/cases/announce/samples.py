"""What samples of handled cases tell people."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext_noop as _

from apps.cases.actions import Action
from apps.cases.models import Case
from apps.cases.notice_words import NOTE, Payload, Words, people_of
from apps.cases.reviews import SAMPLE_DUE, SAMPLE_DUE_TITLE
from apps.cases.services.samples import DRAWN, DRAWN_TITLE
from apps.notices.choices import Group
from apps.organisation.models import Agency

SAMPLE_WORDS = {
    "sample_draw": Words(DRAWN_TITLE, DRAWN, _("办结案件被抽查"), Group.VERIFICATION, "clipboard-search"),
    "sample_qualified": Words(
        _("样本评查合格：%(subject)s"), NOTE, _("样本评查合格"), Group.VERIFICATION, "clipboard-check", "ok"
    ),
    "sample_unqualified": Words(
        _("样本评查不合格：%(subject)s"),
        NOTE,
        _("样本评查不合格"),
        Group.VERIFICATION,
        "clipboard-x",
        "late",
        urgent=True,
    ),
    "sample_due": Words(
        SAMPLE_DUE_TITLE, SAMPLE_DUE, _("样本评查将到期或已到期"), Group.LIMITS, "clipboard-search", "near"
    ),
}


def _reviewed(case: Case, payload: Payload) -> tuple[str, Iterable[int]]:
    """The desk that answers for the case, and whoever had handled it."""
    handler = Agency.objects.select_related("unit").filter(pk=payload["handler"]).first()
    people = people_of(case.desk) | (people_of(handler) if handler is not None else set())
    return "sample_qualified" if payload["qualified"] else "sample_unqualified", people


SAMPLE_ANSWERS: dict[str, Callable[[Case, Payload], tuple[str, Iterable[int]]]] = {Action.REVIEW_SAMPLE: _reviewed}
