"""The words of samples of handled cases: what is drawn, what is looked at, what comes of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

SAMPLE_DRAW = "sample_draw"  # the event of being drawn for a review
MOST_DRAWN = 500  # cases of one sample: more than that nobody looks at one by one


class SampleKind(models.TextChoices):
    """Which closed cases are drawn from."""

    ALL = "all", pgettext_lazy("sample", "全部已结案件")
    ON_THE_SPOT = "on_the_spot", pgettext_lazy("sample", "当场处置的")
    REWORKED = "reworked", pgettext_lazy("sample", "返工过的")
    OVERDUE = "overdue", pgettext_lazy("sample", "处置超时的")
    REOPENED = "reopened", pgettext_lazy("sample", "重开过的")
    SUPERVISED = "supervised", pgettext_lazy("sample", "督办过的")
    DISSATISFIED = "dissatisfied", pgettext_lazy("sample", "评价不满意的")


class ReviewState(models.TextChoices):
    """Where the review of a sampled case stands."""

    WAITING = "waiting", pgettext_lazy("sample review", "待评查")
    QUALIFIED = "qualified", pgettext_lazy("sample review", "合格")
    UNQUALIFIED = "unqualified", pgettext_lazy("sample review", "不合格")
    LAPSED = "lapsed", pgettext_lazy("sample review", "已重开，不再评查")


REVIEWED = (ReviewState.QUALIFIED, ReviewState.UNQUALIFIED)


class Point(models.TextChoices):
    """What is looked at in a review; the first three can be read from the desk, the others are asked or seen."""

    RECORD = "record", _("记录完整")
    EVIDENCE = "evidence", _("证据真实")
    LIMIT = "limit", _("时限如实")
    REPORTER = "reporter", _("回访满意")
    RESULT = "result", _("现场保持")


ALWAYS_CHECKED = (Point.RECORD, Point.EVIDENCE, Point.LIMIT)


class Finding(models.TextChoices):
    """What was found at a point."""

    OK = "ok", pgettext_lazy("sample review", "符合")
    FAULT = "fault", pgettext_lazy("sample review", "不符合")
    SKIPPED = "skipped", pgettext_lazy("sample review", "未查")


class Consequence(models.TextChoices):
    """What an unqualified review orders."""

    NOTED = "noted", _("指出问题，不重开")
    REOPEN = "reopen", _("重开返工")
    SUPERVISE = "supervise", _("重开返工，并督办")


TAKEN_UP_AGAIN = (Consequence.REOPEN, Consequence.SUPERVISE)


def point_column(point: Point) -> str:
    """The column and the input that hold what was found at a point."""
    return f"point_{point.value}"
