"""Changing an account."""

from django.conf import settings
from django.utils.translation import gettext as _
from knox.models import AuthToken

from apps.accounts.models import User
from apps.core.errors import InvalidInput

LANGUAGE_CODES = frozenset(code for code, _name in settings.LANGUAGES)


def choose_language(*, actor: User | None, language: str) -> str:
    """Remember the language somebody wants and return it. Raises ``InvalidInput`` for one that there is not."""
    if language not in LANGUAGE_CODES:
        raise InvalidInput(fields={"language": [_("请选择界面语言。")]})
    if actor is not None and actor.language != language:
        User.objects.filter(pk=actor.pk).update(language=language)
        actor.language = language
    return language


def issue_token(*, actor: User) -> str:
    """A new token of the actor for the ``Authorization`` header; only its digest is stored."""
    _stored, token = AuthToken.objects.create(actor)
    return str(token)
