"""Who people are: accounts, sign-in, tokens, language."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts know no unit and no role; those are granted in the rooms above."""

    name = "apps.accounts"
