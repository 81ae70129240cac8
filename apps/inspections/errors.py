"""Refusals of the inspections room."""

from django.utils.translation import gettext_lazy as _

from apps.core.errors import Conflict, WrongState


class LogExists(Conflict):
    """The person has handed in another log for that day; ``extra`` names it."""

    code = "log-exists"
    message = _("当天的日志已经提交。")


class LogMismatch(Conflict):
    """The identifier came back with other content."""

    code = "log-mismatch"
    message = _("同一标识对应了不同的日志内容。")


class LogSealed(WrongState):
    """The log is reviewed or older than may be changed."""

    code = "log-sealed"
    message = _("日志已封存，不能再修改。")
