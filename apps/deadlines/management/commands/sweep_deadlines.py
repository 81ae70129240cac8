"""One sweep by hand: the same that Celery beat runs every minute."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.core.skew import cautious_now
from apps.deadlines import runs, sweep


class Command(BaseCommand):
    """Take every ladder step that is due and print what was done as JSON."""

    help = "Take every ladder step that is due; prints what was done as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--batch`` is the number of limits per transaction."""
        parser.add_argument("--batch", type=int, default=sweep.BATCH, help="limits per transaction")

    def handle(self, *args: Any, batch: int, **options: Any) -> None:
        """Sweep up to now."""
        self.stdout.write(json.dumps(runs.run_sweep(at=cautious_now(), batch=batch)))
