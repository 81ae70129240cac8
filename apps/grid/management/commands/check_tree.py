"""Check the tree and every open row's path."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.grid.integrity import placement_faults, tree_faults
from apps.grid.selectors import unit_count


class Command(BaseCommand):
    """Compare lft/rght, parents' kinds and placed rows with the tree."""

    help = "Checks lft/rght, parents' kinds and the path of every open placed row; exit 1 with what is wrong."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say that all is well, or exit 1 with one line for each fault."""
        faults = [*tree_faults(), *placement_faults()]
        if faults:
            raise CommandError(f"{len(faults)} fault(s):\n" + "\n".join(faults))
        self.stdout.write(f"the tree is in order: {unit_count()} units")
