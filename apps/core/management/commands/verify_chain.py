"""``manage.py verify_chain``: check every audit chain and anchor."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core import anchors


class Command(BaseCommand):
    """Exit 1 naming the first broken link of each stream, 0 when every chain and anchor holds."""

    help = "Checks every audit chain and anchor."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each broken link."""
        broken = 0
        for link in anchors.verify():
            broken += 1
            self.stdout.write(f"{link.stream} #{link.sequence}: {link.reason}")
        if broken:
            raise CommandError(f"{broken} broken")
        self.stdout.write("every chain and anchor holds")
