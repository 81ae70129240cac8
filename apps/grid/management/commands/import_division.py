"""Load a district's tree from a division file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core import clock
from apps.grid.divisions import DivisionError, read_division
from apps.grid.services.division import import_division


class Command(BaseCommand):
    """Load one district; a second run changes nothing."""

    help = "Loads a district's streets and communities from a CSV file (code,name,level,parent_code)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file."""
        parser.add_argument("file", type=Path, help="a file as in config/divisions")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Print what is done; exit 1 with ``line N: reason`` for every bad row, and then nothing is loaded."""
        try:
            rows = read_division(file.read_bytes())
            self.stdout.write(f"{file.name}: {len(rows)} units read")
            report = import_division(rows, at=clock.now(), progress=self._step)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error
        except DivisionError as error:
            number = len(error.problems)
            raise CommandError(f"nothing was loaded, {number} bad line(s):\n" + "\n".join(error.problems)) from error
        self.stdout.write(
            f"{report.changes} changes: {report.created} created, {report.renamed} renamed, "
            f"{report.unchanged} unchanged"
        )

    def _step(self, step: str, count: int) -> None:
        self.stdout.write(f"  {step}: {count}")
        self.stdout.flush()
