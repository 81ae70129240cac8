"""What can go wrong with a month's scores."""

from django.utils.translation import gettext_lazy as _

from apps.core.errors import WrongState


class NeedsReason(WrongState):
    """A published month would change, and nobody said why."""

    code = "needs-reason"
    message = _("该月已发布，结果有变；请写明更正理由，另立新版本。")
