"""Whether the units below one tile it without gap and overlap."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.grid.coverage import coverage_lines


class Command(BaseCommand):
    """Compare children's outlines with their parent's, all the way down."""

    help = "Prints the gaps and overlaps below a unit with their geodesic areas; exit 1 if there are any."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The unit."""
        parser.add_argument("code", help="code of the unit at the top")

    def handle(self, *args: Any, code: str, **options: Any) -> None:
        """Print one line for each gap, overlap, overhang and missing boundary; exit 1 when there is one."""
        try:
            report = coverage_lines(code)
        except LookupError as error:
            raise CommandError(str(error)) from error
        for line in report.lines:
            self.stdout.write(line)
        if report.lines:
            raise CommandError(f"{len(report.lines)} fault(s) below {code}")
        self.stdout.write(f"no gap and no overlap: {report.parents} units are tiled by {report.children}")
