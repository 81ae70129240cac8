"""Refusals of the accounts room."""

from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError


class TooManyAttempts(DomainError):
    """Too many wrong passwords for this name from this address."""

    status = 429
    code = "too-many-attempts"
    message = _("密码多次有误，请 15 分钟后再试。")
