"""What may go wrong, typed: each error has a stable code, an HTTP status and a message in the user's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Message = str | Promise


class DomainError(Exception):
    """A refusal the user can understand and mend.

    ``code`` is stable and for programs, ``message`` is for people, ``fields`` names each wrong input with its
    remedies, ``extra`` carries what the caller needs to go on (the current state of a case, say).
    """

    status = 400
    code = "invalid"
    message: Message = _("请求无法处理。")

    def __init__(
        self,
        message: Message | None = None,
        *,
        code: str | None = None,
        fields: Mapping[str, Sequence[Message]] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.message = message if message is not None else type(self).message
        self.code = code or type(self).code
        self.fields = {name: [str(text) for text in texts] for name, texts in (fields or {}).items()}
        self.extra = dict(extra or {})
        super().__init__(str(self.message))


class InvalidInput(DomainError):
    """The input is wrong; ``fields`` says which and how to mend it."""

    code = "invalid-input"
    message = _("填写有误，请按提示修改。")


class NotAllowed(DomainError):
    """The object is within the caller's scope but the right is lacking."""

    status = 403
    code = "not-allowed"
    message = _("您没有办理此事的权限。")


class NotVisible(DomainError):
    """The object does not exist for the caller: out of scope and absent are answered alike."""

    status = 404
    code = "not-found"
    message = _("没有找到，或不在您的管辖范围内。")


class Conflict(DomainError):
    """The request contradicts the present state; ``extra`` carries that state."""

    status = 409
    code = "conflict"
    message = _("与当前情况冲突。")


class StaleVersion(Conflict):
    """Somebody else changed the object since the caller read it."""

    code = "stale-version"
    message = _("他人刚刚办理过，请看最新情况后再办。")


class WrongState(Conflict):
    """The action is not possible from the object's present state."""

    code = "wrong-state"
    message = _("当前状态下不能这样办理。")


class IdempotencyMismatch(Conflict):
    """An idempotency key came back with another request."""

    code = "idempotency-mismatch"
    message = _("同一幂等键对应了不同的请求内容。")
