"""The room without domain nouns: clock, errors, audit, outbox, jobs, attachments, the page shell."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Core is the lowest room; every other may import it."""

    name = "apps.core"
