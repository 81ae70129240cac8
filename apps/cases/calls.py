"""The words of following up closed cases by telephone: why somebody is called, what came of a call, where it stands."""

from decimal import Decimal

from django.db import models
from django.utils.translation import pgettext_lazy

FOLLOW_UP_SUBJECT = "case_follow_up"  # the limit within which a closed case is followed up
MOST_DAYS_TRIED = 3  # days without an answer after which nobody tries again


class WhyCalled(models.TextChoices):
    """Why the reporter of a closed case is called."""

    ASKED = "asked", pgettext_lazy("follow-up", "要求回复")
    DRAWN = "drawn", pgettext_lazy("follow-up", "抽中")


class FollowUpState(models.TextChoices):
    """Where following up a closed case stands."""

    WAITING = "waiting", pgettext_lazy("follow-up", "待回访")
    REACHED = "reached", pgettext_lazy("follow-up", "已回访")
    UNREACHED = "unreached", pgettext_lazy("follow-up", "未能回访")
    LAPSED = "lapsed", pgettext_lazy("follow-up", "已重开，不再回访")


class CallOutcome(models.TextChoices):
    """What came of one call."""

    REACHED = "reached", pgettext_lazy("call", "接通")
    NO_ANSWER = "no_answer", pgettext_lazy("call", "无人接听")
    WRONG_NUMBER = "wrong_number", pgettext_lazy("call", "号码有误")
    REFUSED = "refused", pgettext_lazy("call", "拒绝回访")


# From closing, in working days of the place: who asked to be called waits less; lots are drawn once a week.
WITHIN = {WhyCalled.ASKED: Decimal(3), WhyCalled.DRAWN: Decimal(10)}
